"""When we work, and who comes when."""

import datetime as dt
import secrets
import uuid

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from booking.slots import Slot, cells
from kinekracht.fields import unquoted
from kinekracht.models import Practitioner, Treatment

COMPLAINT_LENGTH = 500
SELF_TEST_LENGTH = 5000


def new_key() -> str:
    """Something nobody can guess: 192 bits, in 32 letters and digits of an address."""
    return secrets.token_urlsafe(24)


class Weekday(models.IntegerChoices):
    MONDAY = 0, "maandag"
    TUESDAY = 1, "dinsdag"
    WEDNESDAY = 2, "woensdag"
    THURSDAY = 3, "donderdag"
    FRIDAY = 4, "vrijdag"
    SATURDAY = 5, "zaterdag"
    SUNDAY = 6, "zondag"


class WorkingHours(models.Model):
    """From when to when somebody works on a weekday. A break is the gap between two of these."""

    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, verbose_name="therapeut", related_name="working_hours"
    )
    weekday = models.PositiveSmallIntegerField("dag", choices=Weekday)
    starts = models.TimeField("van")
    ends = models.TimeField("tot")
    every_weeks = models.PositiveSmallIntegerField(
        "om de hoeveel weken",
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
        help_text="1 is elke week. We tellen vanaf de week van “geldig vanaf”.",
    )
    valid_from = models.DateField("geldig vanaf", default=timezone.localdate)
    valid_until = models.DateField("geldig tot en met", null=True, blank=True)
    treatments = models.ManyToManyField(
        Treatment,
        verbose_name="alleen voor",
        related_name="+",
        blank=True,
        help_text="Niets gekozen betekent: voor alles wat deze therapeut behandelt.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "werkuren"
        ordering = ["practitioner", "weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="working_hours_end_after_start",
                violation_error_message="Het einde moet na het begin komen, op dezelfde dag.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="working_hours_valid_in_order",
                violation_error_message="“Geldig tot en met” ligt voor “geldig vanaf”.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%-H.%M}–{self.ends:%-H.%M} uur"


class Closure(models.Model):
    """When somebody, or the whole practice, is away."""

    practitioner = models.ForeignKey(
        Practitioner,
        models.CASCADE,
        verbose_name="therapeut",
        related_name="closures",
        null=True,
        blank=True,
        help_text="Niemand gekozen betekent: de hele praktijk.",
    )
    starts_at = models.DateTimeField("van")
    ends_at = models.DateTimeField("tot")
    reason = models.CharField(
        "reden",
        max_length=120,
        blank=True,
        help_text="Alleen voor jullie. Patiënten zien dit nooit.",
    )

    class Meta:
        verbose_name = "sluiting"
        verbose_name_plural = "sluitingen"
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["ends_at"], name="closure_ends_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="closure_ends_after_start",
                violation_error_message="Het einde moet na het begin komen.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner or 'Hele praktijk'} afwezig"


class PatientRequest(models.Model):
    """What somebody sends us: who they are, and how we may reach them."""

    key = models.CharField(max_length=43, unique=True, default=new_key, editable=False)
    # Sent along with the form: what is sent twice has one, and is one.
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField("aangevraagd op", default=timezone.now, editable=False)
    name = models.CharField("naam", max_length=100)
    telephone = PhoneNumberField("telefoon", blank=True)
    voicemail = models.BooleanField("bericht inspreken mag", default=False)
    discreet = models.BooleanField(
        "naam van de praktijk niet noemen",
        default=False,
        help_text="Neemt iemand anders op? Noem dan de praktijk niet.",
    )

    class Meta:
        abstract = True

    @property
    def initials(self) -> str:
        """The first letters of the name, for where the name itself should not stand."""
        return "".join(f"{word[0].upper()}." for word in self.name.split()[:4]) or "–"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def live(self) -> "AppointmentQuerySet":
        """Those that are still on."""
        return self.filter(status__in=Appointment.LIVE)

    def occupying(self) -> "AppointmentQuerySet":
        """Those whose time is nobody else's."""
        return self.filter(status__in=Appointment.OCCUPYING)

    def awaiting_reply(self) -> "AppointmentQuerySet":
        """Those that staff have to answer."""
        return self.filter(status=Appointment.Status.REQUESTED)

    def starting(self, begin: dt.datetime, end: dt.datetime) -> "AppointmentQuerySet":
        """Those that start from ``begin`` up to, and without, ``end``."""
        return self.filter(starts_at__gte=begin, starts_at__lt=end)


class Appointment(PatientRequest):
    """Somebody comes, or has asked to. Every change of status goes through ``workflow``."""

    class Status(models.TextChoices):
        REQUESTED = "requested", "aangevraagd"
        PROPOSED = "proposed", "ander moment voorgesteld"
        CONFIRMED = "confirmed", "bevestigd"
        DECLINED = "declined", "geweigerd"
        CANCELLED = "cancelled", "geannuleerd"
        EXPIRED = "expired", "vervallen"
        COMPLETED = "completed", "geweest"
        NO_SHOW = "no_show", "niet gekomen"

    LIVE = (Status.REQUESTED, Status.PROPOSED, Status.CONFIRMED)
    OCCUPYING = (*LIVE, Status.COMPLETED, Status.NO_SHOW)

    class Visit(models.TextChoices):
        FIRST = "first", "ja, dit is mijn eerste keer"
        AGAIN = "again", "nee, ik ben hier al geweest"

    class Referral(models.TextChoices):
        HAVE = "have", "ja, ik heb er een"
        NOT_YET = "not_yet", "nog niet"
        UNKNOWN = "unknown", "ik weet het niet"

    treatment = models.ForeignKey(Treatment, models.PROTECT, verbose_name="behandeling")
    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, verbose_name="therapeut", related_name="appointments"
    )
    starts_at = models.DateTimeField("begint")
    duration_minutes = models.PositiveSmallIntegerField(
        "duur in minuten", validators=[MinValueValidator(5)]
    )
    pause_minutes = models.PositiveSmallIntegerField("pauze erna in minuten", default=0)
    status = models.CharField(
        "toestand", max_length=10, choices=Status, default=Status.REQUESTED, editable=False
    )
    # One more with every change: who acts on what they saw says which version that was.
    version = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField("veranderd op", default=timezone.now, editable=False)

    email = models.EmailField("e-mail", blank=True, validators=[unquoted])
    visit = models.CharField("eerste keer hier", max_length=5, choices=Visit, blank=True)
    referral = models.CharField("voorschrift", max_length=7, choices=Referral, blank=True)
    referral_date = models.DateField("datum van het voorschrift", null=True, blank=True)
    complaint = models.TextField(
        "waarover het gaat", blank=True, validators=[MaxLengthValidator(COMPLAINT_LENGTH)]
    )
    self_test = models.TextField(
        "meegestuurde zelftest", blank=True, validators=[MaxLengthValidator(SELF_TEST_LENGTH)]
    )
    remind_soon = models.BooleanField(
        "herinnering twee uur vooraf", default=False, help_text="Naast die van twee dagen vooraf."
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "afspraak"
        verbose_name_plural = "afspraken"
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["practitioner", "starts_at"], name="appointment_agenda"),
            models.Index(fields=["status", "starts_at"], name="appointment_by_status"),
            models.Index(fields=["starts_at"], name="appointment_starts_at"),
        ]

    def __str__(self) -> str:
        at = timezone.localtime(self.starts_at)
        return f"{self.initials} op {at:%-d/%-m/%Y}, {at:%-H.%M} uur"

    def get_absolute_url(self) -> str:
        return reverse("booking:appointment", args=[self.key])

    @property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + dt.timedelta(minutes=self.duration_minutes)

    @property
    def slot(self) -> Slot:
        """The moment and the practitioner that it has."""
        return Slot(self.starts_at, self.practitioner_id)

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    def cell_starts(self) -> list[dt.datetime]:
        """The quarters of an hour that it takes, its pause included."""
        length = dt.timedelta(minutes=self.duration_minutes + self.pause_minutes)
        return cells(self.starts_at, length)


