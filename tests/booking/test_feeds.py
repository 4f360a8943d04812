"""Appointments in calendar programs."""

import datetime as dt

import pytest
from django.utils import timezone
from icalendar import Calendar
from pytest_django.asserts import assertNumQueries

from booking.models import Appointment
from tests.booking.factories import AppointmentFactory, CalendarFeedFactory, brussels
from tests.factories import PracticeFactory, PractitionerFactory, TreatmentFactory

pytestmark = pytest.mark.django_db

Status = Appointment.Status


def calendar(client, appointment):
    return client.get(f"/afspraak/a/{appointment.key}/afspraak.ics")


def feed(client, subscription):
    return client.get(subscription.get_absolute_url())


def events_of(response):
    assert response.status_code == 200
    return Calendar.from_ical(response.content).events


def test_a_patient_takes_a_confirmed_appointment_along(client):
    PracticeFactory()
    appointment = AppointmentFactory(status=Status.CONFIRMED, starts_at=brussels(2030, 7, 2, 9))
    with assertNumQueries(2):
        response = calendar(client, appointment)
    [event] = events_of(response)
    assert event["summary"] == "Afspraak"
    assert event["location"] == "Hoogmolenstraat 13, 8790 Waregem"
    assert event.start == dt.datetime(2030, 7, 2, 9, tzinfo=event.start.tzinfo)
    assert b"METHOD:PUBLISH" in response.content
    assert "attendee" not in event
    assert appointment.key not in response.text
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="afspraak.ics"'
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert not response.cookies


@pytest.mark.parametrize("status", [s for s in Status if s != Status.CONFIRMED])
def test_there_is_nothing_to_take_along_of_what_is_not_confirmed(client, status):
    assert calendar(client, AppointmentFactory(status=status)).status_code == 404


def test_a_key_that_is_not_known_leads_nowhere(client):
    AppointmentFactory(status=Status.CONFIRMED)
    CalendarFeedFactory()
    for key in ("x" * 43, "x", "%2e", "' OR 1=1"):
        assert client.get(f"/afspraak/a/{key}/afspraak.ics").status_code == 404
        assert client.get(f"/afspraak/agenda/{key}.ics").status_code == 404


def test_the_address_works_for_a_month_after_the_appointment(client, settings, time_machine):
    appointment = AppointmentFactory(status=Status.CONFIRMED)
    end = appointment.ends_at + dt.timedelta(days=settings.LINK_DAYS)
    time_machine.move_to(end, tick=False)
    assert calendar(client, appointment).status_code == 200
    time_machine.move_to(end + dt.timedelta(seconds=1), tick=False)
    assert calendar(client, appointment).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_possible(client, method):
    appointment = AppointmentFactory(status=Status.CONFIRMED)
    subscription = CalendarFeedFactory()
    for path in (f"/afspraak/a/{appointment.key}/afspraak.ics", subscription.get_absolute_url()):
        assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_a_practitioner_sees_initials_and_nothing_more(client, count):
    subscription = CalendarFeedFactory(
        practitioner=PractitionerFactory(name="CANARY-NAAM", role="CANARY-ROL")
    )
    appointments = AppointmentFactory.create_batch(
        count,
        practitioner=subscription.practitioner,
        treatment=TreatmentFactory(name="CANARY-BEHANDELING", summary="CANARY"),
        status=Status.CONFIRMED,
        name="An CANARY-PEETERS",
        email="canary@voorbeeld.be",
        complaint="CANARY-KLACHT",
        self_test="CANARY-TEST",
    )
    with assertNumQueries(2):
        response = feed(client, subscription)
    events = events_of(response)
    assert {event["summary"] for event in events} == {"A.C."}
    assert [event.start for event in events] == [each.starts_at for each in appointments]
    said = response.text
    assert "canary" not in said.lower()
    for field in ("DESCRIPTION", "LOCATION", "ATTENDEE", "ORGANIZER"):
        assert field not in said
    assert not any(each.key in said for each in appointments)
    assert "70123456" not in said
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Cache-Control"] == "no-store"


def test_the_feed_holds_all_that_takes_time_and_says_how_certain_it_is(client):
    subscription = CalendarFeedFactory()
    for status in Status:
        AppointmentFactory(practitioner=subscription.practitioner, status=status, name=status)
    AppointmentFactory(status=Status.CONFIRMED)  # of somebody else
    certain = {event["summary"]: event["status"] for event in events_of(feed(client, subscription))}
    assert certain == {
        "R.": "TENTATIVE",
        "P.": "TENTATIVE",
        "C.": "CONFIRMED",  # confirmed, and completed
        "N.": "CONFIRMED",
    }
    assert len(events_of(feed(client, subscription))) == 5


def test_the_feed_looks_back_thirty_days(client, time_machine):
    time_machine.move_to(brussels(2027, 1, 15, 12), tick=False)
    subscription = CalendarFeedFactory()
    kept, _gone = (
        AppointmentFactory(
            practitioner=subscription.practitioner,
            status=Status.COMPLETED,
            starts_at=timezone.now() - dt.timedelta(days=days),
            cells=False,
        )
        for days in (29, 31)
    )
    [event] = events_of(feed(client, subscription))
    assert event.start == kept.starts_at


def test_a_feed_without_appointments_is_an_empty_calendar(client):
    assert events_of(feed(client, CalendarFeedFactory())) == []


def test_a_feed_that_did_not_change_is_not_sent_again(client):
    subscription = CalendarFeedFactory()
    appointment = AppointmentFactory(practitioner=subscription.practitioner)
    first = feed(client, subscription)
    path = subscription.get_absolute_url()
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    appointment.changed_at = timezone.now()
    appointment.version += 1
    appointment.save()
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_renewed_address_closes_the_old_one(client):
    subscription = CalendarFeedFactory()
    old = subscription.get_absolute_url()
    subscription.change_address()
    subscription.save()
    assert client.get(old).status_code == 404
    assert feed(client, subscription).status_code == 200
