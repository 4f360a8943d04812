"""The database of a running site, from a process of its own: ``python -m … <what>``.

What it finds, it prints as JSON.
"""

import datetime as dt
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import django
from django.db import connection, transaction
from django.utils import timezone

django.setup()

from booking import actors, workflow  # noqa: E402  after the setup
from booking.models import Appointment, CallBack, Cell, Closure, WorkingHours  # noqa: E402
from booking.occupancy import NotFree, occupy  # noqa: E402
from booking.slots import Slot  # noqa: E402
from kinekracht.models import Practice, Practitioner, Treatment  # noqa: E402
from tests.booking import protection  # noqa: E402
from tests.booking.factories import in_days  # noqa: E402

HOUR = dt.timedelta(hours=1)
STAFF = actors.Actor("staff")


def prepare():
    """Treatments of 30 and of 60 minutes, by one; and one of 60 minutes by two others."""
    Practice.objects.update(closed_on_holidays=False)
    people = [
        Practitioner.objects.create(name=f"Therapeut {n}", slug=f"therapeut-{n}", role="Kine")
        for n in range(3)
    ]
    WorkingHours.objects.bulk_create(
        WorkingHours(practitioner=person, weekday=n, starts=dt.time(9), ends=dt.time(17))
        for person in people
        for n in range(7)
    )
    for name, minutes, by in (
        ("kort", 30, people[:1]), ("lang", 60, people[:1]), ("samen", 60, people[1:]),
    ):  # fmt: skip
        treatment = Treatment.objects.create(
            name=name,
            slug=name,
            summary=name,
            body=name,
            duration_minutes=minutes,
            horizon_days=6,
        )
        treatment.practitioners.set(by)


def empty():
    """No appointments, no call-backs, and no way to have two at one time."""
    for model in (Appointment, CallBack, Closure):
        model.objects.all().delete()


def report():
    """What is in the tables."""
    return {
        "appointments": Appointment.objects.count(),
        "call_backs": CallBack.objects.count(),
        "cells": Cell.objects.count(),
        "lines": sum(a.changes.count() for a in Appointment.objects.all()),
        "minutes": sum(a.duration_minutes for a in Appointment.objects.all()),
        "overlaps": protection.overlaps(),
    }


def drop():
    """Take the protection away."""
    protection.drop_constraint()


def restore():
    """Bring the protection back, in an empty table."""
    empty()
    protection.restore_constraint()


def overlap():
    """Write two appointments over each other, past everything that looks first."""
    for minutes in (0, 45):
        book("lang", in_days(3, hour=9) + dt.timedelta(minutes=minutes))


def book(slug, start):
    """A confirmed appointment with its cells."""
    treatment = Treatment.objects.get(slug=slug)
    with transaction.atomic():
        appointment = Appointment.objects.create(
            treatment=treatment,
            practitioner=treatment.practitioners.first(),
            starts_at=start,
            duration_minutes=treatment.duration_minutes,
            status=Appointment.Status.CONFIRMED,
            name="Lotte",
        )
        occupy(appointment)
    return appointment


def swap():
    """Many times: staff move two appointments at once, each to where the other is.

    Then three at once to one free hour. What became of each attempt, counted.
    """
    begin = in_days(3, hour=9)
    outcomes = []
    for n in range(40):
        start = begin + n * 24 * HOUR
        pair = [book("lang", start), book("lang", start + HOUR)]
        outcomes += at_once([(pair[0], start + HOUR), (pair[1], start)])
        third = book("lang", start + 2 * HOUR)
        there = start + 4 * HOUR
        outcomes += at_once([(appointment, there) for appointment in (*pair, third)])
    return {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))} | report()


def at_once(moves):
    """The outcome of each move, all begun in the same moment."""
    gate = threading.Barrier(len(moves))

    def move(appointment, start):
        gate.wait()
        try:
            workflow.move_by_staff(
                appointment,
                Slot(start, appointment.practitioner_id),
                version=appointment.version,
                by=STAFF,
                now=timezone.now(),
            )
        except NotFree:
            return "not free"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(len(moves)) as pool:
        return list(pool.map(lambda one: move(*one), moves))


COMMANDS = {f.__name__: f for f in (prepare, empty, report, drop, restore, overlap, swap)}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]]()))
