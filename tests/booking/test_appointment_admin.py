"""Appointments as staff see them, mend what is known of them, and delete them."""

import datetime as dt

import pytest
from django.db import connection
from post_office.models import Email

from booking import actors, mails, transition, workflow
from booking.models import Appointment, Change
from tests.booking.factories import AppointmentFactory
from tests.booking.situation import (
    HOUR,
    NOW,
    START,
    Meanwhile,
    Status,
    in_status,
)
from tests.booking.staff_pages import PAGES, act, body, look, stored, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now", "practice")]


CHANGELIST = "/beheer/booking/appointment/"


# What one sees


def test_the_page_of_a_request_tells_all_of_it(admin_client, treatment, practitioner):
    appointment = in_status(
        Status.REQUESTED,
        treatment,
        practitioner,
        name="Lotte Maes",
        visit="first",
        voicemail=True,
        discreet=True,
        referral="have",
        referral_date=dt.date(2026, 9, 1),
    )
    html = look(admin_client, appointment)
    for words in (
        "Lotte Maes",
        "donderdag 3 december 2026, 9.00 tot 10.00 uur",
        "0470 / 12 34 56",
        "Bericht inspreken mag.",
        "Noem de praktijk niet",
        "Ja, van 1 september 2026",
        "Te oud: deze afspraak valt meer dan 2 maanden na die datum",
        "Er staat niets bij",
    ):
        assert words in html


def test_a_referral_that_is_recent_enough_is_no_warning(admin_client, appointment):
    Appointment.objects.update(referral="have", referral_date=dt.date(2026, 10, 3))
    assert "Te oud" not in look(admin_client, appointment)


def test_the_page_tells_what_became_of_it_and_which_mails_went_out(
    admin_client, admin_user, appointment
):
    admin_user.first_name = "Ann"
    admin_user.save()
    act(admin_client, "confirm", appointment)
    Email.objects.update(status=1)
    html = look(admin_client, appointment)
    assert "Aangevraagd → bevestigd" in html
    assert "door Ann" in html
    assert "Je afspraak op donderdag 3 december, 9.00 uur" in html
    assert "Komt niet aan" in html


BUTTONS = {
    "confirm": "Bevestig",
    "decline": "Weiger",
    "propose": "Ander moment voorstellen",
    "move": "Verplaats",
    "cancel": "Annuleer",
    "accept": "Patiënt is akkoord",
    "complete": "Geweest",
    "no_show": "Niet gekomen",
}
OFFERED = {
    (Status.REQUESTED, False): {"confirm", "decline", "propose", "move"},
    (Status.REQUESTED, True): {"decline"},
    (Status.PROPOSED, False): {"accept", "propose", "move", "cancel"},
    (Status.PROPOSED, True): {"cancel"},
    (Status.CONFIRMED, False): {"propose", "move", "cancel"},
    (Status.CONFIRMED, True): {"complete", "no_show"},
    (Status.COMPLETED, True): {"no_show"},
    (Status.NO_SHOW, True): {"complete"},
    (Status.DECLINED, False): set(),
    (Status.CANCELLED, False): set(),
    (Status.EXPIRED, True): set(),
}


@pytest.mark.parametrize(("status", "has_begun"), OFFERED)
def test_only_what_is_possible_is_offered(admin_client, treatment, practitioner, status, has_begun):
    start = NOW - HOUR if has_begun else START
    appointment = in_status(status, treatment, practitioner, start)
    html = look(admin_client, appointment)
    offered = {name for name in BUTTONS if f'"{url(name, appointment)}"' in html}
    assert offered == OFFERED[status, has_begun]


def test_a_page_for_what_is_not_possible_leads_back_to_the_appointment(
    admin_client, treatment, practitioner
):
    appointment = in_status(Status.CANCELLED, treatment, practitioner)
    for name in PAGES:
        response = admin_client.get(url(name, appointment), follow=True)
        assert "De afspraak is ondertussen veranderd." in body(response)
        assert response.redirect_chain == [(url("change", appointment), 302)]


# Changing what is known of the patient


def details(**changed):
    return {"name": "Lotte", "telephone": "0470 12 34 56", "email": "lotte@example.com"} | changed


def test_contact_data_can_be_mended(admin_client, appointment):
    admin_client.post(url("change", appointment), details(name="Lotte  De\tVos"))
    found = stored(appointment)
    assert (found.name, found.version) == ("Lotte De Vos", 0)


def test_a_mended_address_is_stored_as_mail_goes_to_it(admin_client, appointment):
    admin_client.post(url("change", appointment), details(email="lotte@\uff45xample.com"))
    assert stored(appointment).email == "lotte@example.com"


def test_mails_that_have_not_left_follow_a_mended_address(admin_client, appointment):
    mails.requested(appointment)
    page = admin_client.post(url("change", appointment), details(), follow=True)
    assert Email.objects.get(subject__startswith="We kregen").to == ["lotte@example.com"]
    assert "gaan nu naar het nieuwe adres" in body(page)


