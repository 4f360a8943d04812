import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, CallBack, Cell, Mail, Sender
from booking.occupancy import (
    ATTEMPTS,
    CONSTRAINTS,
    NotFree,
    NotPossible,
    occupy,
    settle,
    taking_cells,
    violates,
)
from booking.slots import CELL
from tests.booking.factories import AppointmentFactory, CallBackFactory, brussels
from tests.booking.protection import overlaps, without_constraint
from tests.factories import PractitionerFactory, TreatmentFactory

pytestmark = pytest.mark.django_db

NINE = brussels(2026, 12, 1, 9)
Status = Appointment.Status


def quarters(appointment):
    """Which cells it has, in quarters of an hour after nine, in the order they were written."""
    starts = appointment.cells.order_by("pk").values_list("start", flat=True)
    return [(start - NINE) // CELL for start in starts]


def at_nine(minutes=30, pause=0, **fields):
    treatment = TreatmentFactory(duration_minutes=minutes, pause_minutes=pause)
    return AppointmentFactory(treatment=treatment, starts_at=NINE, **fields)


def twice(cell):
    """Write a cell that is taken already."""
    Cell.objects.create(
        appointment=cell.appointment, practitioner=cell.practitioner, start=cell.start
    )


# Cells


@pytest.mark.parametrize(
    ("minutes", "pause", "expected"),
    [(15, 0, [0]), (30, 0, [0, 1]), (20, 0, [0, 1]), (60, 5, [0, 1, 2, 3, 4]), (20, 10, [0, 1])],
)
def test_an_appointment_takes_its_quarters_and_its_pause_s_in_ascending_order(
    minutes, pause, expected
):
    assert quarters(at_nine(minutes, pause)) == expected


@pytest.mark.parametrize("status", Status)
def test_an_appointment_has_cells_exactly_when_its_time_is_nobody_else_s(status):
    occupies = status not in {Status.DECLINED, Status.CANCELLED, Status.EXPIRED}
    assert quarters(at_nine(status=status)) == ([0, 1] if occupies else [])


def test_writing_the_cells_once_more_changes_nothing():
    appointment = at_nine()
    before = list(Cell.objects.values_list("pk", "start"))
    occupy(appointment)
    assert list(Cell.objects.values_list("pk", "start")) == before


def test_a_move_by_a_quarter_keeps_what_it_can():
    appointment = at_nine(60)
    kept = set(appointment.cells.filter(start__gt=NINE).values_list("pk", flat=True))
    appointment.starts_at += CELL
    occupy(appointment)
    assert sorted(quarters(appointment)) == [1, 2, 3, 4]
    assert kept < set(appointment.cells.values_list("pk", flat=True))


def test_a_move_to_somebody_else_frees_the_first():
    appointment = at_nine()
    appointment.practitioner = PractitionerFactory()
    occupy(appointment)
    assert set(Cell.objects.values_list("practitioner", flat=True)) == {appointment.practitioner_id}
    assert quarters(appointment) == [0, 1]


def test_new_cells_are_written_before_old_ones_go():
    appointment = at_nine()
    appointment.starts_at += dt.timedelta(hours=1)
    with CaptureQueriesContext(connection) as queries:
        occupy(appointment)
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "INSERT", "DELETE"]


@pytest.mark.parametrize("hours", [1, 8])
def test_long_appointments_cost_as_many_queries_as_short_ones(hours, django_assert_num_queries):
    appointment = at_nine(hours * 60, cells=False)
    with django_assert_num_queries(2):
        occupy(appointment)
    assert appointment.cells.count() == hours * 4


def test_the_cells_go_with_their_appointment():
    at_nine().delete()
    assert not Cell.objects.exists()


# Never twice


def book_over_each_other():
    """Two appointments of which the second begins in the pause of the first."""
    first = at_nine(30, pause=15)
    with taking_cells():
        AppointmentFactory(practitioner=first.practitioner, starts_at=NINE + 2 * CELL)


def test_nobody_is_booked_over_somebody_else():
    with pytest.raises(NotFree, match="niet meer vrij"):
        book_over_each_other()
    assert Appointment.objects.count() == 1
    assert Cell.objects.count() == 3
    assert overlaps() == []


@pytest.mark.parametrize("quarters_later", [3, -2])
def test_appointments_may_touch(quarters_later):
    first = at_nine(30, pause=15)
    AppointmentFactory(practitioner=first.practitioner, starts_at=NINE + quarters_later * CELL)
    assert overlaps() == []


