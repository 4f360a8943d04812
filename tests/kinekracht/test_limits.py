"""Which requests are counted, and what who sends too many gets."""

import html5lib
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from booking.limits import hashed, seconds_left
from kinekracht import limits
from kinekracht.counters import Counters
from kinekracht.limits import network_of
from kinekracht.settings import RATE_LIMITS, at_least_zero
from tests.booking.factories import AppointmentFactory, CallBackFactory, brussels
from tests.factories import ArticleFactory, PracticeFactory, QuestionnaireFactory

MOST = 2


@pytest.fixture(autouse=True)
def limited(settings, monkeypatch):
    """Two a minute of everything, counted anew in each test."""
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, MOST)
    monkeypatch.setattr(limits, "shared", Counters(slots=64))


@pytest.fixture
def site(db):
    PracticeFactory()
    ArticleFactory(slug="titel")
    QuestionnaireFactory(slug="bekken")


def statuses(send, times=MOST + 1):
    return [send().status_code for _ in range(times)]


def personal(name, **options):
    return reverse(f"booking:{name}", args=[AppointmentFactory().key], **options)


FORMS = {
    "request": lambda: "/afspraak/kine/2026-12-01-0900/",
    "call_back": lambda: "/afspraak/terugbellen/",
    "accept": lambda: personal("accept"),
    "cancel": lambda: personal("cancel"),
    "move_to": lambda: personal("move") + "2026-12-01-0900/",
    "erase": lambda: personal("erase"),
    "withdraw_self_test": lambda: personal("withdraw_self_test"),
    "erase_call_back": lambda: reverse("booking:erase_call_back", args=[CallBackFactory().key]),
    "self_test": lambda: "/zelftest/bekken/",
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_taken_so_often_and_no_more(site, client, name):
    address = FORMS[name]()
    *taken, refused = statuses(lambda: client.post(address, {"version": "-1"}))
    assert 429 not in taken
    assert refused == 429
    assert client.get(address).status_code != 429


def test_all_forms_of_appointments_have_one_limit(site, client):
    client.post(FORMS["request"]())
    client.post(FORMS["call_back"]())
    assert client.post(FORMS["erase"]()).status_code == 429
    assert client.post(FORMS["self_test"]()).status_code != 429


def test_searches_are_counted(site, client):
    assert statuses(lambda: client.get("/artikels/", {"q": "blaas"})) == [200, 200, 429]
    assert client.head("/artikels/", {"q": "blaas"}).status_code == 429


@pytest.mark.parametrize(
    "address", ["/artikels/", "/artikels/?q=", "/artikels/?q=+", "/", "/afspraak/"]
)
def test_reading_is_not(site, client, address):
    assert statuses(lambda: client.get(address), 10) == [client.get(address).status_code] * 10
    statuses(lambda: client.get("/artikels/", {"q": "blaas"}))
    assert client.get(address).status_code != 429


def test_who_is_refused_is_told_how_long_and_whom_to_call(site, client):
    statuses(lambda: client.get("/artikels/", {"q": "blaas"}), MOST)
    response = client.get("/artikels/", {"q": "blaas"})
    assert 0 < int(response["Retry-After"]) <= 60
    assert response["Cache-Control"] == "no-store"
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
        response.content.decode()
    )
    text = " ".join(page.find(".//main").itertext())
    assert f"Wacht {response['Retry-After']} second" in text
    numbers = [link.get("href") for link in page.findall(".//main//a")]
    assert {"tel:+3256941158", "tel:+32478931661"} <= {*numbers}
    assert "blaas" not in response.content.decode()
    assert "formulier" not in text


def test_who_sent_a_form_is_told_how_to_lose_nothing(site, client):
    statuses(lambda: client.post(FORMS["call_back"](), {"name": "An"}), MOST)
    page = client.post(FORMS["call_back"](), {"name": "An"}).content.decode()
    assert "niets kwijt van wat je invulde" in page
    assert "An" not in page.split()


def test_refusing_costs_no_query_and_leaves_nothing(site, django_assert_num_queries):
    flood = Client(enforce_csrf_checks=True)
    flood.cookies["sessionid"] = "x" * 32
    statuses(lambda: flood.post("/afspraak/terugbellen/"), MOST)
    with django_assert_num_queries(0):
        response = flood.post("/afspraak/terugbellen/")
    assert response.status_code == 429
    assert not response.cookies


def test_visitors_do_not_count_for_each_other(site, client):
    def search(address):
        return client.get("/artikels/", {"q": "blaas"}, REMOTE_ADDR=address).status_code

    assert [search("203.0.113.7") for _ in range(3)] == [200, 200, 429]
    assert search("203.0.113.8") == 200
    assert [search(f"2001:db8::{n}") for n in range(3)] == [200, 200, 429]
    assert search("2001:db8:0:1::1") == 200


def test_without_a_limit_all_pass(site, client, settings):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 0)
    assert statuses(lambda: client.get("/artikels/", {"q": "blaas"}), 10) == [200] * 10


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_is_counted_as_one_household(address, network):
    assert network_of(address) == network


def test_requests_for_appointments_are_counted_by_household_too():
    assert hashed("2001:db8::1") == hashed("2001:db8::2") != hashed("2001:db8:0:1::1")


def test_the_limit_of_a_day_ends_with_the_day():
    assert seconds_left(brussels(2026, 12, 1, 1)) == 24 * 3600  # midnight in UTC
    assert seconds_left(brussels(2026, 12, 1, 0, 59)) == 60


def test_a_limit_below_zero_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("SEARCH_PER_MINUTE", "-1")
    with pytest.raises(ImproperlyConfigured, match="SEARCH_PER_MINUTE must be 0 or more"):
        at_least_zero("SEARCH_PER_MINUTE", default=30)


def test_there_are_limits_unless_somebody_takes_them_away():
    assert all(most > 0 for most in RATE_LIMITS.values())
