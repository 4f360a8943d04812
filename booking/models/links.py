"""The secret in an address: worked out from a record's number and LINK_KEYS, and stored nowhere.

Whoever has the database has the numbers and not the keys, and so opens nobody's page. The first of
LINK_KEYS makes new addresses; one that was made with another opens as long as that one is listed.
"""

import base64
import hashlib
import hmac
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models

MAC_BYTES = 16  # 128 bits, that nobody guesses


class FindsByKey:
    """What a queryset of ``Linked`` records has beside Django's."""

    def with_key(self, key: str) -> Self:
        """The one that an address with ``key`` leads to; none, if that is nobody's."""
        records: Any = self
        uid = verified_uid(key, of=records.model.link_kind())
        wanted = {"old_key__in": keyed_hashes(sha256(key))} if uid is None else {"uid": uid}
        found: Self = records.filter(**wanted)
        return found


class Linked(models.Model):
    """What has an address that only those know to whom it was given."""

    # Also what it is called in calendars: public, and by itself worth nothing.
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # Of the address it had while keys were stored: the keyed hash of that key's SHA-256.
    old_key = models.CharField(  # noqa: DJ001  many have none, and "" can be there once only
        max_length=64, null=True, unique=True, editable=False
    )

    class Meta:
        abstract = True

    @classmethod
    def link_kind(cls) -> str:
        """What keeps the keys of one model from opening records of another."""
        return str(cls._meta.model_name)

    @property
    def key(self) -> str:
        """The secret in its address: 43 letters and digits."""
        return make_key(self.uid, of=self.link_kind())

    def change_address(self) -> None:
        """Give it another address; whoever knew the earlier one finds nothing there. Not saved."""
        self.uid, self.old_key = uuid.uuid4(), None


def make_key(uid: uuid.UUID, *, of: str) -> str:
    """The key of a record of the kind ``of``: its number, and proof that it comes from us."""
    return encode(uid.bytes + mac_of(uid, of, settings.LINK_KEYS[0]))


def verified_uid(key: str, *, of: str) -> uuid.UUID | None:
    """The number in a key that we made; None if we didn't, or with a secret that is no more."""
    try:
        raw = base64.urlsafe_b64decode(f"{key}=")
    except ValueError:
        return None
    # What differs in bits that mean nothing is another text, and so not the key.
    if len(raw) != 16 + MAC_BYTES or encode(raw) != key:
        return None
    uid, mac = uuid.UUID(bytes=raw[:16]), raw[16:]
    if any(hmac.compare_digest(mac, mac_of(uid, of, secret)) for secret in settings.LINK_KEYS):
        return uid
    return None


def mac_of(uid: uuid.UUID, of: str, secret: str) -> bytes:
    """What only who has ``secret`` can say of a record's number."""
    return hmac.digest(secret.encode(), f"{of} {uid}".encode(), "sha256")[:MAC_BYTES]


def encode(raw: bytes) -> str:
    """Bytes as they stand in an address."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def keyed_hash(text: str) -> str:
    """The hash of ``text`` that nobody makes without the first of LINK_KEYS, in hexadecimal."""
    return keyed_hashes(text)[0]


def keyed_hashes(text: str) -> list[str]:
    """The same with each of LINK_KEYS: what may be stored of ``text``."""
    return [
        hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
        for secret in settings.LINK_KEYS
    ]


def sha256(text: str) -> str:
    """The hash of ``text``, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
