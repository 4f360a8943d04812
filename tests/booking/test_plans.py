"""By which indexes the database finds what is asked for most, however full its tables are."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.agenda import agenda
from booking.availability import availability
from booking.limits import count_lately, has_heard_enough
from booking.models import Appointment, Cell, Closure, WorkingHours
from booking.slots import CELL
from tests.booking.factories import AppointmentFactory, brussels
from tests.booking.situation import works
from tests.factories import PracticeFactory, PractitionerFactory, TreatmentFactory

pytestmark = pytest.mark.django_db

NOW = brussels(2026, 12, 1, 8)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MONDAY = dt.date(2026, 12, 7)
SUNDAY = dt.date(2026, 12, 13)
COLLEAGUES = 300
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}
# SQLite names the index of a constraint by itself.
CELL_TAKEN_ONCE = {"sqlite": "sqlite_autoindex_booking_cell_1", "postgresql": "cell_taken_once"}


@pytest.fixture
def treatment():
    """Given by one of many, whose calendars hold thousands of appointments, most of them over."""
    PracticeFactory()
    treatment = TreatmentFactory(horizon_days=60)
    person = works(treatment)
    colleagues = [PractitionerFactory() for _ in range(COLLEAGUES)]
    WorkingHours.objects.bulk_create(
        WorkingHours(practitioner=colleague, weekday=n, starts=dt.time(9), ends=dt.time(17))
        for colleague in colleagues
        for n in range(5)
    )
    Closure.objects.bulk_create(
        Closure(practitioner=person, starts_at=NOW - n * DAY, ends_at=NOW - n * DAY + HOUR)
        for n in range(3000)
    )
    one = AppointmentFactory(practitioner=person, treatment=treatment, starts_at=NOW, cells=False)
    Appointment.objects.bulk_create(
        Appointment(
            treatment=treatment,
            practitioner=person,
            starts_at=NOW + (n - 4000) * HOUR,
            duration_minutes=15,
            status=Appointment.Status.CONFIRMED,
            name="Lotte",
        )
        for n in range(5000)
    )
    Cell.objects.bulk_create(
        Cell(appointment=one, practitioner=person, start=NOW + (n - 4000) * CELL)
        for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the databases do by themselves in time
    return treatment


def plans(look):
    """How the database does each of the queries of ``look``, by the table it is about."""
    with CaptureQueriesContext(connection) as queries:
        look()
    found = {}
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"{EXPLAIN[connection.vendor]} {query['sql']}")
            table = query["sql"].partition(' FROM "')[2].partition('"')[0]
            found[table] = "\n".join(str(row[-1]) for row in cursor.fetchall())
    return found


@pytest.mark.parametrize("last", [MONDAY, SUNDAY, MONDAY + 30 * DAY])
def test_free_times_are_found_by_indexes(treatment, last):
    found = plans(lambda: availability(treatment, now=NOW, first=MONDAY, last=last))
    assert CELL_TAKEN_ONCE[connection.vendor] in found["booking_cell"]
    assert "closure_ends_at" in found["booking_closure"]
    assert "booking_workinghours_practitioner_id" in found["booking_workinghours"]
    for table in ("booking_cell", "booking_closure", "booking_workinghours"):
        assert not re.search(rf"(Seq Scan on|SCAN) {table}\b", found[table])


def test_the_agenda_is_found_by_indexes(treatment):
    found = plans(lambda: agenda(MONDAY, SUNDAY))
    assert "appointment_starts_at" in found["booking_appointment"]
    assert "closure_ends_at" in found["booking_closure"]


def test_what_is_counted_for_each_request_is_found_by_indexes(treatment):
    asked = AppointmentFactory(treatment=treatment, starts_at=NOW + 2000 * HOUR)
    found = plans(lambda: count_lately(Appointment.objects.awaiting_reply(), NOW))
    assert "appointment_by_status" in found["booking_appointment"]
    found = plans(lambda: has_heard_enough(asked, NOW))
    assert "appointment_starts_at" in found["booking_appointment"]
