"""The questions as a form, and the choice to hand the answers over."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.html import format_html

from selftest.models import Question
from selftest.scoring import Answer


class OneAnswer(forms.RadioSelect):
    """Radio buttons; a question that was sent two answers has none."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        answers = data.getlist(name)
        return answers[0] if len(answers) == 1 else None


class AnswersForm(forms.Form):
    """Yes or no to each of ``questions``."""

    # Browsers tell who listens that a required field is wrong before it was touched.
    use_required_attribute = False

    def __init__(self, questions: Iterable[Question], data: Any = None) -> None:
        super().__init__(data)
        self.questions = list(questions)
        for number, question in enumerate(self.questions, start=1):
            self.fields[question.field_name] = answer_field(question, number, len(self.questions))

    @property
    def answers(self) -> list[tuple[Question, Answer]]:
        """Each question with its answer, once the form is valid."""
        return [(q, Answer(self.cleaned_data[q.field_name])) for q in self.questions]

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action = ""  # its own address, that of a preview too
        helper.form_class = "questions"
        helper.disable_csrf = True  # see views.questionnaire
        # No browser keeps the answers with its history, or shows them after a restart.
        helper.attrs = {"autocomplete": "off"}
        helper.form_method = "post"
        open_count = len(self.errors)
        helper.errors_title = f"Beantwoord deze {'vraag' if open_count == 1 else 'vragen'} nog"
        helper.submit_label = "Bekijk je resultaat"
        helper.progress_of = len(self.questions)
        return helper


def answer_field(question: Question, number: int, count: int) -> forms.ChoiceField:
    """The field for ``question``, which is the ``number``-th of ``count``."""
    possible = [a for a in Answer if a != Answer.NOT_APPLICABLE or question.may_not_apply]
    message = f"Vraag {number}: kies {' of '.join([', '.join(possible[:-1]), possible[-1]])}."
    return forms.ChoiceField(
        label=format_html(
            '<span class="number"><span class="visually-hidden">Vraag </span>{}'
            '<span class="visually-hidden"> van {}: </span></span> {}',
            number,
            count,
            question.text,
        ),
        help_text=question.explanation,
        choices=[(answer.value, answer.capitalize()) for answer in possible],
        widget=OneAnswer,
        error_messages={"required": message, "invalid_choice": message},
    )


class HandOverForm(forms.Form):
    """The choice to send the answers along with a request for an appointment.

    Nothing travels unless somebody ticks the box and sends it: the browser refuses to send it
    unticked, and the other ways to an appointment carry nothing.
    """

    agreed = forms.BooleanField(
        label="Ja, stuur mijn antwoorden mee met mijn aanvraag",
        help_text="Dat hoeft niet. Zo kan je therapeut zich op je bezoek voorbereiden.",
    )
    self_test = forms.CharField(
        label="Deze tekst sturen we mee",
        help_text="Verander of schrap gerust wat je liever niet deelt.",
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action = "booking:start"
        helper.form_class = "hand-over"
        helper.form_method = "post"
        helper.disable_csrf = True  # it fills in a form there, and changes nothing yet
        helper.browser_validates = True
        helper.submit_label = "Ga verder met je aanvraag"
        return helper
