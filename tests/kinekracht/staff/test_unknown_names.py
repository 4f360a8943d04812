"""The login doesn't say who works here: of no kind of account, and not when it locks either."""

import itertools

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.likeness import look_at
from tests.staff import CODE, ENROL, LOGIN, give_app, give_password, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NAME, NOBODY = "greet", "niema"  # in as many letters
TRIES = 7  # more than lock a name


class CountedHasher(MD5PasswordHasher):
    """Counts how often the work of a password was done."""

    done = itertools.count()

    def encode(self, *args):
        next(self.done)
        return super().encode(*args)


def with_an_app():
    give_app(make_staff("beheerder", name=NAME))


def without_an_app():
    make_staff(name=NAME)


def who_left():
    make_staff(name=NAME)
    User.objects.update(is_active=False)


def who_is_no_staff():
    User.objects.create_user(NAME, password="x")


def without_a_password():
    user = make_staff(name=NAME)
    user.set_unusable_password()
    user.save()


KINDS = [with_an_app, without_an_app, who_left, who_is_no_staff, without_a_password]


def seen_by(name, address):
    """What who tries a wrong password for ``name`` can see, and the work that it takes."""
    begin = next(CountedHasher.done)
    seen = look_at(
        lambda: [give_password(Client(REMOTE_ADDR=address), name, "fout")], hide=[NAME, NOBODY]
    )
    return seen, next(CountedHasher.done) - begin


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_no_kind_of_account_can_be_told_from_none(settings, make):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    make()
    seen_by(NOBODY, "192.0.2.1")  # what a process looks up once
    statuses = []
    for _ in range(TRIES):
        known, unknown = seen_by(NAME, "192.0.2.7"), seen_by(NOBODY, "192.0.2.7")
        assert known == unknown
        statuses.append(known[0].answers[0].status)
    assert statuses[0] == 200
    assert statuses[-1] == 429


@pytest.mark.parametrize("path", [CODE, ENROL])
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_nor_by_the_pages_of_the_second_step(make, path):
    make()

    def give_name(name):
        sent = {"code": "123456", "username": name}
        return look_at(lambda: [Client().post(path, sent)], hide=[NAME, NOBODY])

    assert give_name(NAME) == give_name(NOBODY)
    assert give_name(NAME).answers[0].headers["Location"].startswith(LOGIN)


@pytest.mark.parametrize("name", ["password_reset", "admin_password_reset"])
def test_no_password_is_sent_to_who_forgot_it(name):
    """That form would know addresses. Under these names Django's login page would offer it."""
    with pytest.raises(NoReverseMatch):
        reverse(name)
