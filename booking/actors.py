"""Who does something to an appointment: its patient, a member of the staff, or nobody."""

from dataclasses import dataclass
from typing import Any

from booking.models import Change


@dataclass(frozen=True)
class Actor:
    """Who does something; ``user`` is a member of the staff."""

    kind: Change.Actor
    user: Any = None


PATIENT = Actor(Change.Actor.PATIENT)
NOBODY = Actor(Change.Actor.NOBODY)


def staff(user: Any) -> Actor:
    """A member of the staff."""
    return Actor(Change.Actor.STAFF, user)
