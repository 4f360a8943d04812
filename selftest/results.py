"""What a patient is told, and what of it can be handed over."""

from dataclasses import dataclass, field
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format

from selftest.models import Outcome, Question, Questionnaire
from selftest.scoring import Answer, Score, every_score, score


@dataclass(frozen=True)
class Result:
    """The score of a questionnaire that was filled in, and what it leads to."""

    questionnaire: Questionnaire
    # Not in the repr, so not in an error report either: Django can't hide what a generator holds.
    answered: list[tuple[Question, Answer]] = field(repr=False)
    score: Score = field(repr=False)

    @property
    def outcome(self) -> Outcome:
        return self.questionnaire.outcome(self.score)

    @property
    def yes(self) -> list[Question]:
        """The questions that count."""
        return [question for question, answer in self.answered if answer == Answer.YES]

    def __str__(self) -> str:
        """For who hands it over: the test, today's date in Brussels, and what was a yes."""
        today = date_format(timezone.localdate(), "j F Y")
        count = f"{self.score.yes_count} van {self.score.question_count} keer ja"
        lines = [f"{self.questionnaire}, {today}: {count}."]
        return "\n".join(lines + [f"- {question}" for question in self.yes])


def result_of(questionnaire: Questionnaire, answered: list[tuple[Question, Answer]]) -> Result:
    """The result of an answer to each question."""
    reached = score([answer for _, answer in answered], questionnaire.threshold)
    return Result(questionnaire, answered, reached)


def outcomes(
    questionnaire: Questionnaire, question_count: int
) -> list[tuple[Outcome, list[Score]]]:
    """Everything somebody can be told, each with the scores that lead there."""
    scores = every_score(question_count, questionnaire.threshold)
    return [(told, list(group)) for told, group in groupby(scores, key=questionnaire.outcome)]