def test_mending_never_overwrites_what_became_of_it(admin_client, appointment):
    cancel = Meanwhile(
        'UPDATE "booking_appointment"',
        lambda: workflow.cancel(appointment, version=0, by=actors.PATIENT, now=NOW),
    )
    with connection.execute_wrapper(cancel):
        admin_client.post(url("change", appointment), details(name="Lotje"))
    assert (stored(appointment).name, stored(appointment).status) == ("Lotje", Status.CANCELLED)


def test_the_form_can_not_change_when_or_whether_somebody_comes(admin_client, appointment):
    data = details(status="confirmed", starts_at="2026-12-08", version="7", self_test="x")
    admin_client.post(url("change", appointment), data)
    found = stored(appointment)
    assert (found.status, found.starts_at, found.version) == (Status.REQUESTED, START, 0)
    assert found.self_test == ""


def test_somebody_must_be_reachable(admin_client, appointment):
    html = body(admin_client.post(url("change", appointment), details(telephone="", email="")))
    assert "Vul een telefoonnummer of een e-mailadres in." in html


# Deleting


def test_what_is_still_on_is_cancelled_before_it_is_deleted(admin_client, appointment):
    response = admin_client.post(url("delete", appointment), {"post": "yes"})
    assert response.status_code == 403
    assert stored(appointment).status == Status.REQUESTED


def test_deleting_leaves_nothing(admin_client, appointment):
    act(admin_client, "decline", appointment)
    assert Email.objects.exists()
    page = body(admin_client.get(url("delete", appointment)))
    assert "met zijn geschiedenis en zijn mails" in page
    admin_client.post(url("delete", appointment), {"post": "yes"})
    assert not Appointment.objects.exists()
    assert not Change.objects.exists()
    assert not Email.objects.exists()


# The list


def listed(client, **filters):
    found = client.get(CHANGELIST, filters).context["cl"].result_list
    return [appointment.name for appointment in found]


def test_the_list_begins_with_what_is_to_come(admin_client, treatment, practitioner):
    for name, days in {"later": 5, "gisteren": -1, "vandaag": 0, "vroeger": -5}.items():
        start = NOW + dt.timedelta(days=days)
        in_status(Status.CONFIRMED, treatment, practitioner, start, name=name)
    assert listed(admin_client) == ["vandaag", "later"]
    assert listed(admin_client, wanneer="voorbij") == ["gisteren", "vroeger"]
    assert listed(admin_client, wanneer="alles") == ["later", "vandaag", "gisteren", "vroeger"]
    assert listed(admin_client, q="vroeger") == ["vroeger"]


@pytest.mark.parametrize(
    "query", ["0470 12 34 56", "0470/12.34.56", "+32 470 123456", "0032470123456", "lotte@", "maes"]
)
def test_somebody_is_found_by_name_number_or_address(admin_client, treatment, practitioner, query):
    in_status(
        Status.CONFIRMED, treatment, practitioner, name="Lotte Maes", email="lotte@example.com"
    )
    in_status(
        Status.CONFIRMED, treatment, practitioner, START + HOUR,
        telephone="+32499999999", email="x@example.com",
    )  # fmt: skip
    assert listed(admin_client, q=query) == ["Lotte Maes"]


def test_the_list_says_how_things_stand_and_how_long_somebody_waits(
    admin_client, treatment, practitioner
):
    in_status(Status.REQUESTED, treatment, practitioner, created_at=NOW - dt.timedelta(hours=3))
    html = body(admin_client.get(CHANGELIST))
    assert "do 3 december, 9.00 uur" in html
    assert '<span class="state state-open">Aangevraagd</span>' in html
    assert "sinds 3 uur" in html


@pytest.mark.parametrize("many", [3, 300])
def test_the_list_costs_the_same_queries(admin_client, django_assert_num_queries, many):
    AppointmentFactory.create_batch(many)
    # Session, user, app, a savepoint, the practitioners, a count, the rows.
    with django_assert_num_queries(7):
        admin_client.get(CHANGELIST)


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_costs_the_same_queries(
    admin_client, appointment, django_assert_num_queries, many
):
    for _ in range(many):
        for status in ("confirmed", "requested"):
            transition.record(appointment, actors.NOBODY, now=NOW, before=(status, None))
    # Session, user, app, a savepoint, the appointment, what is confided, its changes, its mails.
    with django_assert_num_queries(8):
        admin_client.get(url("change", appointment))


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_to_propose_costs_the_same_queries(
    admin_client, treatment, practitioner, appointment, django_assert_num_queries, many
):
    for n in range(many):
        in_status(Status.CONFIRMED, treatment, practitioner, START + (n + 2) * HOUR)
    # Session, user, app, the appointment, four for what is free, whether a practice may be added.
    with django_assert_num_queries(9):
        admin_client.get(url("propose", appointment))
