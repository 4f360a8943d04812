"""A practice, with a calendar as full as one likes."""

import datetime as dt
from collections.abc import Iterator
from itertools import count, islice

from django.db import connection, transaction

from booking.models import Appointment, Cell
from booking.slots import BRUSSELS
from kinekracht.models import Practice, Practitioner, Treatment

Booked = tuple[Practitioner, dt.datetime]  # who, and from when

LENGTH = dt.timedelta(minutes=30)
HORIZON = 400  # days, so that a year can be asked for
BATCH = 5000
COLLEAGUES = 8


def open_practice() -> Treatment:
    """A treatment of half an hour, by somebody who works from 9 to 17 on weekdays."""
    Practice.objects.create(name="KineKracht")
    treatment = Treatment.objects.create(
        name="Gemeten", slug="gemeten", duration_minutes=30, horizon_days=HORIZON
    )
    person = Practitioner.objects.create(name="Gemeten", slug="gemeten", role="Kinesitherapeut")
    treatment.practitioners.add(person)
    for weekday in range(5):
        person.working_hours.create(
            weekday=weekday, starts=dt.time(9), ends=dt.time(17), valid_from=dt.date(2020, 1, 1)
        )
    return treatment


def calendar(person: Practitioner, today: dt.date) -> Iterator[Booked]:
    """What is booked, without end.

    First with ``person``: on each day of the horizon the first half of six hours, so that what is
    free is the same however much follows. Then with colleagues, ever further into the past and
    the future, and in the past with ``person`` too.
    """
    for n in range(HORIZON + 1):
        yield from in_hours(person, today + dt.timedelta(days=n), range(9, 15))
    colleagues = [
        Practitioner.objects.create(name=f"Collega {n}", slug=f"collega-{n}", role="Kine")
        for n in range(COLLEAGUES)
    ]
    for n in count(1):
        past, future = today - dt.timedelta(days=n), today + dt.timedelta(days=n)
        yield from in_hours(person, past, range(9, 17))
        for colleague in colleagues:
            yield from in_hours(colleague, past, range(9, 17))
            yield from in_hours(colleague, future, range(9, 17))


def in_hours(person: Practitioner, day: dt.date, hours: range) -> Iterator[Booked]:
    """An appointment at each of these hours, wall time in Brussels."""
    for hour in hours:
        at = dt.datetime.combine(day, dt.time(hour), BRUSSELS)
        yield person, at.astimezone(dt.UTC)


def store(booked: Iterator[Booked], number: int, treatment: Treatment) -> None:
    """Write the next ``number`` of appointments, with their cells."""
    while batch := list(islice(booked, min(number, BATCH))):
        number -= len(batch)
        with transaction.atomic():
            appointments = Appointment.objects.bulk_create(
                Appointment(
                    treatment=treatment,
                    practitioner=person,
                    starts_at=start,
                    duration_minutes=LENGTH // dt.timedelta(minutes=1),
                    status=Appointment.Status.CONFIRMED,
                    name="Lotte",
                    telephone="+32470123456",
                    email="lotte@example.com",
                )
                for person, start in batch
            )
            Cell.objects.bulk_create(
                Cell(appointment=one, practitioner_id=one.practitioner_id, start=start)
                for one in appointments
                for start in one.cell_starts()
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the databases do by themselves in time
