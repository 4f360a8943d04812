"""Who fails too often waits; and what is kept of it."""

import ipaddress
import itertools
import logging
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import serializers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kinekracht import limits
from kinekracht.counters import Counters
from kinekracht.staff.accounts import forget_attempts
from kinekracht.staff.models import WrongCode
from tests.staff import (
    CODE,
    ENROL,
    LOGIN,
    code_of,
    give_app,
    give_code,
    give_password,
    is_in,
    make_staff,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "greet")]

MINUTE = timedelta(minutes=1)
HERE, THERE = "192.0.2.7", "192.0.2.8"
NEW_CODES = "/beheer/account/herstelcodes/"


def at(address, **headers):
    return Client(REMOTE_ADDR=address, **headers)


def fail(times, name="greet", address=HERE):
    """The answer to the last of so many wrong passwords, each from a browser of its own."""
    answer = None
    for number in range(times):
        browser = at(address, HTTP_USER_AGENT=f"browser {number}")
        answer = give_password(browser, name, "fout")
    return answer


def is_locked(name="greet", address=HERE):
    return give_password(at(address), name).status_code == 429


def body(response):
    return response.content.decode()


# What locks, and what doesn't


def test_after_five_failures_the_right_password_is_refused_as_well():
    assert fail(4).status_code == 200
    fifth = fail(1)
    assert fifth.status_code == 429
    answer = give_password(at(HERE), "greet")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "no-store" in answer["Cache-Control"]
    for said in ("5 keer mislukt", "over 15 minuten", "Vraag het aan de beheerder"):
        assert said in body(answer)
        assert said in body(fifth)
    assert "_auth_user_id" not in answer.client.session


def test_four_failures_do_no_harm():
    fail(4)
    assert not is_locked()


def test_it_opens_after_a_quarter_of_an_hour(clock):
    fail(5)
    clock.shift(14 * MINUTE)
    answer = give_password(at(HERE), "greet")
    assert answer["Retry-After"] == "60"
    assert "over 60 seconden" in body(answer)
    clock.shift(MINUTE + timedelta(seconds=1))
    assert not is_locked()


def test_who_keeps_trying_does_not_wait_longer_than_was_said(clock):
    fail(5)
    clock.shift(14 * MINUTE)
    fail(5)
    clock.shift(MINUTE + timedelta(seconds=1))
    assert not is_locked()


def test_failures_long_ago_do_not_count(clock):
    fail(4)
    clock.shift(16 * MINUTE)
    fail(4)
    assert not is_locked()


def test_nobody_is_locked_out_by_somebody_elsewhere():
    fail(5)
    assert not is_locked(address=THERE)
    assert is_locked()


def test_a_colleague_in_the_same_place_gets_in():
    make_staff(name="lotte")
    fail(5)
    assert not is_locked("lotte")
    assert is_locked()


@pytest.mark.parametrize("written", ["GREET", " greet ", "ｇｒｅｅｔ", "Greet\t"])
def test_another_way_to_write_a_name_is_no_new_chance(written):
    fail(4)
    fail(1, written)
    assert is_locked()
    assert is_locked(written)


