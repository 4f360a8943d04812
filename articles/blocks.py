"""The kinds of blocks an article is made of: one small model each.

A new kind is a model here, its name in ``BLOCKS``, a migration, and a template
``articles/blocks/<kind>.html``, where ``block`` is the model and ``block.html`` its texts, ready to
print, and nothing else unless the model says ``sees_page``. Everything else follows: the admin, the
numbering of sources, search, word count, history.
"""

from html import unescape
from typing import Any, ClassVar

from content_editor.models import create_plugin_base
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import escape
from django.utils.text import Truncator

from articles.models import Article, Reference, misplaced_citations
from articles.plain_text import without_tags
from articles.references import citation_errors
from kinekracht.fields import PictureField, PlainTextField, RichTextField


class Block(create_plugin_base(Article)):  # type: ignore[misc]
    """What all kinds share.

    ``text_fields`` are the fields that readers read, in order; in those sources can be cited,
    unless ``can_cite`` says otherwise.
    """

    text_fields: ClassVar[tuple[str, ...]] = ("text",)
    can_cite: ClassVar[bool] = True
    sees_page: ClassVar[bool] = False  # whether its template shows more than the block
    icon: ClassVar[str] = "notes"

    printed: str | None = None  # as its template rendered it

    class Meta:
        abstract = True
        ordering = ["ordering", "pk"]

    def __str__(self) -> str:
        """The first words, by which an editor tells one block from the next."""
        first_text = next(iter(self.texts.values()))
        return Truncator(unescape(without_tags(first_text)).strip()).words(8)

    @property
    def template_name(self) -> str:
        return f"articles/blocks/{self._meta.model_name}.html"

    @property
    def texts(self) -> dict[str, str]:
        """Each text field as HTML: rich text as it is stored, plain text escaped."""
        return {
            name: text if self.is_rich(name) else escape(text)
            for name in self.text_fields
            for text in [getattr(self, name)]
        }

    @classmethod
    def is_rich(cls, name: str) -> bool:
        """Whether the field holds HTML."""
        return isinstance(cls._meta.get_field(name), RichTextField)

    def clean(self) -> None:
        """Refuse citations that lead nowhere, with the words where they stand."""
        citable = self.texts if self.can_cite else {}
        cited = {name: html for name, html in citable.items() if "[@" in html}
        known = list(Reference.objects.values_list("key", flat=True)) if cited else []
        errors: dict[str, Any] = {
            name: messages
            for name, html in cited.items()
            if (messages := citation_errors(html, known=known))
        }
        errors |= misplaced_citations(self, allowed=citable)
        if errors:
            raise ValidationError(errors)


class Summary(Block):
    icon = "summarize"
    text = RichTextField("tekst", help_text="Vier of vijf punten voor wie weinig tijd heeft.")

    class Meta(Block.Meta):
        verbose_name = "kort samengevat"
        verbose_name_plural = "kort samengevat"


class RichText(Block):
    icon = "notes"
    text = RichTextField(
        "tekst",
        headings=True,
        help_text="Koppen van niveau 2 vormen de inhoudstafel. Citeer een bron met [@sleutel].",
    )

    class Meta(Block.Meta):
        verbose_name = "tekst"
        verbose_name_plural = "teksten"


class Symptom(Block):
    """Numbered by its position; see ``symptom_anchor`` and ``symptom_number``."""

    icon = "format_list_numbered"
    text_fields = ("name", "definition", "text")
    name = models.CharField(
        "naam", max_length=120, help_text="In de woorden van een patiënt. Het nummer komt vanzelf."
    )
    definition = PlainTextField("wat het is", help_text="Eén zin.")
    text = RichTextField("uitleg", help_text="Waardoor komt het, wat zegt onderzoek, wat helpt?")

    class Meta(Block.Meta):
        verbose_name = "symptoom"
        verbose_name_plural = "symptomen"


def symptom_anchor(number: int) -> str:
    """Where in its article the symptom with this number stands; other pages link to it."""
    return f"symptoom-{number}"


