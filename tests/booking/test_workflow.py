"""What may happen to an appointment, in which status, and what is left of it."""

import pytest
from django.db import connection

from booking import workflow
from booking.models import Appointment, Cell, Change
from booking.occupancy import NotFree, NotPossible
from booking.slots import CELL, Slot
from booking.transition import Outdated
from tests.booking.factories import brussels
from tests.booking.protection import overlaps
from tests.booking.situation import (
    ACTS,
    HOUR,
    NOW,
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
    works,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]


# Every function in every status


EVERY_ACT = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
FREEING = {Status.DECLINED, Status.CANCELLED}


@pytest.mark.parametrize("status", Status)
@EVERY_ACT
def test_what_may_be_done_in_a_status_is_done_and_nothing_else(
    treatment, practitioner, by, act, status
):
    appointment = in_status(status, treatment, practitioner, version=7)
    beside = in_status(Status.CONFIRMED, treatment, practitioner, start=START + HOUR)
    before = everything()
    if status not in act.allowed:
        with pytest.raises(Outdated):
            perform(act, appointment, by)
        assert everything() == before
        return
    changed = perform(act, appointment, by)
    stored = Appointment.objects.get(pk=appointment.pk)
    expected = act.to or (Status.CONFIRMED if status == Status.CONFIRMED else Status.REQUESTED)
    start = START + 2 * HOUR if act.moves else START
    for found in (changed, stored):
        assert (found.status, found.version) == (expected, 8)
        assert (found.starts_at, found.changed_at) == (start, act.at)
    taken = [] if expected in FREEING else [8, 9, 10, 11] if act.moves else [0, 1, 2, 3]
    assert quarters(stored) == taken
    change = stored.changes.get()
    user = by.user if act.actor == Change.Actor.STAFF else None
    assert (change.at, change.actor, change.user) == (act.at, act.actor, user)
    assert line(stored) == (status, expected, START, start)
    assert quarters(beside) == [4, 5, 6, 7]
    assert overlaps() == []


@pytest.mark.parametrize("version", [6, 8])
@EVERY_ACT
def test_who_acts_on_another_version_than_there_is_changes_nothing(
    treatment, practitioner, by, act, version
):
    appointment = in_status(act.allowed[0], treatment, practitioner, version=7)
    before = everything()
    with pytest.raises(Outdated, match="Er is niets gewijzigd"):
        perform(act, appointment, by, version=version)
    assert everything() == before


@EVERY_ACT
def test_doing_it_twice_does_it_once(treatment, practitioner, by, act):
    appointment = in_status(act.allowed[0], treatment, practitioner)
    perform(act, appointment, by)
    before = everything()
    with pytest.raises(NotPossible):
        perform(act, appointment, by)
    assert everything() == before


@EVERY_ACT
def test_who_is_a_moment_later_changes_nothing(treatment, practitioner, by, act):
    appointment = in_status(act.allowed[0], treatment, practitioner)
    same = Appointment.objects.filter(pk=appointment.pk)
    before = everything()
    earlier = Meanwhile("UPDATE", lambda: same.update(version=1))
    with connection.execute_wrapper(earlier), pytest.raises(Outdated):
        perform(act, appointment, by)
    same.update(version=0)
    assert everything() == before


# Moving


MOVES = {name: act for name, act in ACTS.items() if act.moves}


@pytest.mark.parametrize("act", MOVES.values(), ids=MOVES)
def test_a_move_to_where_somebody_else_is_changes_nothing(treatment, practitioner, by, act):
    appointment = in_status(Status.CONFIRMED, treatment, practitioner)
    in_status(Status.REQUESTED, treatment, practitioner, start=START + 2.75 * HOUR)
    before = everything()
    with pytest.raises(NotFree):
        perform(act, appointment, by)
    assert everything() == before


@pytest.mark.parametrize("quarter", [1, -1, 3])
def test_a_move_may_overlap_where_it_comes_from(appointment, by, quarter):
    start = START + 24 * HOUR
    there = Slot(start, appointment.practitioner_id)
    appointment = workflow.move_by_staff(appointment, there, version=0, by=by, now=NOW)
    there = Slot(start + quarter * CELL, appointment.practitioner_id)
    appointment = workflow.move_by_staff(appointment, there, version=1, by=by, now=NOW)
    assert quarters(appointment) == [96 + quarter + n for n in range(4)]
    appointment = workflow.propose(appointment, slot(appointment, 25), version=2, by=by, now=NOW)
    assert quarters(appointment) == [100, 101, 102, 103]


def test_a_patient_may_move_by_a_quarter(appointment):
    moved = workflow.move_by_patient(appointment, START + CELL, version=0, now=NOW)
    assert quarters(moved) == [1, 2, 3, 4]


def test_a_patient_who_moves_stays_with_the_same_practitioner(treatment, appointment):
    works(treatment)
    in_status(Status.REQUESTED, treatment, appointment.practitioner, start=START + 2 * HOUR)
    with pytest.raises(NotFree):
        workflow.move_by_patient(appointment, START + 2 * HOUR, version=0, now=NOW)
    moved = workflow.move_by_patient(appointment, START + 4 * HOUR, version=0, now=NOW)
    assert moved.practitioner == appointment.practitioner


def test_nobody_is_moved_to_a_time_that_has_passed(appointment, by):
    before = everything()
    there = Slot(NOW, appointment.practitioner_id)
    for function in (workflow.propose, workflow.move_by_staff):
        with pytest.raises(NotPossible, match="voorbij"):
            function(appointment, there, version=0, by=by, now=NOW)
    assert everything() == before


@pytest.mark.parametrize("start", [START - HOUR, NOW + HOUR, brussels(2026, 12, 25, 9)])
def test_a_patient_moves_within_what_is_offered_and_staff_anywhere(appointment, by, start):
    before = everything()
    with pytest.raises(NotFree):
        workflow.move_by_patient(appointment, start, version=0, now=NOW)
    assert everything() == before
    there = Slot(start, appointment.practitioner_id)
    proposed = workflow.propose(appointment, there, version=0, by=by, now=NOW)
    assert proposed.starts_at == start
    later = Slot(start + 4 * HOUR, appointment.practitioner_id)
    moved = workflow.move_by_staff(appointment, later, version=1, by=by, now=NOW)
    assert moved.cells.count() == 4


def test_nothing_is_moved_to_where_it_is(appointment, by):
    before = everything()
    there = Slot(START, appointment.practitioner_id)
    for function in (workflow.propose, workflow.move_by_staff):
        with pytest.raises(NotPossible, match="staat al op dit moment"):
            function(appointment, there, version=0, by=by, now=NOW)
    with pytest.raises(NotPossible, match="staat al op dit moment"):
        workflow.move_by_patient(appointment, START, version=0, now=NOW)
    assert everything() == before


def test_staff_may_move_to_another_practitioner(treatment, appointment, by):
    there = Slot(START, works(treatment).pk)
    moved = workflow.move_by_staff(appointment, there, version=0, by=by, now=NOW)
    assert moved.practitioner.pk == there.practitioner
    assert set(Cell.objects.values_list("practitioner", flat=True)) == {there.practitioner}


def test_what_moved_away_leaves_its_time_to_others(treatment, appointment, by):
    workflow.move_by_staff(appointment, slot(appointment, 1), version=0, by=by, now=NOW)
    assert quarters(ask(treatment)) == [0, 1, 2, 3]
    assert overlaps() == []
