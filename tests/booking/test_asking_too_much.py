"""Robots, and people who ask for more than one person needs."""

import ipaddress
import uuid

import pytest
import time_machine
from django.test import Client

from booking import limits
from booking.models import Appointment, Sender
from tests.booking.asking import (
    CALL_BACK,
    FILLED_IN,
    START,
    TIMES,
    TUESDAY,
    body,
    nothing_written,
    send,
)
from tests.booking.factories import brussels
from tests.booking.pages import errors, form_data, links


def test_the_trap_catches_and_says_so(client, clinic):
    response = send(client, leave_empty="http://spam.example")
    assert response.status_code == 400
    assert "robots" in errors(response)[0]
    assert nothing_written()
    assert client.post(TUESDAY, form_data(response)).status_code == 302


@pytest.mark.parametrize("began", ["", "x", "MTIz:forged"])
def test_a_forged_time_takes_another_click(client, clinic, began):
    response = send(client, began=began)
    assert response.status_code == 400
    assert "stond lang open" in errors(response)[0]
    assert client.post(TUESDAY, form_data(response)).status_code == 302


def test_a_form_left_open_overnight_is_taken_after_one_more_click(client, clinic):
    data = form_data(client.get("/afspraak/rug/2026-11-26-0900/")) | FILLED_IN
    with time_machine.travel(brussels(2026, 11, 23, 8), tick=False):
        response = client.post("/afspraak/rug/2026-11-26-0900/", data)
        assert response.status_code == 400
        assert "stond lang open" in errors(response)[0]
        assert client.post("/afspraak/rug/2026-11-26-0900/", form_data(response)).status_code == 302


def test_who_is_faster_than_a_person_is_asked_to_look_again(client, clinic, settings):
    settings.FORM_MIN_SECONDS = 2
    response = send(client)
    assert response.status_code == 400
    assert "heel snel" in errors(response)[0]
    assert nothing_written()


@pytest.mark.parametrize("submission", ["", "x", "1" * 500])
def test_a_form_without_its_number_gets_a_new_one(client, clinic, submission):
    response = send(client, submission=submission)
    assert response.status_code == 400
    assert uuid.UUID(form_data(response)["submission"])
    assert nothing_written()


def test_an_address_that_asks_too_much_is_told_to_call(client, clinic, settings):
    settings.REQUESTS_PER_ADDRESS = 2
    for n in range(2):
        address = f"/afspraak/rug/2026-11-24-{9 + n:02}00/"
        assert send(client, address, email=f"{n}@example.com").status_code == 302
    response = send(client, "/afspraak/rug/2026-11-25-0900/", email="x@example.com")
    assert response.status_code == 429
    assert response["Retry-After"] == str(14 * 3600)  # the end of the day in UTC
    assert "tel:+3256941158" in links(response)
    assert Appointment.objects.count() == 2
    assert Sender.objects.get().count == 2
    assert send(client, CALL_BACK, telephone="0470123456").status_code == 429


def test_an_address_is_kept_as_a_hash_and_for_a_day(client, clinic):
    send(client)
    assert "127.0.0.1" not in Sender.objects.get().address
    limits.forget_senders(brussels(2026, 11, 22, 23))
    assert Sender.objects.exists()
    limits.forget_senders(brussels(2026, 11, 23, 12))
    assert not Sender.objects.exists()


def test_addresses_are_told_apart_through_a_trusted_proxy_only(client, clinic, settings):
    settings.REQUESTS_PER_ADDRESS = 1
    settings.TRUSTED_PROXY = [ipaddress.ip_network("127.0.0.1")]
    for n in range(2):
        client = Client(headers={"x-forwarded-for": f"192.0.2.{n}"})
        address = f"/afspraak/rug/2026-11-24-{9 + n:02}00/"
        assert send(client, address, email=f"{n}@example.com").status_code == 302
    settings.TRUSTED_PROXY = []
    for n, expected in ((2, 302), (3, 429)):
        client = Client(headers={"x-forwarded-for": f"192.0.2.{n}"})
        address = f"/afspraak/rug/2026-11-24-{9 + n:02}00/"
        assert send(client, address, email=f"{n}@example.com").status_code == expected


@pytest.mark.parametrize(
    "same", [{"email": "MIA@example.com"}, {"email": "", "telephone": "+32470123456"}]
)
def test_a_person_with_open_requests_can_ask_once_more(client, clinic, same):
    for hour in ("09", "10", "11"):
        send(client, f"/afspraak/rug/2026-11-24-{hour}00/", telephone="0470 123 456")
    assert send(client, "/afspraak/rug/2026-11-25-0900/", **same).status_code == 302
    assert send(client, CALL_BACK, telephone="0470 123 456").status_code == 302


def test_when_too_many_wait_for_an_answer_everybody_is_told_to_call(client, clinic, settings):
    settings.REQUESTS_PER_DAY = 2
    for hour in ("09", "10"):
        send(client, f"/afspraak/rug/2026-11-24-{hour}00/")
    for visitor in (client, Client(REMOTE_ADDR="192.0.2.7")):
        data = form_data(visitor.get("/afspraak/rug/2026-11-25-0900/")) | FILLED_IN
        response = visitor.post("/afspraak/rug/2026-11-25-0900/", data)
        assert response.status_code == 429
        assert "Daarom hebben we deze aanvraag niet opgeslagen." in body(response)
        assert "tel:+3256941158" in links(response)
        assert response["Retry-After"] == str(14 * 3600)
    assert Appointment.objects.count() == 2
    # The other form has a ceiling of its own, and this one opens with an answer.
    assert send(client, CALL_BACK, telephone="0470123456").status_code == 302
    Appointment.objects.filter(pk=Appointment.objects.first().pk).update(status="declined")
    assert visitor.post("/afspraak/rug/2026-11-25-0900/", data).status_code == 302


def test_the_page_says_to_everybody_to_keep_it(client, clinic, settings):
    """Whether a mail goes or not."""
    said = "Bewaar deze pagina. Hier zie je altijd hoe het met je aanvraag staat, ook als er een"
    given = [{}, {}, {}, {"email": "", "telephone": "0470123456"}]
    for hour, changes in enumerate(given, start=9):
        sent = send(client, f"/afspraak/rug/2026-11-24-{hour:02}00/", **changes)
        assert said in body(client.get(sent["Location"]))
    sent = send(client, CALL_BACK, telephone="0470123456")
    assert "Bewaar deze pagina." in body(client.get(sent["Location"]))


def test_another_site_can_not_send_the_form(clinic):
    client = Client(enforce_csrf_checks=True)
    data = form_data(client.get(TUESDAY)) | FILLED_IN
    assert Client(enforce_csrf_checks=True).post(TUESDAY, data).status_code == 403
    assert nothing_written()
    assert client.post(TUESDAY, data).status_code == 302


@pytest.mark.parametrize("count", [1000, 6000])
def test_a_thousand_fields_are_refused(client, clinic, count):
    response = send(client, **{f"veld{n}": "x" for n in range(count)})
    assert response.status_code == 400
    assert nothing_written()


@pytest.mark.parametrize("address", [TUESDAY, CALL_BACK, TIMES, START])
def test_three_megabytes_are_refused_in_plain_words(clinic, address):
    client = Client(raise_request_exception=False)
    data = {"complaint": "x" * 3_000_000, "agreed": "on", "self_test": "x"}
    response = client.post(address, data)
    assert response.status_code == 400
    assert "<h1>" in body(response)
    assert nothing_written()
