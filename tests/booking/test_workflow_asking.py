"""How an appointment begins: a patient asks, or staff enter it; or somebody wants to be called."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from booking import actors, workflow
from booking.limits import TooMany
from booking.models import Appointment, CallBack, Change
from booking.occupancy import NotFree, NotPossible
from booking.slots import Slot
from tests.booking.factories import CallBackFactory, ClosureFactory, brussels
from tests.booking.protection import overlaps
from tests.booking.situation import (
    DETAILS,
    HOUR,
    NOW,
    START,
    Meanwhile,
    Status,
    ask,
    everything,
    line,
    quarters,
    slot,
    works,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]


def test_a_request_takes_its_time_at_once(treatment, practitioner):
    treatment.pause_minutes = 10
    appointment = Appointment.objects.get(pk=ask(treatment).pk)
    assert (appointment.status, appointment.version) == (Status.REQUESTED, 0)
    assert (appointment.practitioner, appointment.starts_at) == (practitioner, START)
    assert (appointment.duration_minutes, appointment.pause_minutes) == (60, 10)
    assert (appointment.created_at, appointment.changed_at) == (NOW, NOW)
    assert appointment.name == "Lotte"
    assert quarters(appointment) == [0, 1, 2, 3, 4]
    change = appointment.changes.get()
    assert (change.at, change.actor, change.user) == (NOW, Change.Actor.PATIENT, None)
    assert line(appointment) == ("", Status.REQUESTED, None, START)


def test_what_is_sent_twice_is_one_request(treatment, practitioner):
    works(treatment)
    number = uuid.uuid4()
    first = ask(treatment, submission=number)
    before = everything()
    # From another day, when nobody is free, and with another name: it is the same.
    for start in (START, START + 24 * HOUR, brussels(2026, 12, 25, 9)):
        again = ask(treatment, start, submission=number, details={"name": "Mia"})
        assert again == first
    assert everything() == before


@pytest.mark.parametrize(
    "start",
    [
        START - HOUR,
        START + 5 * dt.timedelta(minutes=1),
        NOW + HOUR,
        NOW - 24 * HOUR,
        START + 365 * 24 * HOUR,
        brussels(2026, 12, 25, 9),
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 22, 59, tzinfo=dt.UTC),
    ],
)
def test_it_refuses_a_time_that_is_not_offered(treatment, practitioner, start):
    before = everything()
    with pytest.raises(NotFree):
        ask(treatment, start)
    assert everything() == before


def test_a_time_can_be_had_once_with_each_who_is_free(treatment, practitioner):
    other = works(treatment)
    assert {ask(treatment).practitioner_id for _ in range(2)} == {practitioner.pk, other.pk}
    before = everything()
    with pytest.raises(NotFree):
        ask(treatment)
    assert everything() == before
    assert overlaps() == []


def test_who_asks_for_somebody_gets_no_other(treatment, practitioner):
    works(treatment)
    assert ask(treatment, practitioner=practitioner).practitioner == practitioner
    with pytest.raises(NotFree):
        ask(treatment, START + HOUR / 2, practitioner=practitioner)


def test_a_sender_s_requests_are_counted_when_they_are_stored(treatment, practitioner, settings):
    settings.REQUESTS_PER_ADDRESS = 1
    number = uuid.uuid4()
    first = ask(treatment, submission=number, sender="hashed")
    before = everything()
    assert ask(treatment, submission=number, sender="hashed") == first
    with pytest.raises(NotFree):
        ask(treatment, sender="hashed")
    with pytest.raises(TooMany):
        ask(treatment, START + HOUR, sender="hashed")
    assert everything() == before
    assert ask(treatment, START + HOUR, sender="another")


def test_no_request_is_refused_for_whose_number_it_says(treatment, practitioner, settings):
    settings.OPEN_REQUESTS_PER_PERSON = 1
    for hour in range(5):
        assert ask(treatment, START + hour * HOUR, sender="hashed")


def test_what_nobody_answers_fills_a_day_for_everybody(treatment, practitioner, by, settings):
    settings.REQUESTS_PER_DAY = 2
    number = uuid.uuid4()
    first = ask(treatment, START, submission=number, sender="hashed0")
    second = ask(treatment, START + HOUR, sender="hashed1")
    before = everything()
    other = DETAILS | {"email": "mia@example.com", "telephone": "+32470654321"}
    for details in (DETAILS, other):
        with pytest.raises(TooMany):
            ask(treatment, START + 2 * HOUR, sender="another", details=details)
    assert ask(treatment, submission=number, sender="another") == first
    assert everything() == before
    workflow.confirm(first, version=0, by=by, now=NOW)
    assert ask(treatment, START + 2 * HOUR, sender="another", details=other)
    with pytest.raises(TooMany):
        ask(treatment, START + 3 * HOUR, sender="another")
    # The second one isn't of the last 24 hours any more.
    Appointment.objects.filter(pk=second.pk).update(created_at=NOW - 24 * HOUR)
    assert ask(treatment, START + 3 * HOUR, sender="another")


@pytest.mark.parametrize("wrong", [{"version": -1}, {"name": None}])
def test_another_violation_is_an_error_and_leaves_nothing(treatment, practitioner, wrong):
    before = everything()
    with pytest.raises(IntegrityError):
        ask(treatment, details=DETAILS | wrong)
    assert everything() == before


# Entering


def enter(treatment, at, by, **details):
    return workflow.enter(treatment, at, details=DETAILS | details, by=by, now=NOW)


def test_what_staff_enter_is_confirmed(treatment, appointment, by):
    entered = enter(treatment, slot(appointment, 1), by)
    assert entered.status == Status.CONFIRMED
    assert quarters(entered) == [4, 5, 6, 7]
    change = entered.changes.get()
    assert (change.at, change.actor, change.user) == (NOW, Change.Actor.STAFF, by.user)
    assert line(entered) == ("", Status.CONFIRMED, None, START + HOUR)


def test_staff_may_work_at_night_on_holidays_and_in_a_closure(treatment, practitioner, by):
    ClosureFactory(starts_at=START, ends_at=START + HOUR)
    for start in (START, START - 4 * HOUR, brussels(2026, 12, 25, 9), NOW, NOW - 24 * HOUR):
        assert enter(treatment, Slot(start, practitioner.pk), by).cells.count() == 4


@pytest.mark.parametrize("hours", [0, 0.75, -0.75, 0.1])
def test_staff_may_not_enter_over_another_appointment(treatment, appointment, by, hours):
    before = everything()
    with pytest.raises(NotFree):
        enter(treatment, slot(appointment, hours), by)
    assert everything() == before


def test_entering_fails_for_any_other_reason_as_what_it_is(treatment, appointment, by):
    before = everything()
    with pytest.raises(IntegrityError):
        enter(treatment, slot(appointment, 1), by, uid=appointment.uid)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_an_error_at_the_very_end_leaves_nothing_either(treatment, appointment):
    gone = actors.staff(User(pk=404))
    before = everything()
    with pytest.raises(IntegrityError):
        enter(treatment, slot(appointment, 1), gone)
    with pytest.raises(IntegrityError):
        workflow.confirm(appointment, version=0, by=gone, now=NOW)
    with pytest.raises(IntegrityError):
        workflow.move_by_staff(appointment, slot(appointment, 1), version=0, by=gone, now=NOW)
    assert everything() == before


# Calling back


def ask_to_be_called(**options):
    details = {"name": "Lotte", "telephone": "+32470123456", "morning": True}
    given = {"submission": uuid.uuid4(), "details": details, "now": NOW}
    return workflow.ask_to_be_called(**given | options)


def test_who_asks_twice_to_be_called_is_called_once():
    number = uuid.uuid4()
    first = ask_to_be_called(submission=number)
    before = everything()
    assert ask_to_be_called(submission=number, details={"name": "Mia"}) == first
    assert everything() == before
    assert (first.created_at, first.morning, first.handled_at) == (NOW, True, None)


def test_who_wants_to_be_called_and_who_wants_to_come_are_counted_apart(
    treatment, practitioner, by, settings
):
    settings.REQUESTS_PER_DAY = 1
    first = ask_to_be_called(sender="hashed")
    assert ask(treatment, sender="hashed")
    before = everything()
    with pytest.raises(TooMany):
        ask_to_be_called(sender="another")
    assert everything() == before
    workflow.handle(first, by=by, now=NOW)
    assert ask_to_be_called(sender="another")


def test_without_a_ceiling_everybody_may_ask(treatment, practitioner, settings):
    settings.REQUESTS_PER_DAY = 0
    for hour in range(5):
        ask(treatment, START + hour * HOUR, sender="hashed")
        ask_to_be_called(sender="hashed")
    assert Appointment.objects.count() == CallBack.objects.count() == 5


def test_of_two_who_call_back_the_second_is_told(by):
    call_back = CallBackFactory()
    workflow.handle(call_back, by=by, now=NOW)
    call_back.refresh_from_db()
    assert (call_back.handled_at, call_back.handled_by) == (NOW, by.user)
    before = everything()
    with pytest.raises(NotPossible, match="al gebeld"):
        workflow.handle(call_back, by=by, now=NOW + HOUR)
    assert everything() == before


# Sent twice in one moment


def with_another_in_between(query, send):
    """What ``send`` returns, twice: of who sends it all after this ``query`` of the first."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: nobody comes in between")
    answers = []

    def send_elsewhere():
        try:
            answers.append(send())
        finally:
            connection.close()

    def in_between():
        with ThreadPoolExecutor(1) as pool:
            pool.submit(send_elsewhere).result()

    with connection.execute_wrapper(Meanwhile(query, in_between)):
        answers.append(send())
    return answers


