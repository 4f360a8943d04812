"""What search engines may keep: the free times and the way to one, and nothing that is personal."""

import datetime as dt
from typing import NamedTuple

import pytest

from booking.models import Appointment
from tests.booking.factories import AppointmentFactory, CallBackFactory, brussels
from tests.booking.pages import form_data, parse

TIMES = "/afspraak/rug/"
TUESDAY = "/afspraak/rug/2026-11-24-0900/"
NOBODYS = [
    "/afspraak/terugbellen/",
    "/afspraak/rug/2026-11-22-0900/",  # a Sunday, so other moments are offered
]
OWN = ["", "akkoord/", "annuleren/", "verplaatsen/", "verplaatsen/2026-11-25-0900/",
       "verplaatsen/2026-11-22-0900/", "wissen/", "zelftest/"]  # fmt: skip


class Said(NamedTuple):
    robots: str | None
    description: str | None
    canonical: str | None


def said(response):
    """What the head of a page says to search engines."""
    head = parse(response).find("head")
    metas = {meta.get("name"): meta.get("content") for meta in head.findall("meta")}
    links = {link.get("rel"): link.get("href") for link in head.findall("link")}
    return Said(metas.get("robots"), metas.get("description"), links.get("canonical"))


@pytest.fixture
def proposed(clinic):
    """Everything can be done with it."""
    return AppointmentFactory(
        treatment=clinic.treatment,
        practitioner=clinic.an,
        starts_at=brussels(2026, 11, 24, 9),
        status=Appointment.Status.PROPOSED,
        self_test="CANARY-TEST",
    )


@pytest.mark.parametrize(
    "address",
    [TIMES, f"{TIMES}?bij=an", f"{TIMES}?week=2026-W49", f"{TIMES}?bij=an&week=2026-W49",
     TUESDAY, f"{TUESDAY}?bij=an"],
)  # fmt: skip
def test_all_free_times_and_their_forms_are_one_address(client, clinic, address):
    response = client.get(address)
    assert response.status_code == 200
    robots, description, canonical = said(response)
    assert (robots, canonical) == (None, f"http://testserver{TIMES}")
    assert "afspraak" in description
    assert "rug" not in description.lower()  # in a list of results it says what somebody has


def test_a_form_that_was_filled_in_is_not_for_search_engines(client, clinic):
    response = client.post(TUESDAY, form_data(client.get(TUESDAY)))
    assert response.status_code == 400
    assert said(response) == Said("noindex", said(response).description, None)


@pytest.mark.parametrize("address", NOBODYS)
def test_other_ways_to_ask_are_not_for_search_engines(client, clinic, address):
    assert said(client.get(address)).robots == "noindex"


@pytest.mark.parametrize("more", OWN)
def test_what_is_personal_is_neither_kept_nor_described(client, proposed, more):
    response = client.get(f"{proposed.get_absolute_url()}{more}")
    assert response.status_code in {200, 409}
    assert said(response) == Said("noindex", None, None)


@pytest.mark.parametrize("more", ["", "wissen/"])
def test_neither_is_a_request_to_be_called(client, clinic, more):
    call_back = CallBackFactory(created_at=clinic.now - dt.timedelta(hours=1))
    response = client.get(f"{call_back.get_absolute_url()}{more}")
    assert said(response) == Said("noindex", None, None)


def test_nor_is_what_was_erased(client, proposed):
    address = f"{proposed.get_absolute_url()}wissen/"
    response = client.post(address, form_data(client.get(address)))
    assert not Appointment.objects.exists()
    assert said(response) == Said("noindex", None, None)


@pytest.mark.parametrize("address", [TIMES, f"{TIMES}?week=2026-W49"])
def test_a_crawler_is_not_led_along_all_moments_and_weeks(client, clinic, address):
    week = parse(client.get(address)).find(".//main//ol[@class='days']/..")
    links = week.findall("./ol//a") + week.findall("./nav//a")
    assert len(links) > 20
    assert {link.get("rel") for link in links} == {"nofollow"}