class Cell(models.Model):
    """A quarter of an hour that is taken. There can't be two: nothing is ever booked twice."""

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="cells")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="+", db_index=False)
    start = models.DateTimeField()

    class Meta:
        constraints = [
            # Looking up what is taken goes by its index.
            models.UniqueConstraint(fields=["practitioner", "start"], name="cell_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} UTC"


class Change(models.Model):
    """A line about an appointment: who did it, when, from what to what."""

    class Actor(models.TextChoices):
        PATIENT = "patient", "patiënt"
        STAFF = "staff", "praktijk"
        NOBODY = "nobody", "vanzelf"

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="changes")
    at = models.DateTimeField("wanneer")
    actor = models.CharField("door", max_length=7, choices=Actor)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name="wie", null=True, related_name="+"
    )
    from_status = models.CharField("van", max_length=10, choices=Appointment.Status, blank=True)
    to_status = models.CharField("naar", max_length=10, choices=Appointment.Status)
    from_start = models.DateTimeField("van moment", null=True)
    to_start = models.DateTimeField("naar moment")

    class Meta:
        verbose_name = "verandering"
        verbose_name_plural = "veranderingen"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_to_status_display()} door {self.user or self.get_actor_display()}"


class CallBackQuerySet(models.QuerySet["CallBack"]):
    def open(self) -> "CallBackQuerySet":
        """Those that nobody has called yet."""
        return self.filter(handled_at=None)


