"""The free times of a treatment, from what is in the database.

One function for the pages, for staff and for the moment of writing, so that nobody is offered
what is refused a moment later.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from typing import Any

from django.db.models import BigIntegerField, Func, Q, QuerySet

from booking.holidays import holidays_between
from booking.models import Appointment, Cell, Closure, WorkingHours
from booking.slots import BRUSSELS, Closed, Demand, Period, Rule, Slot, free_slots, local
from kinekracht.models import Practice, Practitioner, Treatment
from kinekracht.prepared import Prepared, given

# The columns of working hours that make a Rule.
RULE = (
    "practitioner_id", "weekday", "starts", "ends", "valid_from", "valid_until", "every_weeks",
)  # fmt: skip

HOURS = Prepared(
    WorkingHours.objects.filter(
        Q(treatments=None) | Q(treatments=given("treatment")),
        practitioner__treatments=given("treatment"),
        practitioner__bookable=True,
    )
    .order_by()
    .values_list(*RULE)
)
CLOSURES = Prepared(
    Closure.objects.filter(starts_at__lt=given("end"), ends_at__gt=given("begin"))
    .order_by()
    .values_list("starts_at", "ends_at", "practitioner_id")
)


class Seconds(Func):
    """A moment as the seconds since 1970. A calendar has many, and these are quick to read."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        template = "EXTRACT(EPOCH FROM %(expressions)s)::bigint"
        return self.as_sql(compiler, connection, template=template)


@cache
def cells_of(people: int, *, but_one: bool) -> Prepared:
    """What is taken of so many people; ``but_one`` leaves an appointment out."""
    cells = Cell.objects.filter(
        practitioner__pk__in=[given(str(n)) for n in range(people)],
        start__gte=given("begin"),
        start__lt=given("end"),
    )
    if but_one:
        cells = cells.exclude(appointment=given("ignoring"))
    return Prepared(cells.values_list("practitioner_id", Seconds("start")))


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
    """The free slots from ``first`` to ``last``, or from today to the horizon.

    Of ``practitioner``, or of everybody who gives the treatment. To move an appointment
    (``ignoring``), its own time counts as free. Staff may leave out the notice (``at_once``).
    However much is booked, it takes three queries, and one more where there are holidays.
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
        closed=closures_in(period),
        holidays=holidays_kept(first, last).keys(),
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
    """When the people who give ``treatment``, or only ``practitioner``, work for it."""
    rules = [Rule(*row) for row in HOURS.rows(treatment=treatment.pk)]
    if practitioner is None:
        return rules
    return [rule for rule in rules if rule.practitioner == practitioner.pk]


def as_rules(hours: QuerySet[WorkingHours]) -> list[Rule]:
    """Working hours as the pure modules take them."""
    return [Rule(*row) for row in hours.values_list(*RULE)]


def closures_in(period: Period) -> list[Closed]:
    """When anybody, or the practice, is away: few enough to leave out nobody's."""
    return [
        Closed(Period(start.replace(tzinfo=dt.UTC), end.replace(tzinfo=dt.UTC)), practitioner)
        for start, end, practitioner in CLOSURES.rows(begin=period.start, end=period.end)
    ]


def cells_in(period: Period, people: set[int], ignoring: Appointment | None) -> dict[int, set[int]]:
    """The cells that are taken, for each of ``people``, in seconds."""
    found = cells_of(len(people), but_one=ignoring is not None).rows(
        begin=period.start,
        end=period.end,
        ignoring=ignoring and ignoring.pk,
        **{str(n): practitioner for n, practitioner in enumerate(people)},
    )
    taken: dict[int, set[int]] = defaultdict(set)
    for practitioner, start in found:
        taken[practitioner].add(start)
    return taken


def holidays_kept(first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """The holidays from ``first`` to ``last``; none if the practice isn't closed on them."""
    names = holidays_between(first, last)
    # Without a practice they are kept.
    keeps = bool(names) and all(Practice.objects.values_list("closed_on_holidays", flat=True))
    return names if keeps else {}
