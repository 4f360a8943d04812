"""Sessions as Django keeps them in its table, but for their key: there stands a hash of it.

Who reads the table, on a disk or in an old backup, holds nothing that a browser could send.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django.utils.crypto import salted_hmac


def hash_of(key: str) -> str:
    """What the table keeps for the key in a cookie: 160 bits, which is what its column takes."""
    mac = salted_hmac("kinekracht.staff.sessions", key, algorithm="sha256")
    return mac.hexdigest()[:40]


class SessionStore(db.SessionStore):
    """``session_key`` is that of the cookie; it is hashed on its way to the table."""

    def load(self) -> dict[str, Any]:
        here = self.model.objects.filter(session_key=hash_of(self.session_key or ""))
        row = here.filter(expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        return super().exists(hash_of(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.session_key = hash_of(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(hash_of(key))

    # By way of the above: Django's own look up what the cookie says.
    aload, aexists = SessionBase.aload, SessionBase.aexists
    acreate, asave, adelete = SessionBase.acreate, SessionBase.asave, SessionBase.adelete
