"""Text that only those with a key can read: encrypted in the database, and so in its backups.

The keys are in the setting ENCRYPTION_KEYS: the first one encrypts, every one decrypts, so that a
new key can be put in front before the texts are encrypted anew (``manage.py rotate_keys``).
"""

from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class WrongKey(Exception):  # noqa: N818  it names what is wrong
    """None of the keys belongs to a text. Nothing of it is shown, and nothing is lost."""

    def __init__(self) -> None:
        super().__init__(
            "Een versleutelde tekst past bij geen van de sleutels in ENCRYPTION_KEYS "
            "(zie README, Settings)."
        )


@cache
def box(keys: tuple[str, ...]) -> MultiFernet:
    """What encrypts with the first of ``keys`` and decrypts with all of them."""
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """``text``, unreadable without the key, and different each time; nothing stays nothing."""
    return box(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The text that ``encrypt`` made ``token`` of; WrongKey if that was with another key."""
    if not token:
        return ""
    try:
        return box(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise WrongKey from None


def is_current(token: str) -> bool:
    """Whether ``token`` was made with the first of the keys, or is nothing."""
    if not token:
        return True
    try:
        box((settings.ENCRYPTION_KEYS[0],)).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


class EncryptedTextField(models.TextField):
    """Text that is encrypted on its way to the database and decrypted on its way back.

    It can be searched for nothing but being empty.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if text is None else encrypt(text)

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return value if value is None else decrypt(value)
