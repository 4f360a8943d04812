"""From one state of an appointment to the next: compare and swap, its cells, and its line.

All of it happens in the transaction of whoever calls (``booking.workflow``).
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import F

from booking.actors import Actor
from booking.models import Appointment, Change
from booking.occupancy import NotPossible, occupy
from booking.slots import Slot
from kinekracht.models import Treatment

Status = Appointment.Status


class Outdated(NotPossible):
    """The appointment isn't what it was when somebody looked at it."""

    def __init__(self) -> None:
        super().__init__(
            "De afspraak is ondertussen veranderd. Er is niets gewijzigd. "
            "Kijk hoe ze er nu voor staat."
        )


def change(
    appointment: Appointment,
    version: int,
    allowed: Collection[str],
    *,
    to: Status,
    by: Actor,
    now: dt.datetime,
    slot: Slot | None = None,
) -> Appointment:
    """Compare and swap: the appointment as it is afterwards, with its line and its cells.

    Outdated if it is no longer the ``version`` that somebody saw, or in none of the states
    ``allowed``. With ``slot``, it moves there.
    """
    found = (
        Appointment.objects.select_related("treatment", "practitioner")
        .filter(pk=appointment.pk, version=version, status__in=allowed)
        .first()
    )
    if found is None:
        raise Outdated
    if slot == found.slot:
        raise NotPossible("De afspraak staat al op dit moment.")
    new = {"status": to, "changed_at": now}
    if slot is not None:
        new |= {"starts_at": slot.start, "practitioner_id": slot.practitioner}
    same = Appointment.objects.filter(pk=found.pk, version=version)
    if not same.update(version=F("version") + 1, **new):
        raise Outdated  # by who was a moment earlier
    before = found.status, found.starts_at
    for name, value in new.items():
        setattr(found, name, value)
    found.version += 1
    if slot is not None or to not in Appointment.OCCUPYING:
        occupy(found)
    record(found, by, now=now, before=before)
    return found


def new_appointment(treatment: Treatment, slot: Slot, **fields: Any) -> Appointment:
    """Store an appointment and the cells it takes."""
    appointment = Appointment.objects.create(
        treatment=treatment,
        practitioner_id=slot.practitioner,
        starts_at=slot.start,
        duration_minutes=treatment.duration_minutes,
        pause_minutes=treatment.pause_minutes,
        **fields,
    )
    occupy(appointment)
    return appointment


def record(
    appointment: Appointment,
    by: Actor,
    *,
    now: dt.datetime,
    before: tuple[str, dt.datetime | None] = ("", None),
) -> None:
    """Leave a line: who, when, from what to what."""
    from_status, from_start = before
    Change.objects.create(
        appointment=appointment,
        at=now,
        actor=by.kind,
        user=by.user,
        from_status=from_status,
        to_status=appointment.status,
        from_start=from_start,
        to_start=appointment.starts_at,
    )
