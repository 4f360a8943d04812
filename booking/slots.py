"""From working hours to free times. Pure: no clock, no database, no Django.

People say "Monday from nine": days and times are wall time in Brussels. Moments are aware and in
UTC. A slot starts on a quarter of an hour, which is one in both, as Brussels keeps whole hours.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
CELL = timedelta(minutes=15)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """From ``start`` up to, and without, ``end``: moments in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rule:
    """When a practitioner works: on a weekday (Monday is 0), in wall time, every n-th week.

    The weeks are counted from the one of ``valid_from``; it and ``valid_until`` are included.
    """

    practitioner: int
    weekday: int
    starts: time
    ends: time
    valid_from: date
    valid_until: date | None = None
    every_weeks: int = 1


@dataclass(frozen=True)
class Closed:
    """When somebody does not work after all; nobody does where ``practitioner`` is None."""

    period: Period
    practitioner: int | None = None


@dataclass(frozen=True)
class Demand:
    """What an appointment takes, and how long before it may be asked for.

    ``pause`` follows it and may reach past the working hours. ``step`` divides an hour.
    """

    duration: timedelta
    pause: timedelta = timedelta()
    step: timedelta = CELL
    notice: timedelta = timedelta()
    horizon: timedelta = timedelta(days=60)


class Slot(NamedTuple):
    """A moment at which somebody is free long enough. There are many: a tuple is cheap to sort."""

    start: datetime
    practitioner: int


def free_slots(
    demand: Demand,
    *,
    rules: Iterable[Rule],
    closed: Iterable[Closed],
    holidays: AbstractSet[date],
    taken: Mapping[int, AbstractSet[int]],
    now: datetime,
    first: date,
    last: date,
) -> list[Slot]:
    """The free slots on the days from ``first`` to ``last``, both included, the earliest first.

    ``taken`` holds for each practitioner the cells that are not free, as ``cells`` makes them, in
    ``seconds``. So is all that there is much of, until it is found free: whole numbers are compared
    far quicker than moments.
    """
    earliest = seconds(now + demand.notice)
    first = max(first, local(now + demand.notice).date())
    last = min(last, local(now + demand.horizon).date())
    closed = list(closed)
    cell = CELL // SECOND
    length = -(-(demand.duration + demand.pause) // CELL) * cell  # of the cells from a start on
    free: list[tuple[int, int]] = []
    for practitioner, periods in working_periods(rules, holidays, first, last).items():
        away = [c.period for c in closed if c.practitioner in {None, practitioner}]
        not_free = taken.get(practitioner, frozenset())
        for period in subtract(periods, away):
            free += [
                (start, practitioner)
                for start in starts_within(period, demand)
                if start >= earliest and not_free.isdisjoint(range(start, start + length, cell))
            ]
    return [
        Slot(EPOCH + timedelta(seconds=start), practitioner) for start, practitioner in sorted(free)
    ]


def seconds(moment: datetime) -> int:
    """The whole seconds from the start of 1970 to ``moment``, or to the first one after it."""
    return -((EPOCH - moment) // SECOND)


def cells(start: datetime, length: timedelta) -> list[datetime]:
    """The starts of all quarters of an hour that [start, start + length) touches, ascending."""
    first = start - (start - datetime.min.replace(tzinfo=UTC)) % CELL
    return [first + n * CELL for n in range(-(-(start + length - first) // CELL))]


def nearest(slots: Iterable[Slot], wanted: datetime, count: int) -> list[Slot]:
    """The ``count`` slots closest to ``wanted``, one for each moment, the earliest first."""
    at = {slot.start: slot for slot in sorted(slots, reverse=True)}
    return sorted(sorted(at.values(), key=lambda slot: abs(slot.start - wanted))[:count])


def working_periods(
    rules: Iterable[Rule], holidays: AbstractSet[date], first: date, last: date
) -> dict[int, list[Period]]:
    """When each practitioner works on these days: periods that do not touch, ascending."""
    periods = defaultdict(list)
    for rule in rules:
        for day in days_of(rule, first, last):
            if day not in holidays:
                periods[rule.practitioner].append(on(day, rule.starts, rule.ends))
    return {practitioner: merge(found) for practitioner, found in periods.items()}


def days_of(rule: Rule, first: date, last: date) -> Iterator[date]:
    """The days from ``first`` to ``last`` on which ``rule`` holds."""
    # Counted as days since the year 1: the calendar ends, these numbers don't.
    cycle = 7 * rule.every_weeks
    origin = monday(rule.valid_from).toordinal() + rule.weekday
    begin = max(first, rule.valid_from).toordinal()
    until = min(last, rule.valid_until or last).toordinal()
    return map(date.fromordinal, range(begin + (origin - begin) % cycle, until + 1, cycle))


def on(day: date, starts: time, ends: time) -> Period:
    """From ``starts`` to ``ends`` on ``day``, wall time in Brussels.

    In the night of a change of the clocks a time that does not exist makes the period shorter,
    and one that exists twice makes it longer.
    """
    start = datetime.combine(day, starts, BRUSSELS)
    end = datetime.combine(day, ends, BRUSSELS).replace(fold=1)
    return Period(start.astimezone(UTC), end.astimezone(UTC))


def merge(periods: Iterable[Period]) -> list[Period]:
    """The same time in as few periods as possible, ascending."""
    merged: list[Period] = []
    for period in sorted(periods, key=lambda p: (p.start, p.end)):
        if merged and period.start <= merged[-1].end:
            merged[-1] = Period(merged[-1].start, max(merged[-1].end, period.end))
        else:
            merged.append(period)
    return merged


def subtract(periods: Sequence[Period], away: Iterable[Period]) -> Sequence[Period]:
    """What is left of ``periods`` without ``away``."""
    for gap in away:
        periods = [
            rest
            for period in periods
            for rest in (
                [period]
                if gap.end <= period.start or period.end <= gap.start
                else [Period(period.start, gap.start), Period(gap.end, period.end)]
            )
            if rest.start < rest.end
        ]
    return periods


def starts_within(period: Period, demand: Demand) -> Sequence[int]:
    """The moments on the grid, in seconds, at which an appointment fits into ``period``.

    A moment whose wall time exists twice is left out: nobody could tell which of the two is meant.
    """
    step = demand.step // SECOND
    first = -((EPOCH - period.start) // demand.step) * step
    last = (period.end - EPOCH - demand.duration) // SECOND
    starts = range(first, last + 1, step)
    # An hour around it: what is left beside a closure may lie within the hour that comes twice.
    before, after = local(period.start - HOUR), local(period.end + HOUR)
    if before.utcoffset() == after.utcoffset():
        return starts
    return [start for start in starts if not exists_twice(EPOCH + timedelta(seconds=start))]


def exists_twice(moment: datetime) -> bool:
    """Whether the clocks in Brussels show the time of ``moment`` once more, or did before."""
    shown = local(moment)
    return shown.utcoffset() != shown.replace(fold=1 - shown.fold).utcoffset()


def local(moment: datetime) -> datetime:
    """``moment`` as the clocks in Brussels show it."""
    return moment.astimezone(BRUSSELS)


def monday(day: date) -> date:
    """The first day of the week of ``day``."""
    return day - timedelta(days=day.weekday())
