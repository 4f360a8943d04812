"""The clock stands still on Tuesday the first of December 2026, 8.00 in Brussels."""

import datetime as dt

import pytest

from booking.availability import availability, demand_of, slot_at
from booking.models import Cell, Weekday
from booking.slots import CELL, Demand, Slot
from kinekracht.models import Practice
from tests.booking.factories import (
    AppointmentFactory,
    ClosureFactory,
    WorkingHoursFactory,
    brussels,
)
from tests.factories import PracticeFactory, PractitionerFactory, TreatmentFactory

pytestmark = pytest.mark.django_db

NOW = brussels(2026, 12, 1, 8)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
TOMORROW = dt.date(2026, 12, 2)
# As long as one asks for: a day, a week, a month, a year. Where there are holidays, whether the
# practice keeps them is the fourth query.
LENGTHS = [(1, 3), (7, 3), (31, 4), (366, 4)]


@pytest.fixture
def treatment():
    PracticeFactory()
    return TreatmentFactory(duration_minutes=60, step_minutes=60, horizon_days=400)


def works(treatment, starts=9, ends=12, **fields):
    """Somebody who gives the treatment, on every day."""
    practitioner = PractitionerFactory(**fields)
    practitioner.treatments.add(treatment)
    for weekday in Weekday.values:
        WorkingHoursFactory(
            practitioner=practitioner, weekday=weekday, starts=dt.time(starts), ends=dt.time(ends)
        )
    return practitioner


