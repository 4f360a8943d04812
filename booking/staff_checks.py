"""What staff should know before they book outside the rules, or close. Nothing changes here."""

import datetime as dt

from django.db.models import Q

from booking.availability import holidays_kept, rules_of
from booking.models import Appointment, Closure
from booking.slots import Slot, cells, local, working_periods
from kinekracht.models import MOST_MINUTES, Practitioner, Treatment


def objections(
    treatment: Treatment,
    practitioner: Practitioner,
    start: dt.datetime,
    *,
    length: dt.timedelta,
) -> list[str]:
    """Why no patient is offered this moment, in words; staff may choose it all the same.

    That it is taken, or sooner than the treatment's notice, is none of these.
    """
    end = start + length
    said = []
    if not treatment.practitioners.filter(pk=practitioner.pk).exists():
        said.append(f"{practitioner} geeft deze behandeling niet.")
    elif not works(treatment, practitioner, start, end):
        said.append(f"{practitioner} werkt dan niet.")
    day = local(start).date()
    if holiday := holidays_kept(day, day).get(day):
        said.append(f"Het is dan een feestdag: {holiday}.")
    away = Closure.objects.filter(
        Q(practitioner=None) | Q(practitioner=practitioner), starts_at__lt=end, ends_at__gt=start
    )
    return said + [
        f"{practitioner if closure.practitioner_id else 'De praktijk'} is dan afwezig"
        f"{f' ({closure.reason})' if closure.reason else ''}."
        for closure in away
    ]


def works(
    treatment: Treatment, practitioner: Practitioner, start: dt.datetime, end: dt.datetime
) -> bool:
    """Whether the practitioner's hours for ``treatment`` hold all of it, holidays apart."""
    day = local(start).date()
    periods = working_periods(rules_of(treatment, practitioner), frozenset(), day, day)
    return any(
        period.start <= start and end <= period.end for period in periods.get(practitioner.pk, [])
    )


def in_the_way(
    slot: Slot, length: dt.timedelta, *, ignoring: Appointment | None = None
) -> list[Appointment]:
    """The appointments that take some of this time; ``length`` includes the pause afterwards."""
    found = Appointment.objects.filter(
        cells__practitioner=slot.practitioner, cells__start__in=cells(slot.start, length)
    ).distinct()
    return list(found.exclude(pk=ignoring.pk) if ignoring else found)


def met_by(closure: Closure) -> list[Appointment]:
    """The live appointments of who is away that fall in a closure, saved or not."""
    longest = dt.timedelta(minutes=MOST_MINUTES)
    found = (
        Appointment.objects.live()
        .starting(closure.starts_at - longest, closure.ends_at)
        .select_related("practitioner")
    )
    if closure.practitioner_id is not None:
        found = found.filter(practitioner=closure.practitioner_id)
    return [appointment for appointment in found if appointment.ends_at > closure.starts_at]
