"""What the site keeps for its own work: mails, subscriptions, counts, and who works."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.urls import reverse

from booking.models.appointments import Appointment
from booking.models.links import FindsByKey, Linked
from kinekracht.models import Practitioner


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


class CalendarFeedQuerySet(FindsByKey, models.QuerySet["CalendarFeed"]):
    """Subscriptions, found by the key in their address."""


class CalendarFeed(Linked):
    """Where a practitioner's own calendar program finds their appointments."""

    practitioner = models.OneToOneField(
        Practitioner, models.CASCADE, verbose_name="therapeut", related_name="calendar_feed"
    )

    objects = CalendarFeedQuerySet.as_manager()

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
