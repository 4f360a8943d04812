"""Articles, the categories they stand in and the sources they lean on."""

import datetime as dt
import math
from collections.abc import Container
from typing import Any

from content_editor.models import Region
from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from articles.references import fold
from kinekracht.fields import PictureField, PlainTextField
from kinekracht.models import Practitioner, Treatment

WORDS_A_MINUTE = 220
REVIEW_EVERY = relativedelta(years=1)
SLUGS_IN_USE = {"feed", "categorie"}  # parts of /artikels/ that are no article


def misplaced_citations(instance: models.Model, *, allowed: Container[str] = ()) -> dict[str, str]:
    """Messages by field for citations where readers would see nothing but [@…]."""
    return {
        field.name: "In dit veld kan geen bron staan. Citeer ze in de tekst van een blok."
        for field in instance._meta.fields
        if field.name not in allowed and "[@" in str(field.value_from_object(instance))
    }


class Category(models.Model):
    """A shelf of articles."""

    name = models.CharField("naam", max_length=80)
    slug = models.SlugField(
        "webadres",
        unique=True,
        help_text="Verander je dit later, dan blijft het oude adres doorverwijzen.",
    )
    description = models.CharField("omschrijving", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("volgorde", default=0, help_text="Laagste eerst.")

    is_public = True

    class Meta:
        verbose_name = "categorie"
        verbose_name_plural = "categorieën"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("articles:category", args=[self.slug])


class Reference(models.Model):
    """A source that articles cite."""

    key = models.CharField(
        "sleutel",
        max_length=40,
        validators=[
            RegexValidator(r"^[^\[\]@;<>]+$", "Gebruik geen haakjes, @, < > of puntkomma.")
        ],
        help_text="Kort en herkenbaar, meestal de eerste auteur. "
        "In een tekst schrijf je [@sleutel] en wordt het een genummerde bron.",
    )
    authors = models.CharField("auteurs", max_length=300)
    title = models.CharField("titel", max_length=400, blank=True)
    journal = models.CharField("tijdschrift", max_length=200, blank=True)
    year = models.PositiveSmallIntegerField("jaar", null=True, blank=True)
    volume = models.CharField("jaargang en bladzijden", max_length=60, blank=True)
    doi = models.CharField(
        "DOI",
        max_length=120,
        blank=True,
        validators=[RegexValidator(r"^10\.\d{4,9}/\S+$", "Een DOI begint met 10. en een getal.")],
        help_text="Zonder https://doi.org/ ervoor: 10.1016/j.ajog.2004.12.025",
    )
    url = models.URLField("webadres", blank=True, help_text="Alleen nodig als er geen DOI is.")
    note = PlainTextField(
        "notitie voor redacteurs",
        blank=True,
        help_text="Wat moet nog nagekeken worden? Dit verschijnt nooit op de site.",
    )

    class Meta:
        verbose_name = "bron"
        verbose_name_plural = "bronnen"
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                Lower("key"),
                name="reference_key_is_unique",
                violation_error_message="Er is al een bron met deze sleutel.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authors} ({self.year})" if self.year else self.authors

    @property
    def link(self) -> str:
        """Where a reader finds the source; empty when nobody has entered it."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    def clean(self) -> None:
        # The constraint above can't fold accents on SQLite; citations are folded in full.
        others = Reference.objects.exclude(pk=self.pk).values_list("key", flat=True)
        if fold(self.key) in map(fold, others):
            raise ValidationError({"key": "Er is al een bron met deze sleutel."})
        stored = Reference.objects.filter(pk=self.pk).first()
        if stored and fold(stored.key) != fold(self.key) and self.citation_set.exists():
            raise ValidationError(
                {"key": f"Artikels citeren deze bron als [@{stored.key}]. Laat de sleutel zo."}
            )


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self, now: Any = None) -> "ArticleQuerySet":
        """What visitors may read now: published, and its date is not to come."""
        return self.filter(status=Article.Status.PUBLISHED, published_at__lte=now or timezone.now())

    def scheduled(self, now: Any = None) -> "ArticleQuerySet":
        """Ready, with a date to come: appears by itself."""
        return self.filter(status=Article.Status.PUBLISHED, published_at__gt=now or timezone.now())

    def next_publication(self, *, after: dt.datetime) -> dt.datetime | None:
        """When the first article appears that did not yet at ``after``; None if there is none."""
        times = self.scheduled(after).values_list("published_at", flat=True)
        return times.order_by("published_at").first()

    def drafts(self) -> "ArticleQuerySet":
        return self.filter(status=Article.Status.DRAFT)

    def due_for_review(self, today: dt.date) -> "ArticleQuerySet":
        """Published articles whose next review is due on ``today`` or before."""
        return self.published().filter(review_due_on__lte=today)

    def for_treatment(self, treatment: Treatment) -> "ArticleQuerySet":
        return self.filter(treatment=treatment)

    def newest_first(self) -> "ArticleQuerySet":
        return self.order_by("-published_at", "-pk")

    def for_cards(self) -> "ArticleQuerySet":
        """With what a list shows of each, in one query."""
        return self.select_related("category")


class Article(models.Model):
    """An article; its body is the blocks in ``articles.blocks``."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Concept"
        PUBLISHED = "published", "Gepubliceerd"

    regions = [Region(key="main", title="Inhoud")]

    title = models.CharField(
        "titel", max_length=140, help_text="Zeg in gewone woorden waarover het gaat."
    )
    slug = models.SlugField(
        "webadres",
        max_length=100,
        unique=True,
        help_text="Verander je dit later, dan blijft het oude adres doorverwijzen.",
    )
    category = models.ForeignKey(Category, models.PROTECT, verbose_name="categorie")
    treatment = models.ForeignKey(
        Treatment,
        models.PROTECT,
        verbose_name="behandeling",
        null=True,
        blank=True,
        help_text="De behandeling waarnaar dit artikel de weg wijst.",
    )
    lead = PlainTextField(
        "inleiding",
        help_text="Twee tot vier zinnen: wat herkent de lezer, en wat weet die na het lezen?",
    )
    author = models.ForeignKey(
        Practitioner,
        models.PROTECT,
        verbose_name="auteur",
        related_name="articles_written",
        null=True,
        blank=True,
    )
    reviewer = models.ForeignKey(
        Practitioner,
        models.PROTECT,
        verbose_name="medisch nagelezen door",
        related_name="articles_reviewed",
        null=True,
        blank=True,
    )
    status = models.CharField(
        "status",
        max_length=10,
        choices=Status.choices,
        default=Status.DRAFT,
        help_text="Gepubliceerd met een datum in de toekomst verschijnt vanzelf op die dag.",
    )
    published_at = models.DateTimeField(
        "verschijnt op",
        null=True,
        blank=True,
        help_text="Laat leeg om te publiceren op het moment dat je bewaart.",
    )
    updated_on = models.DateField(
        "bijgewerkt op",
        null=True,
        blank=True,
        help_text="Alleen als de inhoud veranderd is, niet voor een tikfout.",
    )
    reviewed_on = models.DateField("medisch nagelezen op", null=True, blank=True)
    review_due_on = models.DateField(
        "opnieuw na te lezen op",
        null=True,
        blank=True,
        help_text="Laat leeg voor een jaar na het nalezen (of verschijnen).",
    )
    hero = PictureField(
        "beeld bovenaan",
        blank=True,
        help_text="Liggend, minstens 1.600 beeldpunten breed. Zonder beeld tekent de site er een.",
    )
    hero_alt = models.CharField(
        "beschrijving van het beeld",
        max_length=200,
        blank=True,
        help_text="Wat zou je zeggen tegen iemand die het beeld niet ziet?",
    )
    seo_title = models.CharField(
        "titel voor zoekmachines",
        max_length=70,
        blank=True,
        help_text="Hoogstens 60 tekens leest goed. Leeg: de gewone titel.",
    )
    seo_description = models.CharField(
        "beschrijving voor zoekmachines",
        max_length=170,
        blank=True,
        help_text="Hoogstens 155 tekens leest goed. Leeg: de inleiding.",
    )
    word_count = models.PositiveIntegerField("aantal woorden", default=0, editable=False)
    changed_at = models.DateTimeField("bewaard op", auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = "artikel"
        verbose_name_plural = "artikels"
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["status", "-published_at"], name="article_by_date")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(published_at__isnull=False),
                name="published_article_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("articles:detail", args=[self.slug])

    def clean(self) -> None:
        errors: dict[str, Any] = misplaced_citations(self)
        if self.slug in SLUGS_IN_USE:
            errors["slug"] = f"“{self.slug}” is al een deel van de site. Kies een ander adres."
        if self.hero and not self.hero_alt:
            errors["hero_alt"] = "Beschrijf het beeld voor wie het niet ziet."
        if errors:
            raise ValidationError(errors)
        if self.status == self.Status.PUBLISHED and self.published_at is None:
            self.published_at = timezone.now()
        if self.review_due_on is None or (
            self.reviewed_on and self.review_due_on <= self.reviewed_on
        ):
            self.review_due_on = self.default_review_date()

    def default_review_date(self) -> dt.date | None:
        """A year after the last review, or else after publication (Brussels date)."""
        published_on = timezone.localdate(self.published_at) if self.published_at else None
        last = self.reviewed_on or published_on
        return last + REVIEW_EVERY if last else None

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.PUBLISHED and not self.is_scheduled

    @property
    def is_scheduled(self) -> bool:
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at is not None
            and self.published_at > timezone.now()
        )

    @property
    def reading_minutes(self) -> int:
        """Minutes at 220 words a minute, rounded up; at least one."""
        return max(1, math.ceil(self.word_count / WORDS_A_MINUTE))

    @property
    def last_changed_on(self) -> dt.date | None:
        """The day readers are told the content last changed (Brussels date)."""
        if self.updated_on:
            return self.updated_on
        return timezone.localdate(self.published_at) if self.published_at else None


class Citation(models.Model):
    """That an article cites a reference: kept by ``indexing``, so that neither gets lost."""

    article = models.ForeignKey(Article, models.CASCADE)
    reference = models.ForeignKey(Reference, models.PROTECT)

    class Meta:
        verbose_name = "verwijzing"
        verbose_name_plural = "verwijzingen"
        constraints = [
            models.UniqueConstraint(fields=["article", "reference"], name="cited_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article} → {self.reference}"


class SearchDocument(models.Model):
    """An article's words as search compares them: no accents, no capitals; see ``search``."""

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="search_document"
    )
    title = models.TextField()
    lead = models.TextField()
    body = models.TextField()

    class Meta:
        verbose_name = verbose_name_plural = "zoekwoorden"

    def __str__(self) -> str:
        return self.title
