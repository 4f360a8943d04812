"""Somebody of the staff, for the tests of their login."""

import pytest

from tests.staff import give_app, make_staff


@pytest.fixture
def clock(time_machine):
    """It stands still, so that a code stays the one of now until a test moves it."""
    time_machine.move_to("2026-12-01T09:00:00+01:00", tick=False)
    return time_machine


@pytest.fixture
def greet(db):
    return make_staff(name="greet")


@pytest.fixture
def app(greet):
    """The app of greet."""
    return give_app(greet)
