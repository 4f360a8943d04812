"""Until when something may be done, what time does by itself, and what is erased."""

import pytest
from django.db import connection

from booking import transition, workflow
from booking.actors import NOBODY, PATIENT
from booking.models import Appointment, Change
from booking.occupancy import NotPossible
from booking.transition import Outdated
from kinekracht.models import Practice
from tests.booking.situation import (
    ACTS,
    HOUR,
    NOW,
    SECOND,
    START,
    Meanwhile,
    Status,
    ask,
    everything,
    in_status,
    line,
    perform,
    quarters,
    slot,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]


def limit(appointment, hours):
    Practice.objects.update(change_notice_hours=hours)
    return START - hours * HOUR if appointment.status == Status.CONFIRMED else START


BY_PATIENT = {
    "move": lambda a, now: workflow.move_by_patient(a, START + 48 * HOUR, version=0, now=now),
    "cancel": lambda a, now: workflow.cancel(a, version=0, by=PATIENT, now=now),
    "erase": lambda a, now: workflow.erase(a, version=0, now=now),
}


@pytest.mark.parametrize("hours", [0, 1, 24])
@pytest.mark.parametrize("status", Appointment.LIVE)
@pytest.mark.parametrize("do", BY_PATIENT.values(), ids=BY_PATIENT)
def test_the_limit_for_patients_is_kept_to_the_second(treatment, practitioner, do, status, hours):
    appointment = in_status(status, treatment, practitioner)
    last = limit(appointment, hours)
    assert workflow.patient_limit(appointment) == last
    before = everything()
    if last == appointment.starts_at and do is BY_PATIENT["erase"]:
        do(appointment, last)  # what has begun is only erased, and can always be
        return
    with pytest.raises(NotPossible, match="te laat") as refused:
        do(appointment, last + SECOND)
    assert not isinstance(refused.value, Outdated)
    assert everything() == before
    do(appointment, last)
    assert everything() != before


def test_staff_may_cancel_after_the_patient_s_limit(treatment, practitioner, by):
    appointment = in_status(Status.CONFIRMED, treatment, practitioner)
    cancelled = workflow.cancel(appointment, version=0, by=by, now=START + HOUR)
    assert cancelled.status == Status.CANCELLED


@pytest.mark.parametrize("name", ["confirm", "accept"])
def test_what_has_begun_is_not_confirmed_any_more(treatment, practitioner, by, name):
    act = ACTS[name]
    appointment = in_status(act.allowed[0], treatment, practitioner)
    before = everything()
    with pytest.raises(NotPossible, match="voorbij"):
        perform(act._replace(at=START), appointment, by)
    assert everything() == before
    assert perform(act._replace(at=START - SECOND), appointment, by).status == Status.CONFIRMED


@pytest.mark.parametrize("name", ["complete", "no show"])
def test_what_came_of_it_is_known_once_it_has_begun(treatment, practitioner, by, name):
    appointment = in_status(Status.CONFIRMED, treatment, practitioner)
    before = everything()
    with pytest.raises(NotPossible, match="nog beginnen"):
        perform(ACTS[name]._replace(at=START - SECOND), appointment, by)
    assert everything() == before


# Expiring


@pytest.mark.parametrize("status", Status)
def test_what_nobody_answered_in_time_expires(treatment, practitioner, status):
    unanswered = status in {Status.REQUESTED, Status.PROPOSED}
    appointment = in_status(status, treatment, practitioner)
    before = everything()
    assert workflow.expire(START - SECOND) == 0
    assert everything() == before
    assert workflow.expire(START) == unanswered
    if not unanswered:
        assert everything() == before
        return
    appointment.refresh_from_db()
    assert (appointment.status, appointment.version) == (Status.EXPIRED, 1)
    assert quarters(appointment) == []
    change = appointment.changes.get()
    assert (change.at, change.actor, change.user) == (START, NOBODY.kind, None)
    assert line(appointment) == (status, Status.EXPIRED, START, START)
    assert workflow.expire(START) == 0


def test_what_is_answered_in_that_moment_does_not_expire(treatment, practitioner):
    answered = in_status(Status.REQUESTED, treatment, practitioner)
    other = in_status(Status.PROPOSED, treatment, practitioner, start=START + HOUR)

    def confirm():
        Appointment.objects.filter(pk=answered.pk).update(status=Status.CONFIRMED, version=1)

    with connection.execute_wrapper(Meanwhile("SAVEPOINT", confirm)):
        assert workflow.expire(START + HOUR) == 1
    answered.refresh_from_db()
    other.refresh_from_db()
    assert (answered.status, answered.version) == (Status.CONFIRMED, 1)
    assert quarters(answered) == [0, 1, 2, 3]
    assert not answered.changes.exists()
    assert other.status == Status.EXPIRED


