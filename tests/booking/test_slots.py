"""Days and times in these tests are wall time in Brussels, moments are in UTC."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from booking.slots import CELL, Closed, Demand, Period, Rule, Slot
from tests.booking import oracle
from tests.booking.factories import brussels
from tests.booking.worlds import (
    AUTUMN,
    CALENDAR,
    DAY,
    HOUR,
    MINUTE,
    SPRING,
    World,
    in_every_world,
    rules_around,
)

pytestmark = pytest.mark.once

# Properties


@in_every_world(examples=250)
def test_the_free_slots_are_those_that_a_look_at_every_minute_finds(world):
    assert [(slot.start, slot.practitioner) for slot in world.slots] == sorted(world.expected)


@in_every_world()
def test_no_slot_overlaps_what_is_taken_its_pause_included(world):
    for slot in world.slots:
        end = slot.start + world.demand.duration + world.demand.pause
        for cell in world.taken.get(slot.practitioner, ()):
            assert end <= cell or cell + CELL <= slot.start


@in_every_world()
def test_no_slot_overlaps_a_closure_of_its_practitioner_or_of_the_practice(world):
    for slot in world.slots:
        for closed in world.closed:
            if closed.practitioner in {None, slot.practitioner}:
                end = slot.start + world.demand.duration
                assert end <= closed.period.start or closed.period.end <= slot.start


@in_every_world()
def test_no_slot_is_on_a_holiday(world):
    assert world.holidays.isdisjoint(oracle.wall(slot.start).date() for slot in world.slots)


@in_every_world()
def test_every_slot_is_within_the_hours_of_its_own_practitioner(world):
    for slot in world.slots:
        begin = oracle.wall(slot.start)
        assert any(
            rule.starts <= begin.time() < rule.ends and oracle.holds(rule, begin.date())
            for rule in world.rules
            if rule.practitioner == slot.practitioner
        )
        alone = [rule for rule in world.rules if rule.practitioner == slot.practitioner]
        assert slot in replace(world, rules=alone).slots


@in_every_world()
def test_every_slot_is_on_the_grid_and_within_notice_and_horizon(world):
    slots = world.slots
    assert slots == sorted(set(slots))
    for slot in slots:
        begin = oracle.wall(slot.start)
        assert slot.start.tzinfo is dt.UTC
        assert begin.minute * MINUTE % world.demand.step == 0 * MINUTE
        assert (begin.second, begin.microsecond) == (0, 0)
        assert world.now + world.demand.notice <= slot.start
        assert begin.date() <= oracle.wall(world.now + world.demand.horizon).date()
        assert world.first <= begin.date() <= world.last


@in_every_world(st.data())
def test_what_is_cancelled_or_open_after_all_costs_no_slot(world, data):
    kept = {
        practitioner: {cell for cell in taken if data.draw(st.booleans())}
        for practitioner, taken in world.taken.items()
    }
    opened = [closed for closed in world.closed if data.draw(st.booleans())]
    holidays = frozenset(day for day in world.holidays if data.draw(st.booleans()))
    before = set(world.slots)
    for freer in (
        replace(world, taken=kept),
        replace(world, closed=opened),
        replace(world, holidays=holidays),
    ):
        assert before <= set(freer.slots)


@in_every_world(st.data())
def test_more_working_hours_cost_no_slot(world, data):
    more = data.draw(rules_around(world.first))
    assert set(world.slots) <= set(replace(world, rules=[*world.rules, more]).slots)


@in_every_world(st.randoms())
def test_the_order_of_rules_and_closures_does_not_matter(world, random):
    rules = random.sample(world.rules, len(world.rules))
    closed = random.sample(world.closed, len(world.closed))
    assert replace(world, rules=rules, closed=closed).slots == world.slots


# A practitioner who works every day


def week(**changes):
    """Somebody who works from 9 to 12 every day, asked for whole hours, long before."""
    rules = [
        Rule(1, weekday, dt.time(9), dt.time(12), valid_from=dt.date(2020, 1, 1))
        for weekday in range(7)
    ]
    return World(
        **{
            "demand": Demand(HOUR, step=HOUR, horizon=4000 * DAY),
            "rules": rules,
            "closed": [],
            "holidays": frozenset(),
            "taken": {},
            "now": brussels(2020, 1, 1),
            "first": dt.date(2026, 12, 1),
            "last": dt.date(2026, 12, 1),
        }
        | changes
    )


def on(day, **changes):
    return week(first=day, last=day, **changes)


def shown(world):
    """The free times as people say them."""
    return [f"{oracle.wall(slot.start):%-H.%M}" for slot in world.slots]


def works(starts, ends, **changes):
    """A rule for every day."""
    return [
        Rule(1, weekday, starts, ends, **{"valid_from": dt.date(2020, 1, 1)} | changes)
        for weekday in range(7)
    ]


QUARTER = Demand(15 * MINUTE, horizon=4000 * DAY)
HALF = Demand(30 * MINUTE, step=30 * MINUTE, horizon=4000 * DAY)


@pytest.mark.parametrize("night", SPRING + AUTUMN)
def test_nine_stays_nine_when_the_clocks_change(night):
    for n in range(-2, 3):
        assert shown(on(night + n * DAY)) == ["9.00", "10.00", "11.00"]
    before, after = on(night - DAY).slots[0], on(night).slots[0]
    assert after.start - before.start == (23 * HOUR if night in SPRING else 25 * HOUR)


@pytest.mark.parametrize("night", SPRING)
def test_a_time_that_does_not_exist_is_not_offered(night):
    rules = works(dt.time(1), dt.time(4))
    assert shown(on(night, rules=rules, demand=HALF)) == ["1.00", "1.30", "3.00", "3.30"]
    assert shown(on(night - DAY, rules=rules, demand=HALF))[2:4] == ["2.00", "2.30"]


@pytest.mark.parametrize(
    ("starts", "ends", "free"),
    [
        (dt.time(2, 30), dt.time(4), ["3.30"]),
        (dt.time(1), dt.time(2, 30), ["1.00"]),
        (dt.time(2), dt.time(3), []),
        (dt.time(2, 15), dt.time(2, 45), []),
    ],
)
def test_hours_that_begin_or_end_at_a_time_that_does_not_exist_are_shorter(starts, ends, free):
    assert shown(on(SPRING[0], rules=works(starts, ends), demand=HALF)) == free


@pytest.mark.parametrize("night", AUTUMN)
def test_a_time_that_exists_twice_is_not_offered_but_may_be_worked_through(night):
    rules = works(dt.time(1), dt.time(4))
    assert shown(on(night, rules=rules, demand=HALF)) == ["1.00", "1.30", "3.00", "3.30"]
    long = Demand(3 * HOUR, step=30 * MINUTE, horizon=4000 * DAY)
    assert shown(on(night, rules=rules, demand=long)) == ["1.00", "1.30"]
    assert shown(on(night - DAY, rules=rules, demand=long)) == ["1.00"]


@pytest.mark.parametrize("hour", [0, 1])
def test_a_closure_in_the_night_with_two_half_past_twos_brings_neither_back(hour):
    half_past = brussels(2026, 10, 25, 2, 30) + hour * HOUR
    closed = [
        Closed(Period(brussels(2026, 10, 25), half_past - 15 * MINUTE)),
        Closed(Period(half_past + 15 * MINUTE, brussels(2026, 10, 25, 6))),
    ]
    world = on(dt.date(2026, 10, 25), rules=works(dt.time(1), dt.time(4)), closed=closed)
    assert replace(world, demand=QUARTER).slots == []


def test_a_pause_may_reach_past_the_working_hours_but_not_into_what_is_taken():
    demand = Demand(HOUR, pause=30 * MINUTE, step=HOUR, horizon=4000 * DAY)
    day = dt.date(2026, 12, 1)
    assert shown(on(day, demand=demand)) == ["9.00", "10.00", "11.00"]
    noon = {1: {brussels(2026, 12, 1, 12, 15)}}
    assert shown(on(day, demand=demand, taken=noon)) == ["9.00", "10.00"]
    half_past = {1: {brussels(2026, 12, 1, 12, 30)}}
    assert shown(on(day, demand=demand, taken=half_past)) == ["9.00", "10.00", "11.00"]


def test_what_is_taken_by_one_is_free_with_another():
    rules = week().rules + [replace(rule, practitioner=2) for rule in week().rules]
    ten = brussels(2026, 12, 1, 10)
    world = week(rules=rules, taken={1: {ten}})
    assert [slot for slot in world.slots if slot.start == ten] == [Slot(ten, 2)]


@pytest.mark.parametrize(("ends", "free"), [(dt.time(10), ["9.00"]), (dt.time(9, 59), [])])
def test_an_appointment_may_span_rules_that_meet_and_none_that_do_not(ends, free):
    rules = works(dt.time(9), ends) + works(dt.time(10), dt.time(11))
    demand = Demand(2 * HOUR, step=HOUR, horizon=4000 * DAY)
    assert shown(on(dt.date(2026, 12, 1), rules=rules, demand=demand)) == free


def test_rules_that_overlap_offer_a_time_once():
    rules = works(dt.time(9), dt.time(11)) + works(dt.time(10), dt.time(12))
    assert shown(on(dt.date(2026, 12, 1), rules=rules)) == ["9.00", "10.00", "11.00"]


def test_hours_that_begin_at_an_odd_minute_offer_from_the_next_quarter_on():
    world = on(dt.date(2026, 12, 1), rules=works(dt.time(9, 7), dt.time(10)), demand=QUARTER)
    assert shown(world) == ["9.15", "9.30", "9.45"]


@pytest.mark.parametrize("day", CALENDAR)
def test_leap_day_and_new_year_are_days_like_others(day):
    world = week(first=day, last=day + DAY)
    assert shown(world) == ["9.00", "10.00", "11.00"] * 2


def test_notice_is_kept_to_the_second():
    nine = brussels(2026, 12, 1, 9)
    demand = Demand(HOUR, step=HOUR, notice=24 * HOUR)
    just = on(dt.date(2026, 12, 1), demand=demand, now=nine - 24 * HOUR)
    assert shown(just)[0] == "9.00"
    late = replace(just, now=just.now + dt.timedelta(microseconds=1))
    assert shown(late)[0] == "10.00"


@pytest.mark.parametrize("time", [(0, 1), (23, 59)])
def test_the_horizon_ends_with_its_day_in_brussels(time):
    demand = Demand(HOUR, step=HOUR, horizon=2 * DAY)
    world = week(demand=demand, now=brussels(2026, 12, 1, *time), last=dt.date(2027, 12, 1))
    assert [slot.start for slot in world.slots][-1] == brussels(2026, 12, 3, 11)


@pytest.mark.parametrize("year", [1, 2019, 9999])
def test_days_long_ago_and_far_ahead_have_nothing(year):
    assert on(dt.date(year, 12, 31), demand=Demand(HOUR)).slots == []


def test_days_in_the_wrong_order_have_nothing():
    assert week(first=dt.date(2026, 12, 2), last=dt.date(2026, 12, 1)).slots == []


def test_without_rules_nobody_is_free():
    assert week(rules=[]).slots == []