class CallBack(PatientRequest):
    """Somebody who asks to be called."""

    morning = models.BooleanField("voormiddag", default=False)
    afternoon = models.BooleanField("namiddag", default=False)
    evening = models.BooleanField("avond", default=False)
    handled_at = models.DateTimeField("gebeld op", null=True, editable=False)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="gebeld door",
        null=True,
        editable=False,
        related_name="+",
    )

    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = "vraag om terug te bellen"
        verbose_name_plural = "vragen om terug te bellen"
        ordering = ["created_at"]
        indexes = [models.Index(fields=["handled_at", "created_at"], name="call_back_open")]

    def __str__(self) -> str:
        return f"{self.initials} terugbellen"

    def get_absolute_url(self) -> str:
        return reverse("booking:call_back_sent", args=[self.key])

    @property
    def parts_of_day(self) -> str:
        """When it suits, in words."""
        parts = {"voormiddag": self.morning, "namiddag": self.afternoon, "avond": self.evening}
        named = [name for name, suits in parts.items() if suits]
        return " of ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named) or "altijd"


class Mail(models.Model):
    """A mail about an appointment: of each kind one for a version of it."""

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="mails")
    kind = models.CharField("soort", max_length=30)
    version = models.PositiveIntegerField()
    email = models.OneToOneField("post_office.Email", models.CASCADE, related_name="about")

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "mails"
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "kind", "version"], name="mail_once_for_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class CalendarFeed(models.Model):
    """Where a practitioner's own calendar program finds their appointments."""

    practitioner = models.OneToOneField(
        Practitioner, models.CASCADE, verbose_name="therapeut", related_name="calendar_feed"
    )
    key = models.CharField(max_length=43, unique=True, default=new_key, editable=False)

    class Meta:
        verbose_name = "agenda-abonnement"
        verbose_name_plural = "agenda-abonnementen"

    def __str__(self) -> str:
        return f"Agenda van {self.practitioner}"

    def get_absolute_url(self) -> str:
        return reverse("booking:feed", args=[self.key])


class Sender(models.Model):
    """How often an address has sent something on a day; the address itself is not kept."""

    address = models.CharField(max_length=64)  # its keyed hash
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address", "day"], name="sender_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.count} op {self.day}"


class Worker(models.Model):
    """The worker that works: others wait until it stops, or has said nothing for LEASE.

    One row, so that mails are sent once however many workers there are, on however many machines.
    """

    LEASE = dt.timedelta(minutes=2)

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    holder = models.CharField(max_length=64, blank=True)
    beat_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="worker_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.holder

    @classmethod
    def is_alive(cls, now: dt.datetime) -> bool:
        """Whether a worker has given a sign of life lately."""
        return cls.objects.filter(beat_at__gt=now - cls.LEASE).exclude(holder="").exists()