def test_what_a_visitor_says_about_their_address_is_no_new_chance():
    for number in range(5):
        give_password(at(HERE, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}"), "greet", "fout")
    assert is_locked()


def test_behind_the_proxy_it_is_the_visitor_who_is_locked(settings):
    settings.TRUSTED_PROXY = [ipaddress.ip_network("192.0.2.1")]
    for _ in range(5):
        give_password(at("192.0.2.1", HTTP_X_FORWARDED_FOR=HERE), "greet", "fout")
    assert give_password(at("192.0.2.1", HTTP_X_FORWARDED_FOR=HERE), "greet").status_code == 429
    assert give_password(at("192.0.2.1", HTTP_X_FORWARDED_FOR=THERE), "greet").status_code == 302


def test_the_addresses_of_one_ipv6_connection_are_one():
    for number in range(5):
        fail(1, address=f"2001:db8:0:7::{number}")
    assert is_locked(address="2001:db8:0:7:1:2:3:4")
    assert not is_locked(address="2001:db8:0:8::1")


# Codes


def half_way(address=HERE):
    browser = at(address)
    give_password(browser, "greet")
    return browser


def test_wrong_codes_count_with_wrong_passwords(greet, clock):
    app = give_app(greet)
    fail(3)
    browser = half_way()
    assert give_code(browser, "000000").status_code == 200
    clock.shift(MINUTE)
    answer = give_code(browser, "000000")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    clock.shift(MINUTE)
    assert give_code(browser, code_of(app)).status_code == 429
    assert not is_in(browser)
    assert is_locked()
    clock.shift(15 * MINUTE)
    give_code(browser, code_of(app))
    assert is_in(browser)


def test_a_right_password_does_not_begin_the_count_anew(greet, clock):
    give_app(greet)
    for number in range(5):
        answer = give_code(half_way(), "000000")
        assert answer.status_code == (429 if number == 4 else 200)
        clock.shift(MINUTE)
    assert is_locked()


def test_a_code_begins_the_count_anew(greet):
    app = give_app(greet)
    fail(4)
    browser = half_way()
    give_code(browser, code_of(app))
    assert is_in(browser)
    assert fail(4).status_code == 200


def test_a_code_that_was_not_looked_at_does_not_count(greet):
    give_app(greet)
    browser = half_way()
    answers = [give_code(browser, "000000") for _ in range(9)]
    assert {answer.status_code for answer in answers} == {200}
    assert "niet bekeken" in body(answers[-1])
    assert AccessAttempt.objects.get().failures_since_start == 1
    assert WrongCode.objects.count() == 1


def test_wrong_codes_for_a_change_of_the_login_count_too(greet, clock):
    app = give_app(greet)
    browser = half_way()
    give_code(browser, code_of(app))
    for _ in range(5):
        clock.shift(MINUTE)
        answer = give_code(browser, "000000", NEW_CODES)
    assert answer.status_code == 429
    clock.shift(MINUTE)
    assert give_code(browser, code_of(app), NEW_CODES).status_code == 429
    assert is_locked()


def test_mistakes_in_setting_up_an_app_do_not_count():
    browser = half_way()
    browser.get(ENROL)
    for _ in range(6):
        give_code(browser, "000000", ENROL)
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("path", [LOGIN, CODE, ENROL, NEW_CODES, "/beheer/account/toestel/"])
def test_every_page_that_takes_a_password_or_a_code_slows_a_flood_down(settings, monkeypatch, path):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": 2}
    monkeypatch.setattr(limits, "shared", Counters(slots=64))
    browser = at(HERE)
    assert [browser.post(path).status_code == 429 for _ in range(3)] == [False, False, True]
    assert browser.get(LOGIN).status_code == 200


# A name that nobody has


class CountedHasher(MD5PasswordHasher):
    """Counts how often the work of a password was done."""

    done = itertools.count()

    def encode(self, *args):
        next(self.done)
        return super().encode(*args)


def work_for(name):
    """What one wrong password for ``name`` costs: hashes and statements."""
    begin = next(CountedHasher.done)
    with CaptureQueriesContext(connection) as queries:
        page = give_password(at(HERE), name, "fout")
    return next(CountedHasher.done) - begin, [query["sql"].split()[0] for query in queries], page


def test_a_name_that_nobody_has_can_not_be_told_from_one_that_is(settings, greet):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    greet.set_password("x")
    greet.save()
    at(HERE).get(LOGIN)  # what a process looks up once
    for number in range(6):
        hashes, statements, page = work_for("greet")
        other_hashes, other_statements, other = work_for("niemand")
        assert hashes == other_hashes == (2 if number < 5 else 1)
        assert statements == other_statements
        assert page.status_code == other.status_code
        assert words(page, "greet") == words(other, "niemand")


def words(page, name):
    """A page without what differs each time."""
    said = body(page).replace(name, "…")
    return [line for line in said.splitlines() if "csrfmiddlewaretoken" not in line]


# What is kept


def test_nothing_that_was_typed_is_kept_or_logged(greet, caplog):
    give_app(greet)
    with caplog.at_level(logging.DEBUG, logger="axes"):
        browser = at(HERE, HTTP_USER_AGENT="Kanariebrowser")
        said = {"username": "greet", "password": "kanarie-wachtwoord", "ander": "kanarieveld"}
        browser.post(f"{LOGIN}?next=/beheer/%3Fq=kanarievraag", said)
        browser.post(LOGIN, said | {"username": "kanarienaam"})
        give_password(browser, "greet")
        give_code(browser, "424242", f"{CODE}?next=/beheer/%3Fq=kanarievraag")
    kept = serializers.serialize("json", AccessAttempt.objects.all())
    assert AccessAttempt.objects.count() == 2
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "New login failure" in logged
    for text in (kept, logged):
        for word in ("anarie", "424242", "greet", HERE):
            assert word not in text
    assert not AccessLog.objects.exists()
    assert not AccessFailureLog.objects.exists()


def test_a_failure_of_somebody_else_clears_away_old_ones(clock):
    fail(1)
    clock.shift(16 * MINUTE)
    fail(1, "iemand")
    assert AccessAttempt.objects.count() == 1


def test_attempts_are_forgotten_after_a_day(clock):
    fail(1)
    assert forget_attempts(timezone.now() + timedelta(hours=23)) == 0
    assert forget_attempts(timezone.now() + timedelta(hours=25)) == 1
    assert not AccessAttempt.objects.exists()
