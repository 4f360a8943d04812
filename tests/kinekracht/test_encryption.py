"""What is encrypted in the database."""

import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from booking.models import Appointment
from kinekracht.encryption import WrongKey, decrypt, encrypt
from kinekracht.settings import env, fernet_keys
from tests.booking.factories import AppointmentFactory
from tests.running_site import ROOT, environment

OLD, NEW, FOREIGN = (letter * 43 + "=" for letter in "AEI")
SAID = "Het gaat over iets waar ik niet graag over praat."


@pytest.fixture
def keys(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    return settings


def kept(name="complaint"):
    """What the database holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT complaint, self_test FROM booking_appointment ORDER BY id")
        return [row[("complaint", "self_test").index(name)] for row in cursor.fetchall()]


def said():
    return Appointment.objects.defer(None).get().complaint


def test_what_was_encrypted_comes_back(keys):
    assert decrypt(encrypt(SAID)) == SAID


def test_the_same_words_look_different_each_time(keys):
    assert encrypt(SAID) != encrypt(SAID)


def test_nothing_stays_nothing(keys):
    assert encrypt("") == decrypt("") == ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["complaint", "self_test"])
def test_the_database_does_not_hold_the_words(keys, name):
    appointment = AppointmentFactory(**{name: SAID})
    [token] = kept(name)
    assert SAID not in token
    assert Fernet(OLD).decrypt(token.encode()).decode() == SAID
    assert getattr(Appointment.objects.get(pk=appointment.pk), name) == SAID


@pytest.mark.django_db
def test_every_way_of_writing_encrypts(keys):
    appointment = AppointmentFactory()
    Appointment.objects.update(complaint=SAID)
    [by_update] = kept()
    Appointment.objects.bulk_update([appointment], ["complaint"])
    appointment.complaint = SAID
    appointment.save()
    [by_save] = kept()
    assert SAID not in by_update
    assert SAID not in by_save
    assert said() == SAID


@pytest.mark.django_db
def test_a_wrong_key_raises_and_loses_nothing(keys):
    AppointmentFactory(complaint=SAID)
    keys.ENCRYPTION_KEYS = [FOREIGN]
    with pytest.raises(WrongKey, match="ENCRYPTION_KEYS"):
        said()
    keys.ENCRYPTION_KEYS = [OLD]
    assert said() == SAID


@pytest.mark.django_db
def test_what_was_tampered_with_raises(keys):
    AppointmentFactory(complaint=SAID)
    [token] = kept()
    flipped = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE booking_appointment SET complaint = %s", [flipped])
    with pytest.raises(WrongKey):
        said()


@pytest.mark.django_db
def test_a_new_key_in_front_reads_what_the_old_one_wrote(keys):
    AppointmentFactory(complaint=SAID)
    keys.ENCRYPTION_KEYS = [NEW, OLD]
    assert said() == SAID


@pytest.mark.django_db
def test_after_rotation_the_old_key_can_go(keys, capsys):
    AppointmentFactory(complaint=SAID, self_test="Ja op alles.")
    AppointmentFactory()
    keys.ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_keys")
    assert capsys.readouterr().out.startswith("2 texts encrypted anew\n")
    call_command("rotate_keys")
    assert capsys.readouterr().out.startswith("0 texts encrypted anew\n")
    keys.ENCRYPTION_KEYS = [NEW]
    assert kept()[1] == ""
    assert [a.complaint for a in Appointment.objects.order_by("pk")] == [SAID, ""]


@pytest.mark.django_db
def test_rotation_says_what_it_can_not_read_and_leaves_it_alone(keys):
    AppointmentFactory(complaint=SAID)
    before = kept()
    keys.ENCRYPTION_KEYS = [FOREIGN]
    AppointmentFactory(complaint="Iets anders.")
    with pytest.raises(CommandError, match="1 texts belong to none of the keys"):
        call_command("rotate_keys")
    assert kept()[:1] == before


def check(tmp_path, **variables):
    """What ``manage.py check`` says in that environment."""
    given = environment(tmp_path / "var", SECRET_KEY="x" * 60, SITE_URL="http://127.0.0.1")
    for name in variables:
        given.pop(name)
    given |= {name: value for name, value in variables.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.site
@pytest.mark.parametrize("name", ["ENCRYPTION_KEYS", "LINK_KEYS"])
@pytest.mark.parametrize("value", [None, "", "geheim-geheim", f"{OLD},kort"])
def test_without_good_keys_the_site_does_not_start(tmp_path, name, value):
    done = check(tmp_path, **{name: value})
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert name in last
    assert "geheim" not in done.stderr
    assert OLD not in done.stderr


def test_a_key_is_the_same_however_it_is_spelt(monkeypatch):
    """Addresses are made with its text, which a space behind a comma must not change."""
    spelt = NEW[:-2] + "F" + "="  # in bits that mean nothing
    assert spelt != NEW
    monkeypatch.setitem(env.ENVIRON, "LINK_KEYS", f"{spelt}, {OLD} ")
    assert fernet_keys("LINK_KEYS") == [NEW, OLD]


@pytest.mark.site
def test_with_good_keys_it_starts(tmp_path):
    assert check(tmp_path, ENCRYPTION_KEYS=f"{NEW},{OLD}").returncode == 0
