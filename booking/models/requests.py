"""What somebody sends us, whatever it is; and who asks to be called."""

from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from booking.models.links import FindsByKey, Linked, keyed_hashes


class FindsRequests(FindsByKey):
    """What a queryset of ``PatientRequest`` records has beside Django's."""

    def sent_as(self, submission: UUID) -> Self:
        """The one that was sent with a form of this number, if any was."""
        requests: Any = self
        found: Self = requests.filter(submission_hash__in=keyed_hashes(str(submission)))
        return found


class PatientRequest(Linked):
    """What somebody sends us: who they are, and how we may reach them."""

    # Of the number that the form was sent with: what is sent twice has one, and is one. Not the
    # number itself, as sending that again leads to the patient's page.
    submission_hash = models.CharField(  # noqa: DJ001  many have none, and "" can be there once
        max_length=64, null=True, unique=True, editable=False
    )
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
    def known_as(self) -> str:
        """The name, for staff; of what is old it is no longer known."""
        return self.name or "Anoniem"

    @property
    def initials(self) -> str:
        """The first letters of the name, for where the name itself should not stand."""
        return "".join(f"{word[0].upper()}." for word in self.name.split()[:4]) or "–"


class CallBackQuerySet(FindsRequests, models.QuerySet["CallBack"]):
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
