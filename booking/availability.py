"""The free times of a treatment, from what is in the database.

One function for the pages, for staff and for the moment of writing, so that nobody is offered
what is refused a moment later.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import replace

from django.db.models import Q, QuerySet

from booking.holidays import holidays_between
from booking.models import Appointment, Cell, Closure, WorkingHours
from booking.slots import BRUSSELS, Closed, Demand, Period, Rule, Slot, free_slots, local
from kinekracht.models import Practice, Practitioner, Treatment


def availability(
    treatment: Treatment,
    *,
    now: dt.datetime,
    first: dt.date | None = None,
    last: dt.date | None = None,
    practitioner: Practitioner | None = None,
    ignoring: Appointment | None = None,
    at_once: bool = False,
) -> list[Slot]:
    """The free slots from ``first`` to ``last``, or from today to the horizon; four queries.

    Of ``practitioner``, or of everybody who gives the treatment. To move an appointment
    (``ignoring``), its own time counts as free. Staff may leave out the notice (``at_once``).
    """
    demand = demand_of(treatment)
    if ignoring is not None:  # it keeps its own length, whatever the treatment takes since
        demand = replace(
            demand,
            duration=dt.timedelta(minutes=ignoring.duration_minutes),
            pause=dt.timedelta(minutes=ignoring.pause_minutes),
        )
    if at_once:
        demand = replace(demand, notice=dt.timedelta())
    first = max(first or dt.date.min, local(now).date())
    last = min(last or dt.date.max, local(now + demand.horizon).date())
    rules = rules_of(treatment, practitioner) if first <= last else []
    if not rules:
        return []
    people = {rule.practitioner for rule in rules}
    period = Period(
        dt.datetime.combine(first, dt.time(), BRUSSELS).astimezone(dt.UTC),
        dt.datetime.combine(last, dt.time.max, BRUSSELS).astimezone(dt.UTC)
        + demand.duration
        + demand.pause,
    )
    return free_slots(
        demand,
        rules=rules,
        closed=closures_in(period, people),
        holidays=set(holidays_between(first, last)) if is_closed_on_holidays() else set(),
        taken=cells_in(period, people, ignoring),
        now=now,
        first=first,
        last=last,
    )


def slot_at(
    treatment: Treatment,
    start: dt.datetime,
    *,
    now: dt.datetime,
    practitioner: Practitioner | None = None,
    ignoring: Appointment | None = None,
    at_once: bool = False,
) -> Slot | None:
    """The free slot at ``start``, of who has most time left that day; None if there is none."""
    day = local(start).date()
    free = availability(
        treatment,
        now=now,
        first=day,
        last=day,
        practitioner=practitioner,
        ignoring=ignoring,
        at_once=at_once,
    )
    left = Counter(slot.practitioner for slot in free)
    return max(
        (slot for slot in free if slot.start == start),
        key=lambda slot: (left[slot.practitioner], -slot.practitioner),
        default=None,
    )


def demand_of(treatment: Treatment) -> Demand:
    """What an appointment for ``treatment`` takes."""
    return Demand(
        duration=dt.timedelta(minutes=treatment.duration_minutes),
        pause=dt.timedelta(minutes=treatment.pause_minutes),
        step=dt.timedelta(minutes=treatment.step_minutes),
        notice=dt.timedelta(hours=treatment.notice_hours),
        horizon=dt.timedelta(days=treatment.horizon_days),
    )


def rules_of(treatment: Treatment, practitioner: Practitioner | None) -> list[Rule]:
    """When the people who give ``treatment`` work for it."""
    hours = WorkingHours.objects.filter(
        Q(treatments=None) | Q(treatments=treatment),
        practitioner__treatments=treatment,
        practitioner__bookable=True,
    ).order_by()
    if practitioner is not None:
        hours = hours.filter(practitioner=practitioner)
    return as_rules(hours)


def as_rules(hours: QuerySet[WorkingHours]) -> list[Rule]:
    """Working hours as the pure modules take them."""
    return [
        Rule(*row)
        for row in hours.values_list(
            "practitioner_id", "weekday", "starts", "ends",
            "valid_from", "valid_until", "every_weeks",
        )
    ]  # fmt: skip


def closures_in(period: Period, people: set[int]) -> list[Closed]:
    """When these people, or the practice, are away."""
    closures = Closure.objects.filter(
        Q(practitioner=None) | Q(practitioner__in=people),
        starts_at__lt=period.end,
        ends_at__gt=period.start,
    ).order_by()
    return [
        Closed(Period(start, end), practitioner)
        for start, end, practitioner in closures.values_list(
            "starts_at", "ends_at", "practitioner_id"
        )
    ]


def cells_in(
    period: Period, people: set[int], ignoring: Appointment | None
) -> dict[int, set[dt.datetime]]:
    """The cells that are taken, for each of ``people``."""
    cells = Cell.objects.filter(
        practitioner__in=people, start__gte=period.start, start__lt=period.end
    )
    if ignoring is not None:
        cells = cells.exclude(appointment=ignoring)
    taken: dict[int, set[dt.datetime]] = defaultdict(set)
    for practitioner, start in cells.values_list("practitioner_id", "start"):
        taken[practitioner].add(start)
    return taken


def is_closed_on_holidays() -> bool:
    """Whether the practice is closed on the public holidays of Belgium."""
    return Practice.objects.current().closed_on_holidays
