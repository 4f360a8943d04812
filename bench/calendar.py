"""A calendar as full as one likes: ``python -m bench.calendar 5000``, in the site's environment."""

import datetime as dt
import sys
from collections.abc import Iterator
from itertools import count, islice

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  after the setup
from django.utils import timezone  # noqa: E402

from booking.models import Appointment, Cell  # noqa: E402
from booking.slots import BRUSSELS, local  # noqa: E402
from kinekracht.models import Practitioner, Treatment  # noqa: E402

Booked = tuple[Practitioner, dt.datetime]  # who, and from when

PERSON = "gemeten"
PAGE = "gemeten"  # the treatment that pages show: its horizon is the usual 60 days
YEAR = "gemeten-jaar"  # the same, of which a year can be asked for
LENGTH = dt.timedelta(minutes=30)
HORIZON = 400  # days
FULL = 5  # days, so that what is free doesn't change while it is measured
MONTH = dt.timedelta(days=31)
BATCH = 5000
COLLEAGUES = 8


def main() -> None:
    """Make the practice if it isn't there, and book until there are so many appointments."""
    person = open_practice()
    booked = calendar(person, local(timezone.now()).date())
    there = Appointment.objects.count()
    store(islice(booked, there, int(sys.argv[1])))


def open_practice() -> Practitioner:
    """Somebody who works from 9 to 17 on weekdays, with treatments of half an hour."""
    person, created = Practitioner.objects.get_or_create(
        slug=PERSON, defaults={"name": "Gemeten", "role": "Kinesitherapeut"}
    )
    if created:
        for weekday in range(5):
            person.working_hours.create(
                weekday=weekday, starts=dt.time(9), ends=dt.time(17), valid_from=dt.date(2020, 1, 1)
            )
        Treatment.objects.create(name="Gemeten", slug=PAGE).practitioners.add(person)
        year = Treatment.objects.create(name="Gemeten, een jaar", slug=YEAR, horizon_days=HORIZON)
        year.practitioners.add(person)
    return person


def calendar(person: Practitioner, today: dt.date) -> Iterator[Booked]:
    """What is booked, without end, and the same however often it is asked for in a day.

    First with ``person``: the first days all of it, and on each day of the horizon the first half
    of six hours, so that what is free is the same however much follows. Then with colleagues, ever
    further into the past and the future, and in the past with ``person`` too.
    """
    for n in range(FULL):
        yield from in_halves(person, today + dt.timedelta(days=n), range(18, 34))
    for n in range(FULL, HORIZON + 1):
        yield from in_halves(person, today + dt.timedelta(days=n), range(18, 30, 2))
    colleagues = [
        Practitioner.objects.get_or_create(
            slug=f"collega-{n}", defaults={"name": f"Collega {n}", "role": "Kine"}
        )[0]
        for n in range(COLLEAGUES)
    ]
    for n in count(1):
        past, future = today - dt.timedelta(days=n), today + dt.timedelta(days=n)
        yield from in_halves(person, past, range(18, 34, 2))
        for colleague in colleagues:
            yield from in_halves(colleague, past, range(18, 34, 2))
            yield from in_halves(colleague, future, range(18, 34, 2))


def in_halves(person: Practitioner, day: dt.date, halves: range) -> Iterator[Booked]:
    """An appointment in each of these half-hours since midnight, wall time in Brussels."""
    for half in halves:
        at = dt.datetime.combine(day, dt.time(half // 2, half % 2 * 30), BRUSSELS)
        yield person, at.astimezone(dt.UTC)


def store(booked: Iterator[Booked]) -> None:
    """Write appointments, with their cells."""
    treatment = Treatment.objects.get(slug=PAGE)
    while batch := list(islice(booked, BATCH)):
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


if __name__ == "__main__":
    main()