@pytest.mark.django_db(transaction=True)
def test_a_request_finds_its_time_taken_by_itself(treatment, practitioner):
    same = uuid.uuid4()
    first, second = with_another_in_between(
        'SELECT "booking_cell"', lambda: ask(treatment, submission=same)
    )
    assert first == second == Appointment.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_request_finds_the_limit_reached_by_itself(treatment, practitioner, settings):
    settings.REQUESTS_PER_DAY = 1
    works(treatment)
    same = uuid.uuid4()
    first, second = with_another_in_between(
        'SELECT "booking_cell"', lambda: ask(treatment, submission=same, sender="hashed")
    )
    assert first == second == Appointment.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_call_back_finds_the_limit_reached_by_itself(settings):
    settings.REQUESTS_PER_ADDRESS = 1
    same = uuid.uuid4()
    first, second = with_another_in_between(
        'SELECT "booking_sender"', lambda: ask_to_be_called(submission=same, sender="hashed")
    )
    assert first == second == CallBack.objects.get()


@pytest.mark.django_db(transaction=True)
def test_somebody_else_s_request_is_not_taken_for_it(treatment, practitioner):
    with pytest.raises(NotFree):
        with_another_in_between('SELECT "booking_cell"', lambda: ask(treatment))
    assert Appointment.objects.count() == 1
