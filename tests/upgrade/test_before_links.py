"""A database of before keys were derived: restored from a backup of then, which migrates it.

The backups were made by the last release that stored keys, one on each kind of database. They hold
four appointments in January 2035, a question to be called, a subscription, a mail that waits and
one that was sent, two of the staff, one session, and the demo content; and a list of erasures with
the first self-test of the third appointment, and the fourth appointment.
"""

import base64
import lzma
import secrets
import subprocess
import uuid
from pathlib import Path

import pytest

from tests.faults.databases import PostgreSQL, SQLite
from tests.faults.site import MANAGE, Site, serving
from tests.running_site import ROOT
from tests.smtp_server import smtp_server
from tests.staff_login import log_in
from tests.with_postgresql import programs, running_server

pytestmark = pytest.mark.site

BACKUPS = Path(__file__).parent
ASKED, CONFIRMED, TAKEN_BACK, ERASED = (f"oude-afspraak-{n}-{'k' * 16}" for n in range(1, 5))
CALL_BACK = f"oude-beller-{'k' * 20}"
FEED = f"oude-agenda-{'k' * 20}"
APPS = {
    "oud-beheerder": "00112233445566778899aabbccddeeff00112233",
    "oud-therapeut": "ffeeddccbbaa99887766554433221100ffeeddcc",
}
TABLES = ("appointment", "callback", "calendarfeed")


def restore(site, backup):
    """What the command said. It needs no key: backups had none by default."""
    path = f"{programs()}:{site.variables['PATH']}"
    done = subprocess.run(
        [*MANAGE, "restore", str(backup)],
        cwd=ROOT,
        env=site.variables | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files_of(database):
    """Where the tables with addresses are on the disk, as they are by now."""
    if isinstance(database, SQLite):
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return [database.file]
    database.execute("CHECKPOINT")
    names = [*(f"booking_{name}" for name in TABLES), "post_office_email"]
    paths = database.column(
        f"SELECT pg_relation_filepath(name) FROM unnest(ARRAY{names}) name"  # noqa: S608  ours
    )
    return [database.server.data / path for path in paths]


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def empty(request, tmp_path_factory):
    """A database with nothing in it."""
    if request.param == "SQLite":
        yield SQLite(tmp_path_factory.mktemp("database"))
        return
    with running_server() as server:
        name = f"restored_{secrets.token_hex(4)}"
        PostgreSQL(server, "postgres").execute(
            "CREATE ROLE kinekracht LOGIN", f"CREATE DATABASE {name} OWNER kinekracht"
        )
        database = PostgreSQL(server, name)
        database.url = database.url.replace("//postgres@", "//kinekracht@")
        yield database


@pytest.fixture(scope="module")
def server(empty):
    with smtp_server() as server:
        yield server


@pytest.fixture(scope="module")
def site(empty, server, tmp_path_factory):
    """A site made from the backup, that is served."""
    folder = tmp_path_factory.mktemp("site")
    name = f"before-links-{type(empty).__name__.lower()}.tar.xz"
    backup = folder / "backup.tar"
    backup.write_bytes(lzma.decompress((BACKUPS / name).read_bytes()))
    site = Site(empty, folder / "var", EMAIL_URL=server.url)
    site.said_on_restore = restore(site, backup)
    with serving(site):
        yield site


def test_what_patients_had_erased_stays_erased(site):
    assert "gewist op vraag van patiënten: 1" in site.said_on_restore
    assert site.get(f"/afspraak/a/{ERASED}/").status == 404
    names = site.database.column("SELECT name FROM booking_appointment ORDER BY starts_at")
    assert names == [f"Oude Patiënt {n}" for n in (1, 2, 3)]


def test_a_self_test_that_was_taken_back_does_not_return(site):
    kept = site.database.column("SELECT self_test FROM booking_appointment ORDER BY starts_at")
    assert [bool(each) for each in kept] == [True, False, False]


@pytest.mark.parametrize("key", [ASKED, CONFIRMED, TAKEN_BACK])
def test_addresses_that_were_sent_go_on_working(site, key):
    answer = site.get(f"/afspraak/a/{key}/")
    assert answer.status == 200
    assert key not in answer.text  # from here on it is another


@pytest.mark.parametrize("path", [f"terugbellen/{CALL_BACK}/", f"agenda/{FEED}.ics"])
def test_so_do_those_of_call_backs_and_feeds(site, path):
    assert site.get(f"/afspraak/{path}").status == 200


def test_calendars_know_the_appointment_again(site):
    number = uuid.uuid5(uuid.UUID(int=2), "calendar")
    for path in (f"a/{CONFIRMED}/afspraak.ics", f"agenda/{FEED}.ics"):
        assert f"UID:{number}@127.0.0.1" in site.get(f"/afspraak/{path}").text


def test_no_key_of_then_is_left_in_the_files(site):
    for file in files_of(site.database):
        assert b"oude-" not in file.read_bytes(), file
    assert b"Oude Beller" in b"".join(file.read_bytes() for file in files_of(site.database))


def test_staff_keep_their_app_and_log_in_once_more(site):
    assert site.database.column("SELECT count(*) FROM django_session") == [0]
    for name, key in APPS.items():
        code = base64.b32encode(bytes.fromhex(key)).decode()
        answer = log_in(site, name, "brug-lamp-dertien", code)
        assert answer.url.endswith("/beheer/")
        assert "Wat moet ik nu doen?" in answer.read().decode()


def test_the_mail_that_waited_arrives_with_an_address_that_works(site, server):
    site.run(*MANAGE, "worker", "--once")
    server.wait_for(2)
    [mail] = [mail for mail in server.mails if mail["To"] == "oud1@example.com"]
    assert f"/afspraak/a/{ASKED}/" in mail.get_body().get_content()
