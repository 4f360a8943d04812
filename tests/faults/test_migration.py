"""The next version of the site is installed while patients book: migrate, rolling restart."""

import itertools
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil
import pytest

from tests.booking.visitor import Client
from tests.faults.site import MANAGE, NEVER_BOOKED, Site, serving, until, wishes

pytestmark = pytest.mark.site

CLIENTS = 2
ROOMS = "SELECT DISTINCT room FROM booking_appointment"


class Rush:
    """Patients who book one after the other; ``statuses`` are what they were answered."""

    def __init__(self, site):
        self.site = site
        self.statuses = []
        self.numbers = itertools.count()
        self.over = threading.Event()

    def book(self):
        client = Client(self.site, NEVER_BOOKED.path)
        while not self.over.is_set():
            n = next(self.numbers)
            [wish] = wishes(n, n + 1)
            self.statuses.append(wish.send(client).status)

    def goes_on(self):
        """Return when twenty more have been answered."""
        enough = len(self.statuses) + 20
        until(lambda: len(self.statuses) >= enough, site=self.site)


@contextmanager
def rush(site):
    """Patients book for the length of a with block."""
    going = Rush(site)
    with ThreadPoolExecutor(CLIENTS) as pool:
        done = [pool.submit(going.book) for _ in range(CLIENTS)]
        try:
            yield going
        finally:
            going.over.set()
    for one in done:
        one.result()


@pytest.fixture
def old(database, tmp_path):
    """A site of this version."""
    return Site(database, tmp_path / "var")


@pytest.fixture
def _as_before(database):
    """The tables without the column, for the next test."""
    yield
    database.execute(
        "DROP INDEX appointment_room",
        "ALTER TABLE booking_appointment DROP COLUMN room",
        "DELETE FROM django_migrations WHERE name = 'room'",
    )


def install(site, kind):
    """Put the code of the next version in place of this one's, and migrate."""
    (site.var_dir / "newer").write_text(kind)
    site.run(*MANAGE, "migrate", "-v", "0")


def restart(master, site):
    """Return when new workers have taken over from all old ones."""
    process = psutil.Process(master.pid)
    before = set(process.children())
    master.send_signal(signal.SIGHUP)
    until(lambda: not before & set(process.children()), or_ended=master, site=site)


@pytest.mark.usefixtures("_as_before")
def test_no_booking_fails_while_the_next_version_is_installed(database, old):
    with serving(old) as master, rush(old) as patients:
        patients.goes_on()
        install(old, "db_default")
        patients.goes_on()
        restart(master, old)
        patients.goes_on()
    assert set(patients.statuses) == {302}
    assert len(database.keys) == len(patients.statuses)
    assert database.half_written == []
    assert database.column(ROOMS) == [""]
    assert old.said == ""


@pytest.mark.usefixtures("_as_before")
def test_without_a_default_in_the_database_old_processes_would_fail(old):
    with serving(old), rush(old) as patients:
        patients.goes_on()
        install(old, "default")
        patients.goes_on()
    assert set(patients.statuses) == {302, 500}
