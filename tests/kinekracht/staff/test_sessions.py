"""What the table of sessions holds, and what the cookie does."""

import string
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as given
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from kinekracht import second_factor_views
from kinekracht.staff.sessions import SessionStore, hash_of
from tests.staff import ENROL, LOGIN, give_password, is_in, make_staff, shown_app, sign_in

pytestmark = pytest.mark.django_db


def with_cookie(value):
    client = Client()
    client.cookies[given.SESSION_COOKIE_NAME] = value
    return client


def test_a_stolen_row_opens_nothing(client, greet):
    sign_in(client, greet)
    cookie = client.cookies[given.SESSION_COOKIE_NAME].value
    row = Session.objects.get()
    assert cookie not in (row.session_key, row.session_data)
    assert not is_in(with_cookie(row.session_key))
    assert is_in(with_cookie(cookie))


def test_twenty_stolen_rows_open_nothing():
    clients = [sign_in(Client(), make_staff()) for _ in range(20)]
    rows = list(Session.objects.values_list("session_key", flat=True))
    assert len(rows) == 20
    assert not any(is_in(with_cookie(key)) for key in rows)
    assert all(is_in(each) for each in clients)


def test_the_key_of_an_app_that_is_being_set_up_can_not_be_read_in_its_session(client, greet):
    give_password(client, greet)
    app = shown_app(client.get(ENROL))
    kept = SessionStore().decode(Session.objects.get().session_data)
    assert app.key not in str(kept)
    assert kept[second_factor_views.NEW_KEY]
    assert shown_app(client.get(ENROL)).key == app.key


def test_a_session_whose_app_was_encrypted_with_a_lost_key_begins_another(client, greet, settings):
    give_password(client, greet)
    before = shown_app(client.get(ENROL)).key
    settings.ENCRYPTION_KEYS = ["E" * 43 + "="]
    assert shown_app(client.get(ENROL)).key != before


def test_another_secret_key_finds_no_session(client, greet, settings):
    sign_in(client, greet)
    settings.SECRET_KEY = "another-" + "y" * 50
    assert not is_in(client)


def test_the_cookie_ends_with_the_browser_and_the_session_with_the_working_day(
    client, greet, time_machine
):
    time_machine.move_to("2026-12-01T07:00:00+01:00", tick=False)
    answer = give_password(client, greet)
    cookie = answer.cookies[given.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]
    sign_in(client, greet)
    time_machine.move_to("2026-12-01T18:59:00+01:00", tick=False)
    assert is_in(client)
    time_machine.move_to("2026-12-01T19:01:00+01:00", tick=False)
    assert not is_in(client)


def test_a_cookie_that_was_planted_before_the_login_is_not_that_of_the_login(greet):
    client = with_cookie("a" * 32)
    give_password(client, greet)
    assert client.cookies[given.SESSION_COOKIE_NAME].value != "a" * 32
    assert with_cookie("a" * 32).get(ENROL)["Location"].startswith(LOGIN)


@pytest.mark.parametrize("cookie", ["", "x", "x" * 5000, "é" * 40, "../../etc", "a" * 40])
def test_a_cookie_that_is_nonsense_is_nobody_s(cookie):
    assert with_cookie(cookie).get(LOGIN).status_code == 200
    assert not is_in(with_cookie(cookie))


# The store


def test_a_session_is_kept_found_and_deleted_by_the_key_of_its_cookie():
    store = SessionStore()
    store["said"] = "iets"
    store.save()
    key = store.session_key
    assert len(key) == 32
    assert set(key) <= set(string.ascii_lowercase + string.digits)
    assert Session.objects.get().session_key == hash_of(key)
    assert SessionStore(key)["said"] == "iets"
    assert SessionStore().exists(key)
    assert not SessionStore().exists(hash_of(key))
    assert SessionStore(hash_of(key)).load() == {}
    SessionStore().delete(hash_of(key))
    assert SessionStore().exists(key)
    SessionStore(key).delete()
    assert not Session.objects.exists()
    SessionStore().delete()  # of nobody


def test_another_key_takes_the_content_along_and_ends_the_first():
    store = SessionStore()
    store["said"] = "iets"
    store.save()
    first = store.session_key
    store.cycle_key()
    store.save()
    assert SessionStore(store.session_key)["said"] == "iets"
    assert Session.objects.count() == 1
    assert not SessionStore().exists(first)
    store.flush()
    assert not Session.objects.exists()


def run_apart(coroutine_function):
    """What it returns, in a thread of its own: browser tests have a loop running in this one."""
    connection = connections["default"]
    connection.inc_thread_sharing()

    def run():
        connections["default"] = connection
        return async_to_sync(coroutine_function)()

    try:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(run).result()
    finally:
        connection.dec_thread_sharing()


def test_asynchronous_code_finds_no_session_by_what_the_table_holds():
    store = SessionStore()
    store["said"] = "iets"
    store.save()

    async def look():
        key = store.session_key
        found = await SessionStore(key).aget("said"), await SessionStore(hash_of(key)).aget("said")
        there = await SessionStore().aexists(key), await SessionStore().aexists(hash_of(key))
        await SessionStore().adelete(hash_of(key))
        made = SessionStore()
        await made.aset("x", 1)
        await made.asave()
        return found, there, made.session_key

    found, there, made = run_apart(look)
    assert (found, there) == (("iets", None), (True, False))
    assert {row.session_key for row in Session.objects.all()} == {
        hash_of(store.session_key),
        hash_of(made),
    }