def symptom_number(path: str) -> models.Subquery:
    """The number in its article of the symptom that the relation ``path`` leads to.

    To annotate with, so that a link to a symptom needs no other query for its number.
    """
    place, key = models.OuterRef(f"{path}__ordering"), models.OuterRef(f"{path}__pk")
    up_to_it = Symptom.objects.filter(
        models.Q(ordering__lt=place) | models.Q(ordering=place, pk__lte=key),
        parent=models.OuterRef(f"{path}__parent"),
    )
    counted = up_to_it.order_by().values("parent").annotate(number=models.Count("pk"))
    return models.Subquery(counted.values("number"))


class Quote(Block):
    icon = "format_quote"
    text_fields = ("text", "person", "role", "source")
    text = PlainTextField("wat iemand zegt")
    person = models.CharField("wie", max_length=80)
    role = models.CharField("functie", max_length=80, blank=True)
    source = models.CharField(
        "bron", max_length=200, blank=True, help_text="Waar staat of viel dit? Mag leeg blijven."
    )
    in_substance = models.BooleanField(
        "in eigen woorden weergegeven",
        default=False,
        help_text="Aan: zonder aanhalingstekens, want zo werd het niet letterlijk gezegd.",
    )

    class Meta(Block.Meta):
        verbose_name = "citaat"
        verbose_name_plural = "citaten"


class Case(Block):
    icon = "person"
    text_fields = ("title", "text")
    title = models.CharField("titel", max_length=120)
    text = RichTextField(
        "verhaal", help_text="Nooit herkenbaar: geen naam, woonplaats, beroep of datum."
    )

    class Meta(Block.Meta):
        verbose_name = "voorbeeld uit de praktijk"
        verbose_name_plural = "voorbeelden uit de praktijk"


class Figure(Block):
    icon = "image"
    text_fields = ("caption",)
    picture = PictureField("beeld", help_text="JPEG, PNG, WebP of AVIF, hoogstens 15 MB.")
    alt = models.CharField(
        "beschrijving",
        max_length=200,
        help_text="Wat zou je zeggen tegen iemand die het beeld niet ziet?",
    )
    caption = models.CharField("bijschrift", max_length=300, blank=True)

    class Meta(Block.Meta):
        verbose_name = "beeld"
        verbose_name_plural = "beelden"


class WhenToCall(Block):
    sees_page = True
    icon = "checklist"
    text_fields = ("title", "intro", "situations")
    title = models.CharField("titel", max_length=120, default="Neem contact op als")
    intro = PlainTextField("inleiding", blank=True)
    situations = PlainTextField(
        "situaties", help_text="Eén per regel; elke regel maakt de zin van de titel af."
    )

    class Meta(Block.Meta):
        verbose_name = "neem contact op als"
        verbose_name_plural = "neem contact op als"


class FaqItem(Block):
    icon = "help"
    text_fields = ("question", "answer")
    question = models.CharField("vraag", max_length=200)
    answer = RichTextField("antwoord")

    class Meta(Block.Meta):
        verbose_name = "veelgestelde vraag"
        verbose_name_plural = "veelgestelde vragen"


class CallToAction(Block):
    class Action(models.TextChoices):
        APPOINTMENT = "appointment", "Afspraak maken"
        SELF_TEST = "self_test", "Zelftest doen"
        CONTACT = "contact", "Contact opnemen"

    icon = "ads_click"
    text_fields = ("title", "text")
    sees_page = True
    can_cite = False  # it is left out where the page it leads to isn't there
    action = models.CharField("wat de knop doet", max_length=20, choices=Action.choices)
    title = models.CharField("titel", max_length=120)
    text = PlainTextField("tekst", blank=True, help_text="Eén of twee zinnen boven de knop.")

    class Meta(Block.Meta):
        verbose_name = "oproep"
        verbose_name_plural = "oproepen"


BLOCKS: tuple[type[Block], ...] = (
    RichText,
    Symptom,
    Summary,
    Figure,
    Quote,
    Case,
    WhenToCall,
    FaqItem,
    CallToAction,
)
