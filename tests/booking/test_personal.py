"""An appointment's own page, for who knows its address: see, agree, move, cancel, erase."""

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client
from post_office.models import Email

from booking import actors, workflow
from booking.models import Appointment, CallBack, Cell, Change, Weekday
from booking.slots import Slot
from tests.booking.factories import (
    AppointmentFactory,
    CallBackFactory,
    WorkingHoursFactory,
    brussels,
)
from tests.booking.pages import form_data, heading, links, texts
from tests.factories import PractitionerFactory

Status = Appointment.Status
NINE = brussels(2026, 11, 24, 9)
STAFF = actors.staff(None)


def body(response):
    return response.content.decode()


@pytest.fixture
def asked(clinic):
    """A request for Tuesday at nine."""
    return AppointmentFactory(
        treatment=clinic.treatment,
        practitioner=clinic.an,
        starts_at=NINE,
        created_at=clinic.now,
        changed_at=clinic.now,
        complaint="CANARY-KLACHT",
        self_test="CANARY-TEST",
    )


@pytest.fixture
def confirmed(asked, clinic):
    return workflow.confirm(asked, version=0, by=STAFF, now=clinic.now)


@pytest.fixture
def proposed(asked, clinic):
    slot = Slot(brussels(2026, 11, 25, 14), clinic.an.pk)
    return workflow.propose(asked, slot, version=0, by=STAFF, now=clinic.now)


def path(appointment, *more):
    return "".join([appointment.get_absolute_url(), *(f"{part}/" for part in more)])


def press(client, address):
    """Open a question and press its button."""
    return client.post(address, form_data(client.get(address)))


def state(appointment):
    appointment.refresh_from_db()
    return appointment.status


# What it shows


def test_a_request_says_what_was_asked_what_comes_next_and_by_when(client, asked):
    response = client.get(path(asked))
    assert heading(response) == "Je aanvraag is binnen"
    assert "dinsdag 24 november om 9.00 uur" in body(response)
    assert "voor dat moment antwoord per e-mail" in body(response)
    assert asked.name in body(response)


def test_an_answer_is_promised_in_working_days(client, asked):
    asked.starts_at = brussels(2026, 12, 15, 9)
    asked.changed_at = brussels(2026, 11, 10, 23)  # the 11th is a holiday
    asked.save()
    assert "ten laatste op vrijdag 13 november" in body(client.get(path(asked)))


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (Status.REQUESTED, "Je aanvraag is binnen"),
        (Status.PROPOSED, "We stellen een ander moment voor"),
        (Status.CONFIRMED, "Je afspraak staat vast"),
        (Status.DECLINED, "Deze afspraak kan niet doorgaan"),
        (Status.CANCELLED, "Je afspraak is geannuleerd"),
        (Status.EXPIRED, "Je aanvraag is vervallen"),
        (Status.COMPLETED, "Deze afspraak is voorbij"),
        (Status.NO_SHOW, "Deze afspraak is voorbij"),
    ],
)
def test_every_state_is_said_in_plain_words(client, asked, status, title):
    Appointment.objects.filter(pk=asked.pk).update(status=status)
    response = client.get(path(asked))
    assert heading(response) == title
    change = {path(asked, "verplaatsen"), path(asked, "annuleren")}
    assert (change <= set(links(response))) == (status in Appointment.LIVE)
    assert (f"{path(asked)}afspraak.ics" in links(response)) == (status == Status.CONFIRMED)


