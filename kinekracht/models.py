"""Who we are and what we treat."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from phonenumber_field.modelfields import PhoneNumberField

from kinekracht.fields import PictureField, RichTextField


class PracticeManager(models.Manager["Practice"]):
    def current(self) -> "Practice":
        """The practice; before anything was entered an empty one, so that pages still work."""
        return self.first() or Practice()


class Practice(models.Model):
    """The practice itself: one row, shown on every page."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField("naam", max_length=80, default="KineKracht")
    tagline = models.CharField(
        "onder de naam",
        max_length=120,
        blank=True,
        help_text="Eén korte zin, zoals je hem aan de telefoon zou zeggen.",
    )
    introduction = models.TextField(
        "wie we zijn",
        blank=True,
        help_text="Twee of drie zinnen bovenaan de startpagina.",
    )
    complaints = models.TextField(
        "klachten",
        blank=True,
        help_text="In de woorden van patiënten, één per regel. Staat op de startpagina.",
    )
    kind = models.CharField("soort praktijk", max_length=80, blank=True)
    street = models.CharField("straat en nummer", max_length=120, blank=True)
    postal_code = models.CharField("postcode", max_length=10, blank=True)
    city = models.CharField("gemeente", max_length=80, blank=True)
    telephone = PhoneNumberField(
        "telefoon",
        blank=True,
        help_text="Staat op elke pagina, voor wie liever belt.",
    )
    mobile = PhoneNumberField("gsm", blank=True)
    email = models.EmailField(
        "e-mail", blank=True, help_text="Leeg laten mag: dan verwijst de site naar de telefoon."
    )
    opening_note = models.CharField(
        "openingsuren in woorden",
        max_length=200,
        blank=True,
        help_text="Bijvoorbeeld: Op afspraak.",
    )
    reimbursement = RichTextField(
        "terugbetaling",
        blank=True,
        help_text="Regels veranderen elk jaar: pas ook de datum en de bron aan.",
    )
    reimbursement_source = models.CharField("bron van de terugbetaling", max_length=200, blank=True)
    reimbursement_checked_on = models.DateField("terugbetaling nagekeken op", null=True, blank=True)
    emergency = RichTextField(
        "bij spoed",
        blank=True,
        help_text="Wanneer moet iemand niet op ons wachten, maar 112 of de huisarts bellen?",
    )

    objects = PracticeManager()

    class Meta:
        verbose_name = verbose_name_plural = "praktijk"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="practice_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def telephones(self) -> list[Any]:
        """The numbers that are filled in, the main one first."""
        return [number for number in (self.telephone, self.mobile) if number]


class Practitioner(models.Model):
    """Somebody who treats patients."""

    name = models.CharField("naam", max_length=80)
    slug = models.SlugField(
        "webadres", unique=True, help_text="Wordt gemaakt van de naam; zo is de persoon te linken."
    )
    role = models.CharField("functie", max_length=80)
    biography = RichTextField(
        "voorstelling", blank=True, help_text="Wie ben je voor iemand die voor het eerst komt?"
    )
    portrait = PictureField(
        "portret",
        blank=True,
        help_text="Een rustige foto, het gezicht goed zichtbaar. Hoogstens 15 MB.",
    )
    position = models.PositiveSmallIntegerField("volgorde", default=0, help_text="Laagste eerst.")
    bookable = models.BooleanField("kan afspraken krijgen", default=True)

    class Meta:
        verbose_name = "therapeut"
        verbose_name_plural = "therapeuten"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('about')}#{self.slug}"


class Treatment(models.Model):
    """Something a patient can come for."""

    name = models.CharField("naam", max_length=80)
    slug = models.SlugField(
        "webadres",
        unique=True,
        help_text="Verander je dit later, dan blijft het oude adres doorverwijzen.",
    )
    summary = models.TextField(
        "kort", help_text="Eén of twee zinnen voor de startpagina en de lijst."
    )
    body = RichTextField(
        "beschrijving", headings=True, help_text="Voor wie is het, en wat doen we?"
    )
    first_consultation = RichTextField(
        "je eerste afspraak",
        blank=True,
        help_text="Stap voor stap: wie weet wat er komt, durft sneller te bellen.",
    )
    duration_minutes = models.PositiveSmallIntegerField(
        "duur in minuten", default=30, validators=[MinValueValidator(5)]
    )
    practitioners = models.ManyToManyField(
        Practitioner, verbose_name="therapeuten", related_name="treatments", blank=True
    )
    bookable = models.BooleanField("online te boeken", default=True)
    position = models.PositiveSmallIntegerField("volgorde", default=0, help_text="Laagste eerst.")

    class Meta:
        verbose_name = "behandeling"
        verbose_name_plural = "behandelingen"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("treatment_detail", args=[self.slug])


class DemoContent(models.Model):
    """What a first start has brought in (content, a login): never again, even when it is gone."""

    key = models.CharField(max_length=80, unique=True)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "voorbeeldinhoud"

    def __str__(self) -> str:
        return self.key
