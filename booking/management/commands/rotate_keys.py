"""``manage.py rotate_keys``: what patients confided, encrypted anew with the first of the keys."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import TextField
from django.db.models.functions import Cast

from booking.models import Appointment
from kinekracht.encryption import WrongKey, decrypt, is_current

NAMES = ("complaint", "self_test")


class Command(BaseCommand):
    help = "Encrypt anew, with the first key in ENCRYPTION_KEYS, what is encrypted with another."

    def handle(self, *_args: Any, **_options: Any) -> None:
        renewed, unreadable = 0, 0
        for name in NAMES:
            for pk, token in tokens(name).exclude(token="").values_list("pk", "token").iterator():
                if is_current(token):
                    continue
                try:
                    renewed += renew(name, pk, token)
                except WrongKey:
                    unreadable += 1
        self.stdout.write(f"{renewed} texts encrypted anew")
        if unreadable:
            raise CommandError(
                f"{unreadable} texts belong to none of the keys. Nothing was done to them: "
                "put the key they were made with in ENCRYPTION_KEYS and run this again."
            )


def tokens(name: str) -> Any:
    """The appointments, each with the ``token`` that the database holds for the field ``name``."""
    return Appointment.objects.annotate(token=Cast(name, TextField()))


def renew(name: str, pk: int, token: str) -> int:
    """Write the same text with the key of now; 0 if it was changed in the meantime, else 1."""
    unchanged = tokens(name).filter(pk=pk, token=token)
    return int(unchanged.update(**{name: decrypt(token)}))