def test_the_page_is_discreet(client, confirmed):
    response = client.get(path(confirmed))
    assert "CANARY" not in body(response)
    assert "Rugkine" not in body(response)
    assert "<title>Je afspraak · KineKracht</title>" in body(response)
    assert response["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in body(response)


def test_a_referral_that_will_be_too_old_is_mentioned(client, asked):
    Appointment.objects.filter(pk=asked.pk).update(referral="have", referral_date="2026-09-23")
    assert "Let op je voorschrift" in body(client.get(path(asked)))
    Appointment.objects.filter(pk=asked.pk).update(referral_date="2026-09-24")
    assert "Let op je voorschrift" not in body(client.get(path(asked)))


# Wrong addresses

PAGES = [(), ("akkoord",), ("annuleren",), ("verplaatsen",), ("verplaatsen", "2026-11-25-0900"),
         ("wissen",), ("zelftest",)]  # fmt: skip


@pytest.mark.parametrize("more", PAGES)
def test_wrong_expired_and_tampered_addresses_lead_to_one_page(client, asked, more):
    wrong = client.get(path(asked, *more).replace(asked.key, "x" * 32))
    tampered = client.get(path(asked, *more).replace(asked.key, asked.key.swapcase()))
    with time_machine.travel(brussels(2026, 12, 24, 10), tick=False):
        expired = client.get(path(asked, *more))
        assert client.post(path(asked, *more), {"version": 0}).status_code in {404, 405}
    assert {wrong.status_code, tampered.status_code, expired.status_code} == {404}
    assert wrong.content == tampered.content == expired.content


def test_a_page_works_until_thirty_days_after(client, asked):
    with time_machine.travel(brussels(2026, 12, 24, 8), tick=False):
        assert client.get(path(asked)).status_code == 200


# Nothing by following a link


@pytest.mark.parametrize("more", PAGES)
@pytest.mark.parametrize("state_of", ["asked", "confirmed", "proposed"])
def test_following_links_changes_nothing(client, request, state_of, more):
    appointment = request.getfixturevalue(state_of)
    before = Appointment.objects.values().get(), Cell.objects.count(), Change.objects.count()
    assert client.get(path(appointment, *more)).status_code in {200, 302}
    assert client.head(path(appointment, *more)).status_code in {200, 302}
    after = Appointment.objects.values().get(), Cell.objects.count(), Change.objects.count()
    assert before == after


@pytest.mark.parametrize("more", PAGES[1:])
def test_another_site_can_not_press_a_button(clinic, confirmed, more):
    client = Client(enforce_csrf_checks=True)
    response = client.post(path(confirmed, *more), {"version": confirmed.version})
    assert response.status_code in {403, 405}
    assert state(confirmed) == Status.CONFIRMED


# Agreeing


def test_a_proposal_is_agreed_with(client, proposed):
    page = client.get(path(proposed))
    assert path(proposed, "akkoord") in links(page)
    response = press(client, path(proposed, "akkoord"))
    assert (response.status_code, response["Location"]) == (302, path(proposed))
    assert state(proposed) == Status.CONFIRMED
    assert proposed.starts_at == brussels(2026, 11, 25, 14)


def test_a_proposal_that_changed_meanwhile_is_not_agreed_with(client, proposed, clinic):
    data = form_data(client.get(path(proposed, "akkoord")))
    slot = Slot(brussels(2026, 11, 26, 14), clinic.an.pk)
    workflow.propose(proposed, slot, version=1, by=STAFF, now=clinic.now)
    response = client.post(path(proposed, "akkoord"), data)
    assert response.status_code == 409
    assert "ondertussen veranderd" in body(response)
    assert state(proposed) == Status.PROPOSED


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_button_without_its_version_changes_nothing(client, proposed, version):
    response = client.post(path(proposed, "akkoord"), {"version": version})
    assert response.status_code == 409
    assert state(proposed) == Status.PROPOSED


# Moving


def test_moving_offers_free_times_its_own_among_them_and_keeps_it_confirmed(client, confirmed):
    page = client.get(path(confirmed, "verplaatsen"))
    assert path(confirmed, "verplaatsen", "2026-11-24-0915") in links(page)
    address = path(confirmed, "verplaatsen", "2026-11-24-0930")
    assert "naar dinsdag 24 november om 9.30 uur" in body(client.get(address))
    response = press(client, address)
    assert (response.status_code, response["Location"]) == (302, path(confirmed))
    assert state(confirmed) == Status.CONFIRMED
    assert confirmed.starts_at == brussels(2026, 11, 24, 9, 30)
    assert confirmed.cells.count() == 4


def test_moving_a_proposal_makes_it_a_request(client, proposed):
    press(client, path(proposed, "verplaatsen", "2026-11-26-0900"))
    assert state(proposed) == Status.REQUESTED


def test_moving_to_a_moment_that_is_not_free_changes_nothing_and_offers_others(
    client, confirmed, clinic
):
    AppointmentFactory(
        treatment=clinic.treatment, practitioner=clinic.an, starts_at=brussels(2026, 11, 25, 9)
    )
    address = path(confirmed, "verplaatsen", "2026-11-25-0930")
    for response in (client.get(address), client.post(address, {"version": 1})):
        assert response.status_code == 409
        assert heading(response) == "Dit moment is niet meer vrij"
        assert path(confirmed, "verplaatsen", "2026-11-25-1000") in links(response)
    assert state(confirmed) == Status.CONFIRMED
    assert confirmed.starts_at == NINE


def test_who_moves_over_and_over_is_told_to_call(client, confirmed):
    hours = ["1000", "1100"] * 3
    for hour in hours[: workflow.MOVES_A_DAY]:
        response = press(client, path(confirmed, "verplaatsen", f"2026-11-26-{hour}"))
        assert response.status_code == 302
    mailed = Email.objects.count()
    response = press(client, path(confirmed, "verplaatsen", "2026-11-26-1100"))
    assert response.status_code == 409
    assert "al 5 keer in 24 uur. Er is niets gewijzigd. Bel ons" in body(response)
    assert Email.objects.count() == mailed
    assert state(confirmed) == Status.CONFIRMED
    assert confirmed.starts_at == brussels(2026, 11, 26, 10)


# The practice's limit


@pytest.mark.parametrize(
    ("moment", "may"),
    [(brussels(2026, 11, 23, 9), True), (brussels(2026, 11, 23, 9, 0, 1), False)],
)
def test_what_is_confirmed_can_be_changed_until_the_limit(client, confirmed, moment, may):
    data = form_data(client.get(path(confirmed, "annuleren")))
    with time_machine.travel(moment, tick=False):
        page = client.get(path(confirmed))
        assert (path(confirmed, "annuleren") in links(page)) == may
        assert client.get(path(confirmed, "verplaatsen")).status_code == (200 if may else 302)
        response = client.post(path(confirmed, "annuleren"), data)
    assert response.status_code == (302 if may else 409)
    assert state(confirmed) == (Status.CANCELLED if may else Status.CONFIRMED)


# Cancelling and erasing


def test_cancelling_frees_the_time(client, confirmed):
    response = press(client, path(confirmed, "annuleren"))
    assert response.status_code == 302
    assert state(confirmed) == Status.CANCELLED
    assert not Cell.objects.exists()
    assert client.get("/afspraak/rug/2026-11-24-0900/").status_code == 200


def test_cancelling_twice_says_so(client, confirmed):
    data = form_data(client.get(path(confirmed, "annuleren")))
    assert client.post(path(confirmed, "annuleren"), data).status_code == 302
    assert client.post(path(confirmed, "annuleren"), data).status_code == 409


def test_erasing_leaves_nothing_and_the_address_ends(client, confirmed):
    response = press(client, path(confirmed, "wissen"))
    assert heading(response) == "Alles is gewist"
    assert not Appointment.objects.exists()
    assert not Cell.objects.exists()
    assert client.get(path(confirmed)).status_code == 404


def test_what_can_not_be_cancelled_any_more_is_not_erased(client, confirmed):
    data = form_data(client.get(path(confirmed, "wissen")))
    with time_machine.travel(brussels(2026, 11, 24, 8), tick=False):
        response = client.post(path(confirmed, "wissen"), data)
    assert response.status_code == 409
    assert "Bel ons" in body(response)
    assert Appointment.objects.exists()


def test_what_can_not_be_erased_any_more_is_not_offered(client, confirmed):
    with time_machine.travel(brussels(2026, 11, 24, 8), tick=False):
        assert path(confirmed, "wissen") not in links(client.get(path(confirmed)))
        assert client.get(path(confirmed, "wissen")).status_code == 302


def test_what_has_begun_can_be_erased_whatever_staff_noted(client, confirmed):
    with time_machine.travel(brussels(2026, 11, 24, 10), tick=False):
        assert "geannuleerd" not in body(client.get(path(confirmed, "wissen")))
        press(client, path(confirmed, "wissen"))
    assert not Appointment.objects.exists()


def test_erasing_takes_the_history_of_the_admin_along(client, admin_user, confirmed):
    LogEntry.objects.log_actions(admin_user.pk, [confirmed], CHANGE, single_object=True)
    press(client, path(confirmed, "wissen"))
    assert not LogEntry.objects.exists()


def test_what_is_over_can_be_erased(client, confirmed):
    workflow.complete(confirmed, version=1, by=STAFF, now=NINE)
    press(client, path(confirmed, "wissen"))
    assert not Appointment.objects.exists()


def test_the_self_test_can_be_taken_back_alone(client, confirmed):
    assert path(confirmed, "zelftest") in links(client.get(path(confirmed)))
    press(client, path(confirmed, "zelftest"))
    assert state(confirmed) == Status.CONFIRMED
    assert (confirmed.self_test, confirmed.complaint) == ("", "CANARY-KLACHT")
    assert path(confirmed, "zelftest") not in links(client.get(path(confirmed)))


# A request to be called


def test_taking_back_what_is_not_there_leaves_no_line(client, confirmed):
    press(client, path(confirmed, "zelftest"))
    lines = Change.objects.count()
    client.post(path(confirmed, "zelftest"))
    assert Change.objects.count() == lines


def test_a_proposal_says_what_it_takes_the_place_of(client, confirmed, clinic):
    slot = Slot(brussels(2026, 11, 25, 14), clinic.an.pk)
    workflow.propose(confirmed, slot, version=1, by=STAFF, now=clinic.now)
    page = body(client.get(path(confirmed)))
    assert "dinsdag 24 november om 9.00 uur gaat niet door" in page


def test_moving_to_where_it_is_changes_nothing(client, confirmed):
    address = path(confirmed, "verplaatsen", "2026-11-24-0900")
    assert (
        client.get(address).status_code == client.post(address, {"version": 1}).status_code == 302
    )
    assert Change.objects.count() == 1


def test_a_reminder_is_promised_only_if_it_will_come(client, confirmed):
    assert "herinnering" not in body(client.get(path(confirmed)))
    with time_machine.travel(brussels(2026, 11, 20, 9), tick=False):
        assert "Twee dagen vooraf" in body(client.get(path(confirmed)))


def test_a_request_that_nobody_answered_is_over_before_the_worker_says_so(client, asked):
    with time_machine.travel(brussels(2026, 11, 24, 9), tick=False):
        assert heading(client.get(path(asked))) == "Je aanvraag is vervallen"


def test_a_call_back_has_a_page_of_its_own_and_can_be_erased(client, clinic):
    call_back = CallBackFactory(created_at=clinic.now, morning=True, voicemail=True)
    page = client.get(call_back.get_absolute_url())
    assert "Voormiddag" in texts(page, ".//dd")
    response = press(client, f"{call_back.get_absolute_url()}wissen/")
    assert heading(response) == "Alles is gewist"
    assert not CallBack.objects.exists()
    assert client.get(call_back.get_absolute_url()).status_code == 404


def test_a_call_back_says_when_it_was_made(client, clinic):
    call_back = CallBackFactory(created_at=clinic.now, handled_at=clinic.now)
    assert heading(client.get(call_back.get_absolute_url())) == "We hebben je gebeld"


def test_the_page_of_a_call_back_ends_after_thirty_days(client, clinic):
    call_back = CallBackFactory(created_at=brussels(2026, 10, 1))
    assert client.get(call_back.get_absolute_url()).status_code == 404


def test_moving_keeps_the_length_it_was_made_with_and_the_same_therapist(client, asked, clinic):
    clinic.treatment.duration_minutes = 15
    clinic.treatment.save()
    bo = PractitionerFactory()
    clinic.treatment.practitioners.add(bo)
    WorkingHoursFactory(practitioner=bo, weekday=Weekday.SATURDAY)
    offered = links(client.get(path(asked, "verplaatsen")))
    assert path(asked, "verplaatsen", "2026-11-25-1615") in offered
    assert path(asked, "verplaatsen", "2026-11-25-1630") not in offered  # it takes 45 minutes
    assert path(asked, "verplaatsen", "2026-11-28-0900") not in offered  # a colleague's
    press(client, path(asked, "verplaatsen", "2026-11-25-1615"))
    asked.refresh_from_db()
    assert (asked.duration_minutes, asked.practitioner) == (45, clinic.an)
