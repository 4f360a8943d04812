"""``manage.py rotate_keys``: what is encrypted, and addresses in mails that wait, with new keys."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model, TextField
from django.db.models.functions import Cast
from post_office.models import Email

from booking.outbox import renew_links
from kinekracht.encryption import EncryptedTextField, WrongKey, decrypt, encrypt, is_current

# Of the package's own model, which doesn't know that they are encrypted (kinekracht.storage.mails).
MAILS: list[tuple[type[Model], str]] = [(Email, "message"), (Email, "html_message")]


class Command(BaseCommand):
    help = "Use the first of ENCRYPTION_KEYS and of LINK_KEYS for what was made with another."

    def handle(self, *_args: Any, **_options: Any) -> None:
        renewed, unreadable = 0, 0
        for model, name in [*encrypted_fields(), *MAILS]:
            found = tokens(model, name).exclude(token="").values_list("pk", "token")
            for pk, token in found.iterator():
                if is_current(token):
                    continue
                try:
                    renewed += renew(model, name, pk, token)
                except WrongKey:
                    unreadable += 1
        self.stdout.write(f"{renewed} texts encrypted anew")
        self.stdout.write(f"{renew_links()} waiting mails given an address of now")
        if unreadable:
            raise CommandError(
                f"{unreadable} texts belong to none of the keys. Nothing was done to them: "
                "put the key they were made with in ENCRYPTION_KEYS and run this again."
            )


def encrypted_fields() -> list[tuple[type[Model], str]]:
    """Each field of each app that is encrypted: its model and its name."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    ]


def tokens(model: type[Model], name: str) -> Any:
    """The rows, each with the ``token`` that the database holds for the field ``name``."""
    return model._default_manager.annotate(token=Cast(name, TextField()))


def renew(model: type[Model], name: str, pk: int, token: str) -> int:
    """Write the same text with the key of now; 0 if it was changed in the meantime, else 1."""
    text = decrypt(token)
    encrypts_itself = isinstance(model._meta.get_field(name), EncryptedTextField)
    unchanged = tokens(model, name).filter(pk=pk, token=token)
    return int(unchanged.update(**{name: text if encrypts_itself else encrypt(text)}))
