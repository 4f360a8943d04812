"""Which quarters of an hour are whose. That there can't be two of one is the database's word."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError, transaction

from booking.models import Appointment, Cell

T = TypeVar("T")

ATTEMPTS = 10  # more than there are people who could be free
# SQLite names the columns, PostgreSQL the constraint.
CONSTRAINTS = {
    "cell_taken_once": "booking_cell.practitioner_id, booking_cell.start",
    "booking_appointment_submission_hash_key": "booking_appointment.submission_hash",
    "booking_callback_submission_hash_key": "booking_callback.submission_hash",
}


class NotPossible(Exception):  # noqa: N818  it is an answer, and says what to do instead
    """What was asked can't be done; nothing was changed. The message is for who asked."""


class NotFree(NotPossible):
    """The time has just been taken, or was never on offer."""

    def __init__(self) -> None:
        super().__init__("Dit moment is niet meer vrij.")


@contextmanager
def taking_cells() -> Iterator[None]:
    """A transaction in which a cell that is taken already means NotFree."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violates(error, "cell_taken_once"):
            raise NotFree from error
        raise


def settle(write: Callable[[], T]) -> T:
    """What ``write`` returns, in a transaction; once more if somebody was a moment earlier.

    ``write`` looks before it writes. When a cell, or this very request, was written in between,
    another look tells what is left. NotFree if that never ends.
    """
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return write()
        except IntegrityError as error:
            if not any(violates(error, constraint) for constraint in CONSTRAINTS):
                raise
    raise NotFree


def violates(error: IntegrityError, constraint: str) -> bool:
    """Whether it is this constraint that was violated, and no other."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == constraint)
    return str(error) == f"UNIQUE constraint failed: {CONSTRAINTS[constraint]}"


def occupy(appointment: Appointment) -> None:
    """Give an appointment the cells it takes now, and free those it took.

    New ones come first, in ascending order: two that swap their times wait for nobody, and no two
    wait for each other.
    """
    takes = (
        {(appointment.practitioner_id, start) for start in appointment.cell_starts()}
        if appointment.status in Appointment.OCCUPYING
        else set()
    )
    has = {
        (cell.practitioner_id, cell.start): cell
        for cell in Cell.objects.filter(appointment=appointment)
    }
    Cell.objects.bulk_create(
        Cell(appointment=appointment, practitioner_id=practitioner, start=start)
        for practitioner, start in sorted(takes - has.keys())
    )
    gone = [cell.pk for at, cell in has.items() if at not in takes]
    Cell.objects.filter(pk__in=gone).delete()
