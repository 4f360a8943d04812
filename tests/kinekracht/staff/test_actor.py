"""Who does what is being done."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from kinekracht.staff.actor import NOBODY, SERVER, acting_name, remember_request


def asked_by(rf, user, view=lambda request: acting_name()):
    request = rf.get("/")
    request.user = user
    return remember_request(view)(request)


def test_it_is_who_sent_the_request(rf):
    assert asked_by(rf, User(username="greet")) == "greet"
    assert asked_by(rf, AnonymousUser()) == NOBODY


def test_outside_a_request_it_is_the_server(rf):
    asked_by(rf, User(username="greet"))
    assert acting_name() == SERVER


def test_a_request_that_fails_is_over_as_well(rf):
    def fail(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asked_by(rf, User(username="greet"), fail)
    assert acting_name() == SERVER
