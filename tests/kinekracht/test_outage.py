"""The database fails: who sees what. With real servers and disks: tests/faults."""

import errno
import logging

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test import override_settings

pytestmark = pytest.mark.django_db

OUTAGES = [
    OperationalError,
    InterfaceError,
    OSError(errno.ENOSPC, "geen plaats"),
    OSError(errno.ESTALE, "de map is weg"),
]
NUMBERS = ["056 / 94 11 58", "0478 / 93 16 61"]


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    return client


def failing(error):
    """The database answers every query with ``error``, for the length of a with block."""

    def fail(*_):
        raise error

    return connection.execute_wrapper(fail)


def in_outage(client, path, error=OperationalError, method="get", **options):
    with failing(error):
        return getattr(client, method)(path, **options)


def body(response):
    return response.content.decode()


@pytest.mark.parametrize("error", OUTAGES)
def test_in_an_outage_visitors_get_the_telephone_number_and_may_try_again(client, error):
    response = in_outage(client, "/afspraak/", error)
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "<h1>Dit lukt nu even niet</h1>" in body(response)
    assert all(number in body(response) for number in NUMBERS)
    assert "bewaren" not in body(response)


def test_who_sent_something_is_told_that_it_was_not_stored(client):
    response = in_outage(client, "/zelftest/bekken/", method="post", data={"vraag": "ja"})
    assert response.status_code == 503
    assert "Ook wat je net verstuurde, is niet bewaard." in body(response)
    assert "Vraagt je browser of hij het formulier nog eens mag versturen? Zeg ja." in body(
        response
    )


def test_staff_are_told_the_same(admin_client):
    admin_client.raise_request_exception = False
    assert in_outage(admin_client, "/beheer/").status_code == 503


def test_a_session_that_cannot_be_stored_is_an_outage_and_no_bad_request(admin_client):
    """Django says of every session that it can't write that it was deleted meanwhile: 400."""
    admin_client.raise_request_exception = False

    def fail(execute, sql, *arguments):
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError
        return execute(sql, *arguments)

    with override_settings(SESSION_SAVE_EVERY_REQUEST=True), connection.execute_wrapper(fail):
        assert admin_client.get("/beheer/").status_code == 503


@pytest.mark.parametrize("error", [DataError, ValueError, OSError(errno.EACCES, "mag niet")])
def test_what_is_no_outage_stays_500(client, error):
    response = in_outage(client, "/", error)
    assert response.status_code == 500
    assert "<h1>Er ging iets mis bij ons</h1>" in body(response)


def test_the_health_check_says_when_to_come_back(client):
    response = in_outage(client, "/gezond/")
    assert (response.status_code, response["Retry-After"]) == (503, "60")


def test_an_outage_is_one_line_in_the_log_that_names_nobody(client, caplog):
    path = "/afspraak/a/c01NWBxGEHEIM/?zoek=kanarie"
    in_outage(client, path, OperationalError("KANARIE"), REMOTE_ADDR="203.0.113.7")
    [record] = caplog.records
    line = logging.Formatter("%(levelname)s %(name)s %(message)s").format(record)
    assert line == "ERROR kinekracht.outage OperationalError at afspraak/a/<str:key>/"


def test_without_the_handlers_it_would_be_a_500_with_a_traceback(client, caplog):
    with override_settings(ROOT_URLCONF="tests.faults.urls_without_handlers"):
        assert in_outage(client, "/afspraak/").status_code == 500
    assert caplog.records[0].exc_info
