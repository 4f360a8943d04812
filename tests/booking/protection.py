"""What nobody may be: booked twice. Looking for it, and taking away what makes it impossible."""

import datetime as dt
from contextlib import contextmanager
from itertools import pairwise

from django.db import connection
from django.db.migrations import RemoveConstraint
from django.db.migrations.loader import MigrationLoader

from booking.models import Appointment, Cell

MINUTE = dt.timedelta(minutes=1)
THE_CONSTRAINT = RemoveConstraint("cell", "cell_taken_once")


def overlaps():
    """The pairs of appointments, by number, that take each other's time; cells aren't looked at."""
    found = []
    for practitioner in set(Appointment.objects.values_list("practitioner", flat=True)):
        booked = sorted(
            (a.starts_at, a.starts_at + (a.duration_minutes + a.pause_minutes) * MINUTE, a.pk)
            for a in Appointment.objects.occupying().filter(practitioner=practitioner)
        )
        found += [(one[2], two[2]) for one, two in pairwise(booked) if two[0] < one[1]]
    return found


def drop_constraint():
    """Have the database allow two cells of one practitioner at one time."""
    before, after = states()
    with connection.schema_editor() as editor:
        THE_CONSTRAINT.database_forwards("booking", editor, before, after)


def restore_constraint():
    """Have the database refuse them again; no cell is left."""
    Cell.objects.all().delete()
    before, after = states()
    with connection.schema_editor() as editor:
        THE_CONSTRAINT.database_backwards("booking", editor, after, before)


@contextmanager
def without_constraint():
    """The same for a while, outside a transaction."""
    drop_constraint()
    try:
        yield
    finally:
        restore_constraint()


def states():
    """The models with the constraint, and without it."""
    before = MigrationLoader(connection).project_state()
    after = before.clone()
    THE_CONSTRAINT.state_forwards("booking", after)
    return before, after
