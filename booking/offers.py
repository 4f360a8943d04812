"""The free moments that staff choose from when an appointment goes to another time."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.dateparse import parse_date

from booking.availability import availability
from booking.converters import MomentConverter
from booking.models import Appointment
from booking.occupancy import NotFree
from booking.slots import Slot, local, nearest
from kinekracht.models import Practitioner

DAYS_SHOWN = dt.timedelta(days=14)
NEAREST = 6
CENTURY = range(2000, 2100)


@dataclass(frozen=True)
class Choice:
    """A free moment as a button; ``name`` says with whom, where there are several."""

    start: dt.datetime
    value: str
    name: str


def free_moments(appointment: Appointment, begin: str, *, now: dt.datetime) -> dict[str, Any]:
    """What is free from the day ``begin`` (such as 2026-12-01) on, and closest to where it is now.

    Without a day, or with a wrong one, from the first day that has a free moment.
    """
    free = [slot for slot in free_slots(appointment, now) if slot != appointment.slot]
    if not free:
        return {"near": [], "days": [], "earlier": None, "later": None}
    names = names_of({slot.practitioner for slot in free})
    first = day_said(begin) or local(free[0].start).date()
    end = first + DAYS_SHOWN
    shown = [slot for slot in free if first <= local(slot.start).date() < end]
    return {
        "near": [choice(slot, names) for slot in nearest(free, appointment.starts_at, NEAREST)],
        "days": [
            (day, [choice(slot, names) for slot in slots])
            for day, slots in groupby(shown, key=lambda slot: local(slot.start).date())
        ],
        "earlier": first - DAYS_SHOWN if local(free[0].start).date() < first else None,
        "later": end if local(free[-1].start).date() >= end else None,
    }


def refuse_taken(appointment: Appointment, slot: Slot, now: dt.datetime) -> None:
    """NotFree if this moment isn't on offer any more, or never was."""
    day = local(slot.start).date()
    if slot not in free_slots(appointment, now, first=day, last=day):
        raise NotFree


def free_slots(
    appointment: Appointment,
    now: dt.datetime,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> list[Slot]:
    """Where the appointment can go; staff need no notice."""
    return availability(
        appointment.treatment, now=now, first=first, last=last, ignoring=appointment, at_once=True
    )


def names_of(people: set[int]) -> dict[int, str]:
    """The names of these people; none are needed if there is only one."""
    if len(people) == 1:
        return {}
    return dict(Practitioner.objects.filter(pk__in=people).values_list("pk", "name"))


def choice(slot: Slot, names: dict[int, str]) -> Choice:
    """A slot as a button."""
    value = f"{MomentConverter().to_url(slot.start)}/{slot.practitioner}"
    return Choice(slot.start, value, names.get(slot.practitioner, ""))


def day_said(words: str) -> dt.date | None:
    """The day that an address names, if it is one of this century."""
    try:
        day = parse_date(words)
    except ValueError:
        return None
    return day if day and day.year in CENTURY else None
