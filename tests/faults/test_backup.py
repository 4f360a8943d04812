"""A backup while booking goes on, and a site elsewhere that is made from it."""

import secrets
import shutil
import sqlite3
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.booking.visitor import Client
from tests.faults.databases import PostgreSQL, SQLite
from tests.faults.site import MANAGE, Site, send_all, serving, until, wishes
from tests.running_site import ROOT
from tests.with_postgresql import programs

pytestmark = pytest.mark.site

CLIENTS = 4
PICTURE = "media/pictures/0123456789abcdef0123-320x200.webp"
FORGET_THE_FIRST = [
    "DELETE FROM booking_cell WHERE appointment_id IN (SELECT min(id) FROM booking_appointment)",
    "DELETE FROM booking_change WHERE appointment_id IN (SELECT min(id) FROM booking_appointment)",
    "DELETE FROM booking_mail WHERE appointment_id IN (SELECT min(id) FROM booking_appointment)",
    "DELETE FROM booking_appointment WHERE id IN (SELECT min(id) FROM booking_appointment)",
]
KEY = "YS1rZXktZm9yLXRlc3RzLW9ubHktYW5kLW5vLW90aGU="


def run(site, *arguments):
    """What a command of the site's said; an error if it refused."""
    path = f"{programs()}:{site.variables['PATH']}"
    done = subprocess.run(
        [*MANAGE, *map(str, arguments)],
        cwd=ROOT,
        env=site.variables | {"BACKUP_KEY": KEY, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def another(database, folder):
    """A database of the same kind, with nothing in it."""
    if isinstance(database, SQLite):
        folder.mkdir()
        yield SQLite(folder)
        return
    name = f"elsewhere_{secrets.token_hex(4)}"
    maintenance = PostgreSQL(database.server, "postgres")
    maintenance.execute(f"CREATE DATABASE {name}")
    yield PostgreSQL(database.server, name)
    maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Booking:
    """Clients who go on booking, one after the other, until the end of a with block."""

    def __init__(self, site):
        self.site = site
        self.wishes = iter(wishes(0, 550))
        self.acknowledged = []  # addresses
        self.enough = threading.Event()

    def __enter__(self):
        self.pool = ThreadPoolExecutor(CLIENTS)
        self.clients = [self.pool.submit(self.book) for _ in range(CLIENTS)]
        return self

    def __exit__(self, *_):
        self.enough.set()
        self.pool.shutdown()
        for client in self.clients:
            client.result()

    def book(self):
        while not self.enough.is_set():
            ((status, address),) = send_all(self.site, [next(self.wishes)], clients=1)
            assert status == 302
            self.acknowledged.append(address)

    def wait_for(self, more):
        """Return when so many more were acknowledged."""
        begin = len(self.acknowledged)
        until(lambda: len(self.acknowledged) >= begin + more)


@pytest.fixture(scope="module")
def saved(site, database, tmp_path_factory):
    """A backup made while people went on booking, one of whom had theirs erased afterwards."""
    database.empty()
    var_dir = Path(site.variables["VAR_DIR"])
    (var_dir / PICTURE).parent.mkdir(parents=True)
    (var_dir / PICTURE).write_bytes(b"a picture")
    file = tmp_path_factory.mktemp("saved") / "backup"
    with Booking(site) as booking:
        booking.wait_for(10)
        before = list(booking.acknowledged)
        run(site, "backup", file)
        booking.wait_for(10)
    visitor = Client(site, f"{before[0]}wissen/")
    assert visitor.post(f"{before[0]}wissen/").status == 200
    return SimpleNamespace(file=file, before=before, erased=before[0], all=booking.acknowledged)


@pytest.fixture(autouse=True)
def _nothing_booked():
    """What was booked stays, for all tests here."""


@pytest.fixture(scope="module")
def elsewhere(site, database, saved, tmp_path_factory):
    """Another machine, on which there is nothing yet but the backup and the list of erasures."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with another(database, folder / "database") as empty:
        other = Site(empty, folder / "var")
        other.said_on_restore = run(
            other, "restore", saved.file, "--erasures", f"{site.variables['VAR_DIR']}/erasures"
        )
        yield other


def missing(database, addresses):
    """Which of these appointments aren't there."""
    return set(addresses) - {f"/afspraak/a/{key}/" for key in database.keys}


def test_all_that_was_acknowledged_before_is_there_whole(elsewhere, saved):
    assert missing(elsewhere.database, saved.before) == {saved.erased}
    assert not missing(elsewhere.database, saved.before[1:])
    assert elsewhere.database.half_written == []


def test_booking_went_on_and_is_in_the_backup_up_to_a_moment(elsewhere, saved):
    assert len(saved.all) >= len(saved.before) + 10
    assert set(elsewhere.database.keys) < {address.split("/")[3] for address in saved.all}


def test_what_was_erased_afterwards_is_erased_again(elsewhere, saved):
    assert "Opnieuw gewist op vraag van patiënten: 1\n" in elsewhere.said_on_restore


def test_the_site_elsewhere_serves_its_appointments_and_pictures(elsewhere, saved):
    with serving(elsewhere):
        assert elsewhere.get(saved.before[1]).status == 200
        assert elsewhere.get(saved.erased).status == 404
        assert elsewhere.get(f"/{PICTURE}").body == b"a picture"
        assert {status for status, _ in send_all(elsewhere, wishes(550, 560))} == {302}


def test_the_check_notices_what_is_not_whole_or_not_there(elsewhere, saved):
    """The control: of the backup, with a row less of one thing and another."""
    elsewhere.database.execute(
        "DELETE FROM booking_cell WHERE id = (SELECT min(id) FROM booking_cell)"
    )
    assert len(elsewhere.database.half_written) == 1
    first = elsewhere.database.keys[0]
    elsewhere.database.execute(*FORGET_THE_FIRST)
    assert missing(elsewhere.database, saved.before) == {saved.erased, f"/afspraak/a/{first}/"}


def test_it_takes_the_place_of_a_newer_version_of_the_site(elsewhere, saved):
    elsewhere.database.execute(
        "CREATE TABLE later (id bigint REFERENCES booking_appointment (id))",
        "INSERT INTO later SELECT min(id) FROM booking_appointment",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('later', '0001', '2030-01-01')",
    )
    run(elsewhere, "restore", saved.file, "--replace")
    with pytest.raises(Exception, match="later"):
        elsewhere.database.column("SELECT id FROM later")
    assert missing(elsewhere.database, saved.before) == {saved.erased}
    assert elsewhere.database.half_written == []


def test_a_copy_of_the_live_file_misses_what_was_just_acknowledged(site, database, tmp_path):
    """The control: why a backup isn't made with cp."""
    if not isinstance(database, SQLite):
        pytest.skip("there is no file to copy")
    with database.connect() as reader:  # the last one to close would move all into the file
        reader.execute("SELECT 1 FROM booking_appointment").fetchall()
        ((status, address),) = send_all(site, wishes(560, 561))
        assert status == 302
        shutil.copy(database.file, tmp_path / "db.sqlite3")
        run(site, "backup", tmp_path / "backup")
    assert missing(database, [address]) == set()
    assert missing(SQLite(tmp_path), [address]) == {address}
    with another(database, tmp_path / "elsewhere") as empty:
        run(Site(empty, tmp_path / "var"), "restore", tmp_path / "backup")
        assert missing(empty, [address]) == set()


def test_a_damaged_database_file_is_replaced(elsewhere, saved):
    if not isinstance(elsewhere.database, SQLite):
        pytest.skip("there is no file to damage")
    elsewhere.database.file.write_bytes(b"noise" * 10_000)
    run(elsewhere, "restore", saved.file, "--replace")
    with closing(sqlite3.connect(elsewhere.database.file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert missing(elsewhere.database, saved.before) == {saved.erased}


def test_there_is_no_backup_of_nothing(database, tmp_path):
    with (
        another(database, tmp_path / "elsewhere") as empty,
        pytest.raises(AssertionError, match="de databank is leeg"),
    ):
        run(Site(empty, tmp_path / "var"), "backup", tmp_path / "file")
    assert not (tmp_path / "file").exists()
