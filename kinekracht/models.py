"""Who we are and what we treat."""

from copy import copy
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from phonenumber_field.modelfields import PhoneNumberField

from kinekracht.fields import (
    MailboxField,
    PictureField,
    PlainTextField,
    RichTextField,
    unquoted,
)
from kinekracht.formatting import belgian
from kinekracht.prepared import Prepared

MOST_MINUTES = 8 * 60  # of one appointment, or of the pause after it
MOST_DAYS = 400  # that somebody may ask for an appointment ahead

Markup = dict[tuple[Any, ...], SafeString]  # what templates made of something, by name


class PracticeManager(models.Manager["Practice"]):
    def current(self) -> "Practice":
        """The practice; before anything was entered an empty one, so that pages still work."""
        rows = self.only_row.rows()
        return copy(practice_in(*rows)) if rows else Practice()

    @cached_property
    def only_row(self) -> Prepared:
        return Prepared(self.values_list(*columns()))


class Telephone(NamedTuple):
    """A number of the practice, as it is said here and as it is dialled."""

    said: str
    e164: str


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
    introduction = PlainTextField(
        "wie we zijn",
        blank=True,
        help_text="Twee of drie zinnen bovenaan de startpagina.",
    )
    complaints = PlainTextField(
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
    email = MailboxField(
        "e-mail",
        blank=True,
        validators=[unquoted],
        help_text="Leeg laten mag: dan verwijst de site naar de telefoon.",
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
    referral = RichTextField(
        "voorschrift",
        blank=True,
        default="",
        db_default="",
        help_text="Uitleg naast de vraag naar een voorschrift, bij het vragen van een afspraak.",
    )
    referral_source = models.CharField(
        "bron over het voorschrift", max_length=200, blank=True, default="", db_default=""
    )
    referral_checked_on = models.DateField("voorschrift nagekeken op", null=True, blank=True)
    referral_valid_months = models.PositiveSmallIntegerField(
        "maanden dat een voorschrift geldt",
        default=2,
        db_default=2,
        help_text="Binnen hoeveel maanden na de datum van het voorschrift de eerste sessie valt.",
    )
    closed_on_holidays = models.BooleanField(
        "gesloten op feestdagen",
        default=True,
        db_default=True,
        help_text="De tien wettelijke feestdagen van België.",
    )
    change_notice_hours = models.PositiveSmallIntegerField(
        "uren vooraf verplaatsen of annuleren",
        default=24,
        db_default=24,
        help_text="Tot zoveel uur voor een bevestigde afspraak kan een patiënt dat zelf doen.",
    )
    reply_days = models.PositiveSmallIntegerField(
        "antwoord binnen",
        default=2,
        db_default=2,
        validators=[MinValueValidator(1), MaxValueValidator(14)],
        help_text="Binnen hoeveel werkdagen jullie een aanvraag beantwoorden. De site belooft het.",
    )
    notify_email = MailboxField(
        "aanvragen melden aan",
        blank=True,
        validators=[unquoted],
        default="",
        db_default="",
        help_text="Krijgt een mail bij elke aanvraag, annulering en verplaatsing. "
        "Er staan enkel initialen in.",
    )
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
    def hears_of_requests(self) -> str:
        """The address for mails about requests; nobody gets one if there is none."""
        return self.notify_email or self.email

    @cached_property
    def telephones(self) -> list[Telephone]:
        """The numbers that are filled in, the main one first."""
        numbers = [number for number in (self.telephone, self.mobile) if number]
        return [Telephone(belgian(number), number.as_e164) for number in numbers]

    @cached_property
    def markup(self) -> Markup:
        """What templates made of the practice as it is (see the tag ``once``)."""
        return {}


def columns() -> list[str]:
    """The names of the columns of Practice."""
    return [field.attname for field in Practice._meta.concrete_fields]


@lru_cache(maxsize=1)
def practice_in(row: tuple[Any, ...]) -> Practice:
    """The practice in a row of the database, with what is made of it once for all pages."""
    practice = Practice.from_db(None, columns(), row)
    _ = practice.telephones, practice.markup
    return practice


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    def bookable(self) -> "PractitionerQuerySet":
        """Those who take appointments."""
        return self.filter(bookable=True)


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
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="account",
        related_name="practitioner",
        null=True,
        blank=True,
        help_text="Waarmee deze therapeut aanmeldt en de eigen afspraken ziet.",
    )

    is_public = True

    objects = PractitionerQuerySet.as_manager()

    class Meta:
        verbose_name = "therapeut"
        verbose_name_plural = "therapeuten"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('about')}#{self.slug}"


class TreatmentQuerySet(models.QuerySet["Treatment"]):
    def bookable(self) -> "TreatmentQuerySet":
        """What can be asked for online: there must be somebody who does it, too."""
        return self.filter(bookable=True, practitioners__bookable=True).distinct()


class Treatment(models.Model):
    """Something a patient can come for."""

    name = models.CharField("naam", max_length=80)
    slug = models.SlugField(
        "webadres",
        unique=True,
        help_text="Verander je dit later, dan blijft het oude adres doorverwijzen.",
    )
    summary = PlainTextField(
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
        "duur in minuten",
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(MOST_MINUTES)],
    )
    pause_minutes = models.PositiveSmallIntegerField(
        "pauze erna in minuten",
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text="Om te noteren, te luchten, op adem te komen.",
    )
    step_minutes = models.PositiveSmallIntegerField(
        "begint om de",
        default=15,
        db_default=15,
        choices=[(15, "15 minuten"), (30, "30 minuten"), (60, "60 minuten")],
        help_text="Welke begintijden we aanbieden: elk kwartier, halfuur of uur.",
    )
    notice_hours = models.PositiveSmallIntegerField(
        "uren vooraf te boeken",
        default=24,
        db_default=24,
        help_text="Wie vroeger wil komen, belt.",
    )
    horizon_days = models.PositiveSmallIntegerField(
        "dagen vooruit te boeken",
        default=60,
        db_default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )
    practitioners = models.ManyToManyField(
        Practitioner, verbose_name="therapeuten", related_name="treatments", blank=True
    )
    bookable = models.BooleanField("online te boeken", default=True)
    position = models.PositiveSmallIntegerField("volgorde", default=0, help_text="Laagste eerst.")

    is_public = True

    objects = TreatmentQuerySet.as_manager()

    class Meta:
        verbose_name = "behandeling"
        verbose_name_plural = "behandelingen"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("treatment_detail", args=[self.slug])

    @property
    def is_bookable(self) -> bool:
        """Whether it is one of the ``bookable`` ones, from who gives it."""
        return self.bookable and any(each.bookable for each in self.practitioners.all())


class DemoContent(models.Model):
    """What a first start has brought in (content, a login): never again, even when it is gone."""

    key = models.CharField(max_length=80, unique=True)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "voorbeeldinhoud"

    def __str__(self) -> str:
        return self.key
