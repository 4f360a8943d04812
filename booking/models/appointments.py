"""Who comes when, for what, and how that came about."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, OuterRef, When
from django.urls import reverse
from django.utils import timezone

from booking.models.requests import FindsRequests, PatientRequest
from booking.slots import Slot, cells
from kinekracht.encryption import EncryptedTextField
from kinekracht.fields import MailboxField, unquoted
from kinekracht.models import Practitioner, Treatment

COMPLAINT_LENGTH = 500
SELF_TEST_LENGTH = 5000


class AppointmentQuerySet(FindsRequests, models.QuerySet["Appointment"]):
    def live(self) -> "AppointmentQuerySet":
        """Those that are still on."""
        return self.filter(status__in=Appointment.LIVE)

    def occupying(self) -> "AppointmentQuerySet":
        """Those whose time is nobody else's."""
        return self.filter(status__in=Appointment.OCCUPYING)

    def awaiting_reply(self) -> "AppointmentQuerySet":
        """Those that staff have to answer."""
        return self.filter(status=Appointment.Status.REQUESTED)

    def untouched_by_staff(self) -> "AppointmentQuerySet":
        """Those that staff have never done anything with."""
        by_staff = Change.objects.filter(appointment=OuterRef("pk"), actor=Change.Actor.STAFF)
        return self.filter(~Exists(by_staff))

    def visible_to(self, user: Any) -> "AppointmentQuerySet":
        """Those that a member of the staff may see: everybody's, or their own."""
        if user.has_perm("booking.view_every_appointment"):
            return self
        return self.filter(practitioner__user_id=user.pk)

    def saying_what_is_confided(self) -> "AppointmentQuerySet":
        """With ``has_complaint`` and ``has_self_test``: whether there is one, not what it says."""
        return self.annotate(
            has_complaint=Case(When(complaint="", then=False), default=True),
            has_self_test=Case(When(self_test="", then=False), default=True),
        )

    def starting(self, begin: dt.datetime, end: dt.datetime) -> "AppointmentQuerySet":
        """Those that start from ``begin`` up to, and without, ``end``."""
        return self.filter(starts_at__gte=begin, starts_at__lt=end)


AnyAppointments = models.Manager.from_queryset(AppointmentQuerySet)


class AppointmentManager(AnyAppointments):
    """Appointments without what patients confided, which is read only where it is asked for."""

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("complaint", "self_test")


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

    email = MailboxField("e-mail", blank=True, validators=[unquoted])
    visit = models.CharField("eerste keer hier", max_length=5, choices=Visit, blank=True)
    referral = models.CharField("voorschrift", max_length=7, choices=Referral, blank=True)
    referral_date = models.DateField("datum van het voorschrift", null=True, blank=True)
    complaint = EncryptedTextField(
        "waarover het gaat", blank=True, validators=[MaxLengthValidator(COMPLAINT_LENGTH)]
    )
    self_test = EncryptedTextField(
        "meegestuurde zelftest", blank=True, validators=[MaxLengthValidator(SELF_TEST_LENGTH)]
    )
    remind_soon = models.BooleanField(
        "herinnering twee uur vooraf", default=False, help_text="Naast die van twee dagen vooraf."
    )

    # Only with saying_what_is_confided().
    has_complaint: bool
    has_self_test: bool

    objects = AppointmentManager()

    class Meta:
        verbose_name = "afspraak"
        verbose_name_plural = "afspraken"
        permissions = [
            ("view_every_appointment", "Mag de afspraken van alle therapeuten zien"),
            ("read_complaint", "Mag bij eigen afspraken lezen waarover het gaat"),
            ("export_person", "Mag uitvoeren wat van een persoon bewaard is"),
            ("erase_person", "Mag wissen wat van een persoon bewaard is"),
        ]
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
