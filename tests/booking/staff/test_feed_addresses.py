"""The address of a calendar subscription, and the account it was for."""

import pytest

from tests.booking.factories import CalendarFeedFactory
from tests.factories import PractitionerFactory
from tests.staff import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed():
    """A subscription of a therapist with an account."""
    return CalendarFeedFactory(practitioner=PractitionerFactory(user=make_staff("therapeut")))


def deactivate(therapist):
    therapist.user.is_active = False
    therapist.user.save()


def untie(therapist):
    therapist.user = None
    therapist.save()


def give_to_another(therapist):
    therapist.user = make_staff("therapeut")
    therapist.save()


@pytest.mark.parametrize(
    "leave", [deactivate, untie, give_to_another, lambda therapist: therapist.user.delete()]
)
def test_who_leaves_does_not_read_on(client, feed, leave):
    before = feed.get_absolute_url()
    assert client.get(before).status_code == 200
    leave(feed.practitioner)
    assert client.get(before).status_code == 404
    feed.refresh_from_db()
    assert client.get(feed.get_absolute_url()).status_code == 200


def rename(therapist):
    therapist.name = "An M."
    therapist.save()


def change_password(therapist):
    therapist.user.set_password("een-andere-zin-als-wachtwoord")
    therapist.user.save()


@pytest.mark.parametrize("change", [rename, change_password])
def test_what_changes_besides_leaves_it_as_it_is(client, feed, change):
    before = feed.get_absolute_url()
    change(feed.practitioner)
    assert client.get(before).status_code == 200


def test_a_therapist_without_an_account_who_gets_one_keeps_it(client):
    feed = CalendarFeedFactory()
    before = feed.get_absolute_url()
    feed.practitioner.user = make_staff("therapeut")
    feed.practitioner.save()
    assert client.get(before).status_code == 200
