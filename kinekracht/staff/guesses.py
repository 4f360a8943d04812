"""What is kept of wrong codes, and of the networks that somebody logs in from.

A network is kept as a keyed hash of it and of whose login it is about: two colleagues who share one
have nothing in common here.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

KEEP_WRONG_CODES = timedelta(days=1)
KEEP_NETWORKS = timedelta(days=30)


class WrongCode(models.Model):
    """A code that was wrong, after a right password. A row each: two at once both count."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    network = models.CharField("netwerk", max_length=64)
    recovery = models.BooleanField("bedoeld als herstelcode")
    at = models.DateTimeField("wanneer")

    class Meta:
        verbose_name = "foute code"
        verbose_name_plural = "foute codes"
        default_permissions = ()
        indexes = [models.Index(fields=["user", "at"], name="wrong_code_of")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name}, {self.at:%Y-%m-%d}"


class KnownNetwork(models.Model):
    """A network from which somebody logged in with both steps."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    network = models.CharField("netwerk", max_length=64)
    last_at = models.DateTimeField("laatst aangemeld")

    class Meta:
        verbose_name = "netwerk"
        verbose_name_plural = "netwerken"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "network"], name="network_is_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name}, {self.last_at:%Y-%m-%d}"


class WaveQuerySet(models.QuerySet["Wave"]):
    def unseen(self) -> "WaveQuerySet":
        """Those with wrong codes that their owner hasn't read about."""
        return self.filter(Q(seen_at=None) | Q(seen_at__lt=F("last_at")))


class Wave(models.Model):
    """Wrong codes with one name that came so close together that somebody must be guessing.

    It goes on until there was none for a day. It is gone once its owner was given another password.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    began_at = models.DateTimeField("begonnen")
    last_at = models.DateTimeField("laatste foute code")
    seen_at = models.DateTimeField("gelezen", null=True)

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = "reeks foute codes"
        verbose_name_plural = "reeksen foute codes"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name}, {self.began_at:%Y-%m-%d}"


def forget_wrong_codes(now: datetime) -> int:
    """Delete wrong codes of more than a day before ``now``, and waves that ended and were read.

    How many wrong codes there were.
    """
    before = now - KEEP_WRONG_CODES
    Wave.objects.filter(last_at__lt=before, seen_at__gte=F("last_at")).delete()
    return WrongCode.objects.filter(at__lt=before).delete()[0]


def forget_networks(now: datetime) -> int:
    """Delete the networks that nobody logged in from for thirty days; how many there were."""
    return KnownNetwork.objects.filter(last_at__lt=now - KEEP_NETWORKS).delete()[0]
