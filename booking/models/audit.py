"""Who read what patients confided: never what it was."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models

from kinekracht.staff.actor import SERVER


class AuditEntry(models.Model):
    """Somebody of the practice saw, took along or erased what a patient had confided.

    Which appointment is said by its number alone, so that an entry names no patient; the number
    goes when the appointment does.
    """

    class Action(models.TextChoices):
        READ = "read", "gelezen"
        CHANGED = "changed", "gewijzigd"
        EXPORTED = "exported", "uitgevoerd"
        ERASED = "erased", "gewist"

    at = models.DateTimeField("wanneer")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    name = models.CharField("wie", max_length=150)  # outlives the account
    action = models.CharField("wat", max_length=8, choices=Action)
    number = models.PositiveBigIntegerField("afspraak", null=True, db_index=True)

    class Meta:
        verbose_name = "inzage"
        verbose_name_plural = "inzages"
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["at"], name="audit_at")]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_action_display()}"

    @classmethod
    def write(
        cls, action: "AuditEntry.Action", *, by: Any, now: dt.datetime, number: int | None = None
    ) -> None:
        """Note that the user ``by`` did this, to the appointment with this number if it was one."""
        name = by.get_username() if by is not None else SERVER
        cls.objects.create(at=now, user=by, name=name, action=action, number=number)