def test_two_people_may_be_booked_at_one_time():
    at_nine()
    at_nine()
    assert overlaps() == []


@pytest.mark.django_db(transaction=True)
def test_it_is_the_constraint_that_prevents_it():
    with without_constraint():
        book_over_each_other()
        assert len(overlaps()) == 1
    cell = at_nine().cells.first()
    with pytest.raises(IntegrityError):
        twice(cell)


# Which error it was


def duplicate_cell():
    twice(at_nine().cells.first())


def duplicate_submission():
    AppointmentFactory(submission_hash=at_nine(submission_hash="x").submission_hash)


def duplicate_call_back():
    CallBackFactory(submission_hash=CallBackFactory(submission_hash="x").submission_hash)


def duplicate_uid():
    AppointmentFactory(uid=at_nine().uid)


def duplicate_mail():
    appointment = at_nine()
    mails = [Mail(appointment=appointment, kind="x", version=1, email_id=n) for n in (1, 2)]
    Mail.objects.bulk_create(mails)


def duplicate_sender():
    for _ in range(2):
        Sender.objects.create(address="x", day=NINE.date())


def negative_version():
    at_nine(version=-1)


def no_name():
    at_nine(name=None)


OTHERS = [duplicate_uid, duplicate_mail, duplicate_sender, negative_version, no_name]


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (duplicate_cell, ["cell_taken_once"]),
        (duplicate_submission, ["booking_appointment_submission_hash_key"]),
        (duplicate_call_back, ["booking_callback_submission_hash_key"]),
        *[(other, []) for other in OTHERS],
    ],
)
def test_an_error_tells_which_constraint_was_violated(cause, expected):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        cause()
    assert [name for name in CONSTRAINTS if violates(caught.value, name)] == expected


def test_the_constraints_have_these_names_in_the_database():
    with connection.cursor() as cursor:
        found = {
            name: constraint["columns"]
            for table in (Cell, Appointment, CallBack)
            for name, constraint in connection.introspection.get_constraints(
                cursor, table._meta.db_table
            ).items()
            if constraint["unique"]
        }
    assert found["cell_taken_once"] == ["practitioner_id", "start"]
    if connection.vendor == "postgresql":
        assert found["booking_appointment_submission_hash_key"] == ["submission_hash"]
        assert found["booking_callback_submission_hash_key"] == ["submission_hash"]


@pytest.mark.parametrize("cause", [*OTHERS, duplicate_submission, duplicate_call_back])
def test_another_error_is_never_taken_for_a_time_that_has_gone(cause):
    with pytest.raises(IntegrityError), taking_cells():
        cause()
    assert not Appointment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_error_at_the_very_end_is_not_taken_for_it_either():
    with pytest.raises(IntegrityError), taking_cells():
        Cell.objects.create(appointment_id=404, practitioner_id=404, start=NINE)
    with pytest.raises(IntegrityError):
        settle(lambda: Cell.objects.create(appointment_id=404, practitioner_id=404, start=NINE))
    assert not Cell.objects.exists()


def test_errors_that_are_no_violation_are_left_alone():
    def write():
        at_nine()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), taking_cells():
        write()
    assert not Appointment.objects.exists()


def test_not_free_is_one_of_the_things_that_are_not_possible():
    assert issubclass(NotFree, NotPossible)


# Trying again


@pytest.mark.parametrize("cause", [duplicate_cell, duplicate_submission, duplicate_call_back])
def test_who_comes_a_moment_too_late_looks_once_more(cause):
    seen = []

    def write():
        seen.append(Appointment.objects.count())
        if len(seen) == 1:
            cause()
        return "written"

    assert settle(write) == "written"
    assert seen == [0, 0]  # what the first attempt wrote is gone


def test_it_ends_when_there_is_always_somebody_earlier():
    attempts = []

    def write():
        attempts.append(1)
        duplicate_cell()

    with pytest.raises(NotFree):
        settle(write)
    assert len(attempts) == ATTEMPTS
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("cause", OTHERS)
def test_another_error_is_not_tried_again(cause):
    attempts = []

    def write():
        attempts.append(1)
        cause()

    with pytest.raises(IntegrityError):
        settle(write)
    assert len(attempts) == 1


def test_an_answer_that_is_no_is_not_asked_again():
    attempts = []

    def write():
        attempts.append(at_nine())
        raise NotFree

    with pytest.raises(NotFree):
        settle(write)
    assert len(attempts) == 1
    assert not Appointment.objects.exists()
