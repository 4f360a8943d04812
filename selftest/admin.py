"""Self-tests, as staff write them."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles.blocks import Symptom
from articles.references import without_citations
from kinekracht.admin_marks import state_mark
from kinekracht.preview_admin import PreviewAdminMixin
from kinekracht.rich_text_admin import RichTextAdminMixin
from selftest import views
from selftest.models import Question, Questionnaire, WarningSign
from selftest.results import outcomes


class QuestionFormSet(forms.BaseInlineFormSet):
    """The questions of a self-test, whose threshold must be within reach."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # In a table only the columns have a heading; who listens needs a name for every field.
        for field in filter(attrgetter("label"), form.fields.values()):
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = field.label

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        count = sum(bool(f.cleaned_data) and f not in self.deleted_forms for f in self.forms)
        if self.instance.threshold > count:
            raise ValidationError(
                f"De drempel is {self.instance.threshold}, het aantal vragen {count}. Kies een "
                "lagere drempel, of voeg vragen toe.",
                code="threshold",
            )


def symptom_choices() -> list[tuple[Any, Any]]:
    """All symptoms by article, numbered as on its page."""
    symptoms = Symptom.objects.select_related("parent").order_by(
        "parent__title", "parent_id", "ordering", "pk"
    )
    return [("", "Geen")] + [
        (
            article.title,
            [(s.pk, f"{n}. {without_citations(s.name)}") for n, s in enumerate(group, start=1)],
        )
        for article, group in groupby(symptoms, key=lambda symptom: symptom.parent)
    ]


class OrderedInline(InlineModelAdmin):
    """Rows that have a position; a new one comes last."""

    extra = 0
    formfield_overrides = {
        field: {"widget": forms.Textarea(attrs={"rows": 2})}
        for field in (models.CharField, models.TextField)
    }

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        last = self.model._default_manager.filter(questionnaire=obj).aggregate(
            last=models.Max("position", default=0)
        )
        formset.form.base_fields["position"].initial = last["last"] + 1
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.choices = self.choices(field)  # asked for once, not once a row
        return field

    def choices(self, field: Any) -> list[tuple[Any, Any]]:
        """What the rows choose from."""
        return list(field.choices)


class QuestionInline(OrderedInline, admin.TabularInline):
    model = Question
    formset = QuestionFormSet
    fields = ["position", "text", "explanation", "symptom", "may_not_apply"]

    def choices(self, field: Any) -> list[tuple[Any, Any]]:
        return symptom_choices()


class WarningSignForm(forms.ModelForm):
    """A signature is for the words it was put under: other words have none."""

    lost_signature = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        before, after = self.instance.signed_off_on, cleaned.get("signed_off_on")
        if (
            before
            and {"text", "action"} & set(self.changed_data)
            and not (after and after > before)
        ):
            cleaned["signed_off_by"] = cleaned["signed_off_on"] = after = None
        self.lost_signature = bool(before and not after)
        return cleaned


class WarningSignInline(OrderedInline, admin.StackedInline):
    model = WarningSign
    form = WarningSignForm
    fields = ["text", "action", ("signed_off_by", "signed_off_on"), "position"]


@admin.register(Questionnaire)
class QuestionnaireAdmin(PreviewAdminMixin, RichTextAdminMixin, admin.ModelAdmin):
    list_display = ["title", "state", "question_count", "threshold", "to_sign_off", "reviewed_on"]
    list_filter = ["published"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [QuestionInline, WarningSignInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "intro", "about", "source"]}),
        (
            "Resultaat",
            {"fields": ["threshold", "title_below", "text_below", "title_from", "text_from"]},
        ),
        ("Publiceren", {"fields": [("reviewed_on", "published")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        unsigned = Q(warning_signs__isnull=False, warning_signs__signed_off_on=None)
        return (
            super()
            .get_queryset(request)
            .annotate(
                questions_in_it=Count("questions", distinct=True),
                unsigned=Count("warning_signs", filter=unsigned, distinct=True),
            )
        )

    # As on the site: trying the test out changes nothing, and is nobody's business.
    @method_decorator([csrf_exempt, require_http_methods(["GET", "HEAD", "POST"])])
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return super().preview_view(request, pk)

    def preview(self, request: HttpRequest, instance: Any) -> HttpResponse:
        question_count = self.question_count(instance)
        if instance.threshold > question_count:
            messages.error(
                request, "De drempel ligt hoger dan het aantal vragen. Pas dat eerst aan."
            )
            return redirect("admin:selftest_questionnaire_change", instance.pk)
        show = views.answer if request.method == "POST" else views.ask
        told = outcomes(instance, question_count)
        return show(request, instance, preview=True, outcomes=told)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Without a question there is no threshold that makes sense.
        may_ask = request.user.has_perm("selftest.add_question")
        return may_ask and super().has_add_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who doesn't see the questions can't know which threshold is within reach."""
        return [] if request.user.has_perm("selftest.change_question") else ["threshold"]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if any(getattr(form, "lost_signature", False) for form in formset.forms):
            messages.warning(
                request, "Een alarmsignaal is niet meer afgetekend. Laat het opnieuw aftekenen."
            )

    @admin.display(description="toestand", ordering="published")
    def state(self, questionnaire: Any) -> str:
        if not questionnaire.published:
            kind, label = "draft", "Concept"
        elif questionnaire.threshold > self.question_count(questionnaire):
            kind, label = "draft", "Drempel te hoog"
        else:
            kind, label = "public", "Gepubliceerd"
        return state_mark(kind, label)

    @admin.display(description="vragen", ordering="questions_in_it")
    def question_count(self, questionnaire: Any) -> int:
        return int(questionnaire.questions_in_it)

    @admin.display(description="af te tekenen", ordering="unsigned")
    def to_sign_off(self, questionnaire: Any) -> str:
        return str(questionnaire.unsigned or "niets")