def hours(treatment, day=TOMORROW, **options):
    """The hours in Brussels at which a day has free times; twice where two people have."""
    slots = availability(treatment, first=day, last=day, **{"now": NOW} | options)
    midnight = brussels(day.year, day.month, day.day)
    return [(slot.start - midnight) // HOUR for slot in slots]


def tomorrow_at(hour, minute=0):
    return brussels(2026, 12, 2, hour, minute)


def fill(practitioner, treatment, count, begin=NOW):
    """So many taken cells, one after the other."""
    appointment = AppointmentFactory(
        practitioner=practitioner, treatment=treatment, starts_at=begin, cells=False
    )
    Cell.objects.bulk_create(
        Cell(appointment=appointment, practitioner=practitioner, start=begin + n * CELL)
        for n in range(count)
    )


# What it costs


@pytest.mark.parametrize(("days", "queries"), LENGTHS)
@pytest.mark.parametrize("people", [1, 3])
def test_any_number_of_people_costs_the_same_queries(
    treatment, people, days, queries, django_assert_num_queries
):
    Practice.objects.update(closed_on_holidays=False)
    for practitioner in [works(treatment) for _ in range(people)]:
        ClosureFactory(practitioner=practitioner, starts_at=NOW, ends_at=NOW + 2 * DAY)
    with django_assert_num_queries(queries):
        slots = availability(treatment, now=NOW, first=TOMORROW, last=TOMORROW + (days - 1) * DAY)
    assert len(slots) == 3 * people * (days - 1)  # the first of them is closed


@pytest.mark.parametrize(("days", "queries"), LENGTHS)
def test_two_thousand_taken_cells_cost_the_same_queries(
    treatment, days, queries, django_assert_num_queries
):
    people = [works(treatment) for _ in range(2)]
    for practitioner in people:
        fill(practitioner, treatment, 1000)
    assert Cell.objects.count() == 2000
    with django_assert_num_queries(queries):
        slots = availability(treatment, now=NOW, first=TOMORROW, last=TOMORROW + (days - 1) * DAY)
    assert all(slot.start >= NOW + 1000 * CELL for slot in slots)
    assert bool(slots) is (days > 11)


def test_with_nobody_who_works_one_query_is_enough(treatment, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert availability(treatment, now=NOW) == []


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_days_that_cannot_be_booked_cost_nothing(treatment, year, django_assert_num_queries):
    works(treatment)
    for day in (dt.date(year, 1, 1), dt.date(year, 12, 31)):
        with django_assert_num_queries(0):
            assert availability(treatment, now=NOW, first=day, last=day) == []


def test_a_range_beyond_all_calendars_is_cut_to_what_can_be_booked(treatment):
    works(treatment)
    everything = availability(treatment, now=NOW, first=dt.date.min, last=dt.date.max)
    assert everything == availability(treatment, now=NOW)
    assert everything[0].start == tomorrow_at(9)
    assert everything[-1].start.date() == NOW.date() + 400 * DAY


def test_a_range_that_ends_before_it_begins_has_nothing(treatment):
    works(treatment)
    assert availability(treatment, now=NOW, first=TOMORROW, last=TOMORROW - DAY) == []


# Who


def test_everybody_who_gives_the_treatment_counts_or_only_who_is_asked_for(treatment):
    one, two = works(treatment, 9, 11), works(treatment, 10, 12)
    works(TreatmentFactory(), 14, 17)
    assert hours(treatment) == [9, 10, 10, 11]
    assert hours(treatment, practitioner=one) == [9, 10]
    assert hours(treatment, practitioner=two) == [10, 11]


def test_somebody_who_does_not_give_the_treatment_is_not_free_for_it(treatment):
    works(treatment)
    other = works(TreatmentFactory())
    assert hours(treatment, practitioner=other) == []


def test_hours_may_be_for_some_treatments_only(treatment):
    other = TreatmentFactory(duration_minutes=60, step_minutes=60)
    practitioner = works(treatment, 9, 10)
    practitioner.treatments.add(other)
    WorkingHoursFactory(
        practitioner=practitioner,
        weekday=Weekday.WEDNESDAY,
        starts=dt.time(14),
        ends=dt.time(15),
        treatments=[other, TreatmentFactory()],
    )
    assert hours(treatment) == [9]
    assert hours(other) == [9, 14]


def test_who_cannot_be_booked_has_no_free_times(treatment):
    works(treatment, bookable=False)
    assert hours(treatment) == []


# When


@pytest.mark.parametrize(("closed", "free"), [(True, []), (False, [9, 10, 11])])
def test_the_practice_decides_about_holidays(treatment, closed, free):
    Practice.objects.update(closed_on_holidays=closed)
    works(treatment)
    assert hours(treatment, day=dt.date(2026, 12, 25)) == free
    assert hours(treatment, day=dt.date(2026, 12, 24)) == [9, 10, 11]


def test_without_a_practice_holidays_are_kept():
    treatment = TreatmentFactory(duration_minutes=60, step_minutes=60, horizon_days=400)
    works(treatment)
    assert hours(treatment, day=dt.date(2026, 12, 25)) == []


def test_a_closure_is_of_one_or_of_all(treatment):
    one, two = works(treatment), works(treatment)
    ClosureFactory(practitioner=one, starts_at=tomorrow_at(9), ends_at=tomorrow_at(10))
    ClosureFactory(starts_at=tomorrow_at(11), ends_at=tomorrow_at(11, 1))
    ClosureFactory(practitioner=PractitionerFactory(), starts_at=NOW, ends_at=NOW + 9 * DAY)
    assert hours(treatment, practitioner=one) == [10]
    assert hours(treatment, practitioner=two) == [9, 10]


def test_a_closure_of_weeks_counts_on_a_day_in_its_middle(treatment):
    works(treatment)
    ClosureFactory(starts_at=NOW - 30 * DAY, ends_at=NOW + 30 * DAY)
    assert hours(treatment) == []
    assert hours(treatment, day=dt.date(2027, 1, 4)) == [9, 10, 11]


def test_what_is_taken_around_midnight_counts_on_both_days(treatment):
    practitioner = works(treatment, 0, 23)
    treatment.pause_minutes = 120
    fill(practitioner, treatment, 4, begin=brussels(2026, 12, 3))
    assert hours(treatment)[-1] == 21  # and its pause ends at midnight
    assert hours(treatment, day=dt.date(2026, 12, 3))[0] == 1


def test_an_appointment_takes_its_pause_too(treatment):
    practitioner = works(treatment)
    AppointmentFactory(
        treatment=TreatmentFactory(duration_minutes=30, pause_minutes=35),
        practitioner=practitioner,
        starts_at=tomorrow_at(9),
    )
    assert hours(treatment) == [11]


def test_somebody_s_own_time_can_be_left_out_of_account(treatment):
    practitioner = works(treatment)
    mine, other = (
        AppointmentFactory(
            treatment=treatment, practitioner=practitioner, starts_at=tomorrow_at(hour)
        )
        for hour in (9, 10)
    )
    assert hours(treatment) == [11]
    assert hours(treatment, ignoring=mine) == [9, 11]
    assert hours(treatment, ignoring=other) == [10, 11]


def test_staff_may_book_at_once_and_no_earlier_than_now(treatment):
    works(treatment)
    now = tomorrow_at(10)
    assert hours(treatment, now=now) == []
    assert hours(treatment, now=now, at_once=True) == [10, 11]


def test_the_horizon_is_the_treatment_s(treatment):
    works(treatment)
    treatment.horizon_days = 1
    assert hours(treatment) == [9, 10, 11]
    assert hours(treatment, day=TOMORROW + DAY) == []
    assert hours(treatment, day=TOMORROW + DAY, at_once=True) == []


def test_a_treatment_says_what_it_takes():
    treatment = TreatmentFactory(
        duration_minutes=45, pause_minutes=10, step_minutes=30, notice_hours=3, horizon_days=9
    )
    minute = dt.timedelta(minutes=1)
    assert demand_of(treatment) == Demand(
        45 * minute, pause=10 * minute, step=30 * minute, notice=3 * HOUR, horizon=9 * DAY
    )


# One moment


def test_the_slot_at_a_moment_is_with_who_has_most_time_left_that_day(treatment):
    short, long = works(treatment, 9, 11), works(treatment, 9, 12)
    nine = tomorrow_at(9)
    assert slot_at(treatment, nine, now=NOW) == Slot(nine, long.pk)
    assert slot_at(treatment, nine, now=NOW, practitioner=short) == Slot(nine, short.pk)
    fill(long, treatment, 8, begin=tomorrow_at(10))
    assert slot_at(treatment, nine, now=NOW) == Slot(nine, short.pk)


def test_of_two_with_as_much_time_left_the_first_is_chosen(treatment):
    first, _ = works(treatment), works(treatment)
    assert slot_at(treatment, tomorrow_at(9), now=NOW) == Slot(tomorrow_at(9), first.pk)


@pytest.mark.parametrize(
    "start",
    [
        tomorrow_at(8),
        tomorrow_at(9, 15),
        tomorrow_at(9) + dt.timedelta(seconds=1),
        tomorrow_at(12),
        NOW + HOUR,
        NOW - 365 * DAY,
        NOW + 401 * DAY,
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 22, 59, tzinfo=dt.UTC),
        brussels(2026, 12, 25, 9),
    ],
)
def test_there_is_no_slot_at_a_moment_that_is_not_offered(treatment, start):
    works(treatment)
    assert slot_at(treatment, start, now=NOW) is None


def test_a_slot_that_has_gone_is_there_for_who_has_it(treatment):
    practitioner = works(treatment)
    appointment = AppointmentFactory(
        treatment=treatment, practitioner=practitioner, starts_at=tomorrow_at(9)
    )
    assert slot_at(treatment, tomorrow_at(9), now=NOW) is None
    found = slot_at(treatment, tomorrow_at(9), now=NOW, ignoring=appointment)
    assert found == Slot(tomorrow_at(9), practitioner.pk)
