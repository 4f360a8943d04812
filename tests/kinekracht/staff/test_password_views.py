"""Who guesses at the password of now, in a session that was left open."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.kinekracht.staff.test_passwords import OTHER_PASSWORD, OWN, body, choose
from tests.staff import give_password, sign_in

pytestmark = pytest.mark.django_db

HERE, THERE = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def here(greet):
    """A browser in which greet is logged in."""
    return sign_in(Client(REMOTE_ADDR=HERE), greet)


def guess(client, times):
    return [choose(client, old="mis").status_code for _ in range(times)]


def test_a_wrong_password_of_now_counts_as_a_failed_login(here, greet):
    assert guess(here, 5) == [200] * 4 + [429]
    assert choose(here).status_code == 429
    assert not User.objects.get(pk=greet.pk).check_password(OTHER_PASSWORD)
    assert give_password(Client(REMOTE_ADDR=HERE), greet).status_code == 429


def test_failed_logins_count_here(here, greet):
    for _ in range(5):
        give_password(Client(REMOTE_ADDR=HERE), greet, "mis")
    assert choose(here).status_code == 429
    assert here.get(OWN).status_code == 200


def test_what_is_wrong_with_the_new_password_is_no_failure(here):
    for _ in range(6):
        assert "komen niet overeen" in body(choose(here, again="iets-anders"))
    assert choose(here).status_code == 302


def test_a_right_one_sets_no_count_back(here):
    assert guess(here, 4) == [200] * 4
    assert choose(here).status_code == 302
    assert guess(here, 1) == [429]


def test_it_is_limited_as_a_login_is(here, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": 2}
    answers = [choose(here, again="iets-anders") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Retry-After" in answers[-1]
    assert here.get(OWN).status_code == 200
