"""Worlds for hypothesis: rules, closures and all else that decides what is free.

They lie around nights in which the clocks change, leap days, new years, and days like others.
"""

import datetime as dt
from dataclasses import dataclass

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from booking.slots import CELL, Closed, Demand, Period, Rule, free_slots, seconds
from tests.booking import oracle
from tests.booking.factories import brussels

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)

SPRING = [dt.date(2024, 3, 31), dt.date(2026, 3, 29), dt.date(2027, 3, 28)]  # no 2.30
AUTUMN = [dt.date(2024, 10, 27), dt.date(2026, 10, 25), dt.date(2027, 10, 31)]  # two 2.30s
CALENDAR = [dt.date(2024, 2, 29), dt.date(2028, 2, 29), dt.date(2026, 12, 31)]
FAR = dt.date(2099, 12, 31)
ODD = dt.timedelta(seconds=59, microseconds=7)


@dataclass(frozen=True)
class World:
    """All that free_slots is told."""

    demand: Demand
    rules: list
    closed: list
    holidays: frozenset
    taken: dict
    now: dt.datetime
    first: dt.date
    last: dt.date

    @property
    def slots(self):
        taken = {person: set(map(seconds, cells)) for person, cells in self.taken.items()}
        return free_slots(**vars(self) | {"taken": taken})

    @property
    def expected(self):
        return oracle.free(**vars(self))


def minutes(least, most, step=1):
    return st.integers(least // step, most // step).map(lambda n: n * step * MINUTE)


# Many nights, in which the clocks change; quarters of an hour, in which rules meet.
clock_times = st.one_of(
    st.builds(dt.time, st.integers(0, 5), st.sampled_from([0, 15, 30, 45])),
    st.builds(dt.time, st.integers(7, 20), st.sampled_from([0, 30])),
    st.builds(dt.time, st.integers(0, 23), st.integers(0, 59)),
)
practitioners = st.integers(1, 2)


def mostly(usual, others):
    """What matters happens often enough only if most worlds are not too strange."""
    return st.sampled_from([usual, usual, usual, others]).flatmap(lambda chosen: chosen)


demands = st.builds(
    Demand,
    duration=mostly(minutes(15, 60, step=5), minutes(5, 180, step=5)),
    pause=st.just(0 * MINUTE) | minutes(5, 60, step=5),
    step=st.sampled_from([15, 30, 60]).map(lambda n: n * MINUTE),
    notice=mostly(st.just(0 * HOUR), st.integers(0, 72).map(lambda n: n * HOUR)),
    horizon=mostly(st.just(60), st.integers(1, 5)).map(lambda n: n * DAY),
)


@st.composite
def rules_around(draw, day):
    starts, ends = sorted([draw(clock_times), draw(clock_times)])
    assume(starts < ends)
    long_ago, about_now = st.just(-400), st.integers(-40, 5)
    valid_from = day + draw(mostly(long_ago, about_now)) * DAY
    ending = st.integers(0, 450).map(lambda n: valid_from + n * DAY)
    return Rule(
        practitioner=draw(practitioners),
        weekday=draw(mostly(st.just(day.weekday()), st.integers(0, 6))),
        starts=starts,
        ends=ends,
        valid_from=valid_from,
        valid_until=draw(mostly(st.none(), ending)),
        every_weeks=draw(mostly(st.just(1), st.integers(2, 4))),
    )


@st.composite
def moments_around(draw, day, rules):
    """A quarter of an hour on a day, mostly while somebody works or about then."""
    begin = draw(st.sampled_from(rules)).starts
    shown = dt.datetime.combine(day, begin.replace(minute=0), oracle.BRUSSELS)
    return shown.astimezone(dt.UTC) + draw(st.integers(-4, 30)) * CELL


@st.composite
def closures_around(draw, day, rules):
    start = draw(moments_around(day, rules)) + draw(mostly(st.just(0 * MINUTE), minutes(-1440, 7)))
    end = start + draw(minutes(1, 120) | minutes(15, 2880, step=15))
    return Closed(Period(start, end), draw(st.none() | practitioners))


@st.composite
def worlds(draw):
    day = draw(st.sampled_from(SPRING + AUTUMN + CALENDAR) | st.dates(dt.date(2020, 1, 1), FAR))
    midnight = brussels(day.year, day.month, day.day)
    rules = draw(st.lists(rules_around(day), min_size=1, max_size=5))
    some = st.frozensets(moments_around(day, rules), max_size=6)
    near = st.sampled_from([day, day - DAY, day + DAY, day + 7 * DAY])
    return World(
        demand=draw(demands),
        rules=rules,
        closed=draw(st.lists(closures_around(day, rules), max_size=2)),
        holidays=draw(mostly(st.just(frozenset()), st.frozensets(near, min_size=1))),
        taken=draw(st.fixed_dictionaries({1: some, 2: some})),
        now=midnight
        + draw(mostly(minutes(-3 * 1440, 0), minutes(0, 1440)))
        + draw(st.sampled_from([0 * MINUTE, ODD])),
        first=day + draw(mostly(st.integers(-2, 0), st.integers(1, 2))) * DAY,
        last=day + draw(mostly(st.integers(0, 8), st.just(-1))) * DAY,
    )


def in_every_world(*more, examples=100):
    """A test of a world that hypothesis makes, however slow the machine is."""

    def decorate(test):
        unhurried = settings(
            max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
        return unhurried(given(worlds(), *more)(test))

    return decorate
