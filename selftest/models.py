"""Questionnaires, as staff write them. What patients answer is in no model: it is never kept."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from articles.blocks import Symptom, symptom_anchor, symptom_number
from articles.models import Reference, misplaced_citations
from articles.references import without_citations
from kinekracht.fields import PlainTextField, RichTextField
from kinekracht.models import Practitioner
from selftest.scoring import Score


class Outcome(NamedTuple):
    """What a patient is told about a score; ``text`` is HTML."""

    title: str
    text: str


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def published(self) -> "QuestionnaireQuerySet":
        """What visitors can take: one that could never advise an appointment is none."""
        counted = self.alias(question_count=Count("questions"))
        takeable = counted.filter(threshold__lte=F("question_count"), published=True)
        return takeable.order_by("title")  # grouping drops the order in Meta


class Questionnaire(models.Model):
    """A self-test: what it asks, and from how many times "yes" it advises an appointment."""

    title = models.CharField("titel", max_length=80)
    slug = models.SlugField(
        "webadres",
        unique=True,
        help_text="Verander je dit later, dan blijft het oude adres doorverwijzen.",
    )
    intro = PlainTextField(
        "inleiding", help_text="Twee of drie zinnen: voor wie is de test, en wat weet je erna?"
    )
    about = RichTextField(
        "wat de test is en niet is",
        help_text="Geen diagnose, geen onderzoek. Waarop zijn de vragen gebaseerd?",
    )
    source = models.ForeignKey(
        Reference,
        models.PROTECT,
        verbose_name="bron",
        null=True,
        blank=True,
        help_text="Het onderzoek of de vragenlijst waarop de test steunt.",
    )
    threshold = models.PositiveSmallIntegerField(
        "drempel",
        default=2,
        validators=[MinValueValidator(1)],
        help_text="Vanaf zoveel keer “ja” raadt de test een afspraak aan.",
    )
    title_below = models.CharField("titel onder de drempel", max_length=120)
    text_below = RichTextField(
        "tekst onder de drempel",
        help_text="Wuif niets weg: wat kan de test niet zien, en waar kan iemand terecht die "
        "ergens last van heeft?",
    )
    title_from = models.CharField("titel vanaf de drempel", max_length=120)
    text_from = RichTextField(
        "tekst vanaf de drempel",
        help_text="Bij wie maak je het best een afspraak, en wat kan die voor je doen? "
        "De knop en de telefoon zet de site eronder.",
    )
    reviewed_on = models.DateField("inhoudelijk nagelezen op", null=True, blank=True)
    published = models.BooleanField("gepubliceerd", default=False)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = "zelftest"
        verbose_name_plural = "zelftesten"
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=Q(threshold__gte=1), name="threshold_is_positive"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("selftest:questionnaire", args=[self.slug])

    def clean(self) -> None:
        errors = misplaced_citations(self)
        if self.reviewed_on and self.reviewed_on > timezone.localdate():
            errors["reviewed_on"] = "Deze dag moet nog komen."
        if errors:
            raise ValidationError(errors)

    @property
    def is_public(self) -> bool:
        return self.published

    def outcome(self, score: Score) -> Outcome:
        """What somebody with this score is told."""
        if score.advises_appointment:
            return Outcome(self.title_from, self.text_from)
        return Outcome(self.title_below, self.text_below)


class QuestionQuerySet(models.QuerySet["Question"]):
    def with_symptoms(self) -> "QuestionQuerySet":
        """With the symptoms and their numbers, in the same query."""
        return self.select_related("symptom__parent").annotate(
            symptom_number=symptom_number("symptom")
        )

    def without_symptom(self) -> "QuestionQuerySet":
        """What visitors are asked, without a place to read on."""
        return self.filter(questionnaire__published=True, symptom=None)


class Question(models.Model):
    """A question to answer with yes or no."""

    questionnaire = models.ForeignKey(
        Questionnaire, models.CASCADE, verbose_name="zelftest", related_name="questions"
    )
    position = models.PositiveSmallIntegerField("volgorde", default=0, help_text="Laagste eerst.")
    text = models.CharField("vraag", max_length=200, help_text="Eén ding per vraag, met ja of nee.")
    explanation = models.CharField(
        "uitleg", max_length=200, blank=True, help_text="Een voorbeeld, of wat er meetelt."
    )
    # Not PROTECT: then no old version of the article without the symptom could be put back.
    symptom = models.ForeignKey(
        Symptom,
        models.SET_NULL,
        verbose_name="symptoom",
        null=True,
        blank=True,
        help_text="Wie “ja” antwoordt, vindt in het resultaat de weg daarheen.",
    )
    may_not_apply = models.BooleanField(
        "niet van toepassing",
        default=False,
        help_text="Kan ook geantwoord worden, en telt als nee.",
    )

    symptom_number: int  # on its page; from with_symptoms()

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "vraag"
        verbose_name_plural = "vragen"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def field_name(self) -> str:
        """Its name in the form: it stays when staff put the questions in another order."""
        return f"vraag-{self.pk}"

    @property
    def symptom_name(self) -> str:
        """The name of the symptom, as readers know it."""
        return without_citations(self.symptom.name) if self.symptom else ""

    @property
    def symptom_url(self) -> str:
        """Where visitors can read about the symptom, or nothing; needs ``with_symptoms()``."""
        if self.symptom is None or not self.symptom.parent.is_public:
            return ""
        anchor = symptom_anchor(self.symptom_number)
        return f"{self.symptom.parent.get_absolute_url()}#{anchor}"


class WarningSignQuerySet(models.QuerySet["WarningSign"]):
    def unsigned(self) -> "WarningSignQuerySet":
        """What no therapist has signed off yet."""
        return self.filter(signed_off_on=None)


class WarningSign(models.Model):
    """A reason not to wait for a test or an appointment; outside the score."""

    questionnaire = models.ForeignKey(
        Questionnaire, models.CASCADE, verbose_name="zelftest", related_name="warning_signs"
    )
    position = models.PositiveSmallIntegerField("volgorde", default=0, help_text="Laagste eerst.")
    text = PlainTextField("alarmsignaal", help_text="In de woorden van een patiënt.")
    action = RichTextField("wat te doen", help_text="Bel 112, ga naar de spoed, bel je huisarts …")
    signed_off_by = models.ForeignKey(
        Practitioner, models.PROTECT, verbose_name="afgetekend door", null=True, blank=True
    )
    signed_off_on = models.DateField("afgetekend op", null=True, blank=True)

    objects = WarningSignQuerySet.as_manager()

    class Meta:
        verbose_name = "alarmsignaal"
        verbose_name_plural = "alarmsignalen"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_off_by=None, signed_off_on=None)
                | Q(signed_off_by__isnull=False, signed_off_on__isnull=False),
                name="signed_off_by_somebody_on_a_day",
                violation_error_message="Vul in wie het aftekende én wanneer, of geen van beide.",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        if self.signed_off_on and self.signed_off_on > timezone.localdate():
            raise ValidationError({"signed_off_on": "Deze dag moet nog komen."})