# Erasing


@pytest.mark.parametrize("status", Status)
def test_nothing_is_left_of_what_is_erased(treatment, practitioner, by, status):
    other = in_status(Status.REQUESTED, treatment, practitioner, start=START + HOUR)
    workflow.confirm(other, version=0, by=by, now=NOW)
    kept = everything()
    appointment = in_status(status, treatment, practitioner, name="Lotte", email="l@example.com")
    transition.record(appointment, PATIENT, now=NOW)
    workflow.erase(appointment, version=0, now=NOW)
    appointments, cells, changes, mails, emails, *_ = everything()
    assert [appointments, cells, changes, mails] == kept[:4]
    assert "Lotte" not in str(emails)
    assert "l@example.com" not in str(emails)
    assert quarters(ask(treatment)) == [0, 1, 2, 3]


def test_what_was_changed_meanwhile_is_not_erased(appointment, by):
    workflow.confirm(appointment, version=0, by=by, now=NOW)
    before = everything()
    with pytest.raises(Outdated):
        workflow.erase(appointment, version=0, now=NOW)
    assert everything() == before


def test_a_self_test_can_be_taken_back(treatment, practitioner):
    appointment = in_status(Status.CONFIRMED, treatment, practitioner, self_test="Ja, nee.")
    workflow.withdraw_self_test(appointment, now=NOW)
    appointment.refresh_from_db()
    assert (appointment.self_test, appointment.status) == ("", Status.CONFIRMED)
    assert quarters(appointment) == [0, 1, 2, 3]
    assert appointment.changes.get().actor == Change.Actor.PATIENT


# Moving over and over


def move_to_and_fro(appointment, times, now=NOW):
    """The appointment after so many moves by its patient, each to another moment."""
    for _ in range(times):
        start = START + 2 * HOUR if appointment.starts_at != START + 2 * HOUR else START + 4 * HOUR
        appointment = workflow.move_by_patient(
            appointment, start, version=appointment.version, now=now
        )
    return appointment


@pytest.mark.parametrize("status", Appointment.LIVE)
def test_a_patient_moves_five_times_in_24_hours(treatment, practitioner, status):
    Practice.objects.update(change_notice_hours=0)
    appointment = in_status(status, treatment, practitioner)
    moved = move_to_and_fro(appointment, workflow.MOVES_A_DAY)
    before = everything()
    with pytest.raises(NotPossible, match="al 5 keer in 24 uur") as refused:
        move_to_and_fro(moved, 1, now=NOW + 24 * HOUR - SECOND)
    assert not isinstance(refused.value, Outdated)
    assert everything() == before
    move_to_and_fro(moved, workflow.MOVES_A_DAY, now=NOW + 24 * HOUR)


def test_what_is_no_move_of_the_patient_does_not_count(treatment, practitioner, by):
    appointment = in_status(Status.REQUESTED, treatment, practitioner, self_test="Ja.")
    workflow.withdraw_self_test(appointment, now=NOW)
    moved = workflow.move_by_staff(appointment, slot(appointment, 6), version=0, by=by, now=NOW)
    proposed = workflow.propose(moved, slot(appointment, 5), version=1, by=by, now=NOW)
    accepted = workflow.accept(proposed, version=2, by=PATIENT, now=NOW)
    assert move_to_and_fro(accepted, workflow.MOVES_A_DAY).version == 3 + workflow.MOVES_A_DAY


def test_moves_are_counted_for_each_appointment(treatment, practitioner):
    first = in_status(Status.REQUESTED, treatment, practitioner)
    move_to_and_fro(first, workflow.MOVES_A_DAY)
    other = in_status(Status.REQUESTED, treatment, practitioner, start=START + 6 * HOUR)
    workflow.move_by_patient(other, START + 7 * HOUR, version=0, now=NOW)


def test_a_move_in_the_middle_of_another_counts(treatment, practitioner):
    """Who sends the sixth before the fifth is done has guessed the version that it leads to."""
    appointment = in_status(Status.REQUESTED, treatment, practitioner)
    moved = move_to_and_fro(appointment, workflow.MOVES_A_DAY - 1)
    fifth = Meanwhile('SELECT "booking_appointment"', lambda: move_to_and_fro(moved, 1))
    with (
        connection.execute_wrapper(fifth),
        pytest.raises(NotPossible, match="al 5 keer in 24 uur"),
    ):
        workflow.move_by_patient(moved, START, version=moved.version + 1, now=NOW)
    assert fifth.act is None
