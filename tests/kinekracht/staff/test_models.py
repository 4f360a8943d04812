"""The apps that make codes, and their keys."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kinekracht import second_factor
from kinekracht.encryption import WrongKey, decrypt
from kinekracht.staff.models import CodeApp
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
    sign_in,
)

pytestmark = pytest.mark.django_db

STEP = timedelta(seconds=30)
KEY = "3132333435363738393031323334353637383930"  # that of RFC 6238


def lose_key(settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]


def kept():
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM staff_codeapp ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize(("moment", "code"), [(59, "287082"), (1111111109, "081804")])
def test_the_codes_are_those_of_the_standard(greet, time_machine, moment, code):
    time_machine.move_to(moment, tick=False)
    app = CodeApp.objects.create(user=greet, key=KEY)
    assert app.verify_token(code)
    assert not app.verify_token(code)  # once


@pytest.mark.parametrize("code", ["", "abc", "-1", "1e5", "²³¹", "１２３４５６", " 287082", "0x1"])
def test_what_is_no_code_is_none(greet, time_machine, code):
    time_machine.move_to(59, tick=False)
    assert not CodeApp.objects.create(user=greet, key=KEY).verify_token(code)


def test_the_database_does_not_hold_the_key(greet, app):
    [token] = kept()
    assert app.key not in token
    assert decrypt(token) == app.key
    assert CodeApp.objects.get().key == app.key


def test_a_code_that_is_checked_writes_no_key(greet, app, clock):
    before = kept()
    second_factor.check_code(greet, code_of(app))
    with pytest.raises(second_factor.ValidationError):
        second_factor.check_code(greet, "000000")
    assert kept() == before


# A key that can't be decrypted


def test_a_lost_key_is_said_in_plain_words_and_logged(client, greet, app, settings, caplog, clock):
    code = code_of(app)
    lose_key(settings)
    give_password(client, greet)
    page = give_code(client, code)
    assert page.status_code == 200
    said = page.content.decode()
    assert "De site kan de codes van je app niet meer nakijken." in said
    assert "vraag dan de beheerder" in said
    assert "WrongKey" in caplog.text
    assert not is_in(client)
    assert client.get(ENROL)["Location"].startswith(CODE)


def test_a_code_that_could_not_be_looked_at_is_no_failure(client, greet, app, settings, clock):
    code = code_of(app)
    lose_key(settings)
    give_password(client, greet)
    for _ in range(6):
        assert give_code(client, code).status_code == 200


def test_with_a_lost_key_a_recovery_code_still_opens(client, greet, app, settings):
    codes = second_factor.make_recovery_codes(greet)
    lose_key(settings)
    give_password(client, greet)
    give_code(client, codes[0])
    assert is_in(client)
    assert client.get(ENROL).status_code == 200  # and another app can be set up


def test_a_session_does_not_need_the_key(client, greet, settings):
    sign_in(client, greet)
    lose_key(settings)
    assert is_in(client)


def test_an_app_whose_key_is_lost_is_taken_away_and_set_up_anew(client, greet, app, settings):
    lose_key(settings)
    call_command("reset_second_factor", "greet")
    assert not CodeApp.objects.exists()
    give_password(client, greet)
    assert client.get(ENROL).status_code == 200


def test_a_user_whose_app_has_a_lost_key_is_listed_and_deleted(admin_client, greet, app, settings):
    lose_key(settings)
    assert admin_client.get("/beheer/auth/user/").status_code == 200
    path = f"/beheer/auth/user/{greet.pk}/delete/"
    assert admin_client.get(path).status_code == 200
    assert admin_client.post(path, {"post": "yes"}).status_code == 302
    assert not CodeApp.objects.filter(user=greet.pk).exists()


def test_rotation_reaches_the_keys_of_apps(greet, app, settings, clock):
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("rotate_keys")
    settings.ENCRYPTION_KEYS = [new]
    assert second_factor.check_code(greet, code_of(app)) == app
    settings.ENCRYPTION_KEYS = [old]
    with pytest.raises(WrongKey):
        _ = CodeApp.objects.get().key


# The move from django-otp's own table


@pytest.fixture
def migrated(transactional_db):
    """Go back or forth to a migration of ours; ends where the code is."""

    def go(name):
        executor = MigrationExecutor(connection)
        return executor.migrate([("staff", name)]).apps

    yield go
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def keys_of_before():
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM otp_totp_totpdevice")
        return [row[0] for row in cursor.fetchall()]


def test_who_had_an_app_keeps_it_and_logs_in_once_more(client, migrated, clock):
    greet = make_staff(name="greet")
    app = give_app(greet)
    sign_in(client, greet)
    before = migrated(None).get_model("otp_totp", "TOTPDevice").objects.get()
    assert before.key == app.key
    migrated("0001_initial")
    [key] = keys_of_before()  # for a process of the version before, nobody has no app
    assert key != app.key
    assert Session.objects.count() == 0
    migrated("0002_guesses_and_rights")
    assert client.get(LOGIN).status_code == 200
    assert app.key not in kept()[0]
    give_password(client, greet)
    give_code(client, code_of(app))
    assert is_in(client)
