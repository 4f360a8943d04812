"""What the free slots are made of: days of a rule, cells, periods; and the slots nearest by."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.slots import CELL, Period, Rule, Slot, cells, days_of, merge, nearest, subtract
from tests.booking import oracle
from tests.booking.factories import brussels
from tests.booking.worlds import (
    AUTUMN,
    DAY,
    HOUR,
    MINUTE,
    SPRING,
    minutes,
    practitioners,
    rules_around,
)

# Days of a rule


def rule(**fields):
    hours = {"practitioner": 1, "weekday": 0, "starts": dt.time(9), "ends": dt.time(12)}
    return Rule(**hours | fields)


def test_every_other_week_is_counted_from_the_week_of_a_date():
    # A Wednesday: the Monday of its week has passed, and the next one is skipped.
    biweekly = rule(valid_from=dt.date(2026, 12, 2), every_weeks=2)
    found = days_of(biweekly, dt.date(2026, 11, 1), dt.date(2027, 1, 20))
    assert list(found) == [dt.date(2026, 12, 14), dt.date(2026, 12, 28), dt.date(2027, 1, 11)]


def test_a_rule_that_begins_at_the_end_of_the_calendar_is_no_error():
    last = rule(valid_from=dt.date(9999, 12, 31))
    assert list(days_of(last, dt.date(2026, 1, 1), dt.date(2027, 12, 31))) == []


def test_a_rule_holds_from_its_first_day_to_its_last():
    bounded = rule(valid_from=dt.date(2026, 12, 7), valid_until=dt.date(2026, 12, 21))
    found = days_of(bounded, dt.date(2026, 1, 1), dt.date(2027, 12, 31))
    assert list(found) == [dt.date(2026, 12, 7), dt.date(2026, 12, 14), dt.date(2026, 12, 21)]


@given(rules_around(dt.date(2026, 12, 1)), st.integers(-500, 500), st.integers(-5, 60))
def test_the_days_of_a_rule_are_the_same_wherever_one_starts_to_look(a_rule, begin, length):
    first = dt.date(2026, 12, 1) + begin * DAY
    last = first + length * DAY
    days = [first + n * DAY for n in range(length + 1)]
    assert list(days_of(a_rule, first, last)) == [day for day in days if oracle.holds(a_rule, day)]


def test_a_rule_as_old_as_the_calendar_has_days_today():
    ancient = rule(valid_from=dt.date.min, every_weeks=52)
    first = dt.date(2026, 1, 1)
    assert len(list(days_of(ancient, first, first + 364 * DAY))) == 1


# Cells


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        ((9, 0), 15, [(9, 0)]),
        ((9, 0), 16, [(9, 0), (9, 15)]),
        ((9, 0), 30, [(9, 0), (9, 15)]),
        ((9, 10), 5, [(9, 0)]),
        ((9, 10), 6, [(9, 0), (9, 15)]),
        ((9, 14), 30, [(9, 0), (9, 15), (9, 30)]),
        ((9, 0), 0, []),
    ],
)
def test_the_cells_are_the_quarters_that_an_appointment_touches(start, length, expected):
    found = cells(brussels(2026, 12, 1, *start), length * MINUTE)
    assert found == [brussels(2026, 12, 1, *cell) for cell in expected]


moments = st.integers(0, 60 * 24 * 36525).map(lambda n: brussels(1990, 1, 1) + n * MINUTE)


@given(moments, minutes(1, 600))
def test_cells_cover_an_appointment_and_are_not_wider_than_needed(start, length):
    found = cells(start, length)
    assert found == sorted(set(found))
    assert all(cell.minute % 15 == cell.second == cell.microsecond == 0 for cell in found)
    assert found[0] <= start < found[0] + CELL
    assert found[-1] < start + length <= found[-1] + CELL
    assert found[-1] - found[0] == CELL * (len(found) - 1)


@pytest.mark.parametrize("night", SPRING + AUTUMN)
def test_two_appointments_in_the_night_of_the_clocks_share_no_cell(night):
    start = brussels(night.year, night.month, night.day, 0, 30)
    taken = [cell for n in range(6) for cell in cells(start + n * HOUR, HOUR)]
    assert len(taken) == len(set(taken)) == 24


# Nearest


def at(hour, practitioner=1):
    return Slot(brussels(2026, 12, 1, hour), practitioner)


def test_the_nearest_slots_come_in_the_order_of_the_day():
    slots = [at(hour) for hour in (8, 9, 11, 14, 17)]
    assert nearest(slots, brussels(2026, 12, 1, 10), 3) == [at(8), at(9), at(11)]


def test_a_moment_that_two_have_free_is_offered_once():
    slots = [at(9, 2), at(9, 1), at(10, 2)]
    assert nearest(slots, brussels(2026, 12, 1, 9), 5) == [at(9, 1), at(10, 2)]


def test_nothing_is_near_where_nothing_is_free():
    assert nearest([], brussels(2026, 12, 1, 9), 3) == []
    assert nearest([at(9)], brussels(2026, 12, 1, 9), 0) == []


@given(st.lists(st.builds(at, st.integers(8, 18), practitioners)), st.integers(0, 23))
def test_no_slot_that_is_left_out_is_nearer(slots, hour):
    wanted = brussels(2026, 12, 1, hour)
    found = nearest(slots, wanted, 3)
    assert set(found) <= set(slots)
    assert len(found) == min(3, len({slot.start for slot in slots}))
    left_out = {slot.start for slot in slots} - {slot.start for slot in found}
    for start in left_out:
        assert all(abs(slot.start - wanted) <= abs(start - wanted) for slot in found)


# Periods


def minute(n):
    return brussels(2026, 12, 1) + n * MINUTE


periods = st.builds(
    lambda start, length: Period(minute(start), minute(start + length)),
    st.integers(0, 60),
    st.integers(1, 30),
)


def covered(found):
    """The minutes in any of these periods."""
    return {n for n in range(100) for p in found if p.start <= minute(n) < p.end}


@given(st.lists(periods))
def test_merged_periods_are_the_same_time_and_do_not_touch(some):
    merged = merge(some)
    assert covered(merged) == covered(some)
    assert all(one.end < two.start for one, two in pairwise(merged))


@given(st.lists(periods), st.lists(periods))
def test_what_is_subtracted_is_gone_and_nothing_else(some, away):
    rest = subtract(merge(some), away)
    assert covered(rest) == covered(some) - covered(away)
    assert all(period.start < period.end for period in rest)
    assert all(one.end <= two.start for one, two in pairwise(rest))
