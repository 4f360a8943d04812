"""The clock: the nights in which it changes, leap day, new year. With the database, day by day.

What is free in such nights is proven minute by minute in tests/booking/test_slots.py.
"""

import datetime as dt
from collections import Counter

import pytest
import time_machine

from booking import worker, workflow
from booking.actors import PATIENT
from booking.availability import availability
from booking.models import Appointment, Cell, Closure, Mail, Weekday
from booking.occupancy import NotFree, NotPossible
from booking.outbox import limit_in_words
from booking.slots import CELL, local
from kinekracht.models import Practice
from tests.booking.factories import (
    AppointmentFactory,
    ClosureFactory,
    WorkingHoursFactory,
    brussels,
)
from tests.booking.protection import overlaps
from tests.booking.situation import DETAILS, ask
from tests.factories import PracticeFactory, PractitionerFactory, TreatmentFactory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
Status = Appointment.Status
FORWARD, BACK = dt.date(2027, 3, 28), dt.date(2027, 10, 31)
LEAP_DAY, OLD_YEAR, NEW_YEAR = dt.date(2028, 2, 29), dt.date(2026, 12, 31), dt.date(2027, 1, 1)
DAYS = [FORWARD, BACK, LEAP_DAY, dt.date(2028, 3, 1), OLD_YEAR, NEW_YEAR]


def at(day, hour=0, minute=0):
    """When the clocks show this, on that day."""
    return brussels(day.year, day.month, day.day, hour, minute)


@pytest.fixture
def treatment():
    """An hour, by somebody who works all week from 0.00 to 12.00, without holidays."""
    PracticeFactory(closed_on_holidays=False, change_notice_hours=24)
    treatment = TreatmentFactory(duration_minutes=60, step_minutes=30, notice_hours=0)
    person = PractitionerFactory()
    treatment.practitioners.add(person)
    for weekday in Weekday.values:
        WorkingHoursFactory(
            practitioner=person, weekday=weekday, starts=dt.time(0), ends=dt.time(12)
        )
    return treatment


def coming(treatment, start, **fields):
    """A confirmed appointment that was made long before."""
    return AppointmentFactory(
        **{"treatment": treatment, "practitioner": treatment.practitioners.get()}
        | {"starts_at": start, "changed_at": start - 30 * 24 * HOUR, "status": Status.CONFIRMED}
        | fields
    )


@pytest.mark.parametrize(
    ("day", "hours"),
    [(FORWARD, 11), (BACK, 13), (LEAP_DAY, 12), (OLD_YEAR, 12), (NEW_YEAR, 12)],
)
def test_a_whole_day_is_given_away_once(treatment, day, hours):
    """Whoever comes takes the last time that is left, until none is."""
    now = at(day) - 24 * HOUR
    given = []
    while free := availability(treatment, now=now, first=day, last=day):
        given.append(ask(treatment, free[-1].start, now=now))
    assert overlaps() == []
    assert Cell.objects.count() == 4 * len(given)
    assert all(local(cell.start).date() == day for cell in Cell.objects.all())
    starts = [local(appointment.starts_at) for appointment in given]
    # Of the hour that the clocks show twice, nobody could say which they mean: it stays free.
    assert len(given) == hours - (2 if day == BACK else 0)
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("day", [FORWARD, BACK])
def test_who_takes_a_night_in_which_the_clocks_change_takes_every_quarter_of_it(treatment, day):
    treatment.duration_minutes = 180
    treatment.save()
    now = at(day) - 24 * HOUR
    night = ask(treatment, at(day, 1), now=now)
    cells = list(Cell.objects.order_by("start").values_list("start", flat=True))
    assert cells == [night.starts_at + n * CELL for n in range(12)]
    treatment.duration_minutes = 60
    treatment.save()
    end = {FORWARD: at(day, 5), BACK: at(day, 3)}[day]
    with pytest.raises(NotFree):
        ask(treatment, end - HOUR / 2, now=now)
    assert ask(treatment, end, now=now).starts_at == end


@pytest.mark.parametrize("day", DAYS)
def test_a_day_on_which_the_practice_is_closed_is_closed_from_midnight_to_midnight(treatment, day):
    now = at(day) - 48 * HOUR
    tomorrow = day + dt.timedelta(days=1)
    ClosureFactory(starts_at=at(day), ends_at=at(tomorrow))
    around = [day - dt.timedelta(days=1), day, tomorrow]
    free = Counter(
        local(slot.start).date()
        for slot in availability(treatment, now=now, first=around[0], last=around[2])
    )
    Closure.objects.all().delete()
    assert free[day] == 0
    for other in (around[0], around[2]):
        open_ = availability(treatment, now=now, first=other, last=other)
        assert free[other] == len(open_) > 0


@pytest.mark.parametrize("hour", [0, 1, 3, 9])
@pytest.mark.parametrize("day", DAYS)
def test_reminders_leave_two_days_and_two_hours_before_and_never_twice(treatment, day, hour):
    """The worker looks every half an hour, through whatever the clocks do."""
    start = at(day, hour)
    coming(treatment, start, remind_soon=True)
    sent = {}
    now = start - 50 * HOUR
    while now < start + HOUR:
        with time_machine.travel(now, tick=False):
            worker.send_reminders(now)
        for mail in Mail.objects.exclude(pk__in=sent):
            sent[mail.pk] = mail.kind, start - now
        now += HOUR / 2
    assert list(sent.values()) == [("reminder", 48 * HOUR), ("reminder_soon", 2 * HOUR)]


@pytest.mark.parametrize(
    ("day", "limit"),
    [
        (FORWARD, "zaterdag 27 maart 2027 om 8.00 uur"),
        (BACK, "zaterdag 30 oktober 2027 om 10.00 uur"),
        (LEAP_DAY, "maandag 28 februari 2028 om 9.00 uur"),
        (dt.date(2028, 3, 1), "dinsdag 29 februari 2028 om 9.00 uur"),
        (NEW_YEAR, "donderdag 31 december 2026 om 9.00 uur"),
    ],
)
def test_until_when_a_patient_may_cancel_is_what_they_are_told(treatment, day, limit):
    """Twenty-four hours before are that, also when a day has another number of hours."""
    appointment = coming(treatment, at(day, 9))
    last = appointment.starts_at - 24 * HOUR
    assert workflow.patient_limit(appointment) == last
    with time_machine.travel(last - HOUR, tick=False):
        assert limit_in_words(appointment, Practice.objects.get()) == limit
    with pytest.raises(NotPossible, match="te laat"):
        workflow.cancel(appointment, version=0, by=PATIENT, now=last + SECOND)
    cancelled = workflow.cancel(appointment, version=0, by=PATIENT, now=last)
    assert cancelled.status == Status.CANCELLED


@pytest.mark.parametrize("day", DAYS)
def test_a_request_that_nobody_answered_expires_when_its_time_has_come(treatment, day):
    asked = ask(treatment, at(day, 9), now=at(day) - 24 * HOUR, details=DETAILS)
    assert workflow.expire(asked.starts_at - SECOND) == 0
    assert workflow.expire(asked.starts_at) == 1


@pytest.mark.parametrize(("day", "off"), [(FORWARD, HOUR), (BACK, -HOUR)])
def test_who_would_count_on_the_face_of_the_clock_would_be_an_hour_off(day, off):
    """So the tests above can tell right from wrong."""
    face = at(day - dt.timedelta(days=1), 9)
    assert face - (at(day, 9) - 24 * HOUR) == off
