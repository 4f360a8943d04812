"""No space left: for the database, and for what the site keeps beside it.

A small disk of its own holds both. Of PostgreSQL, it holds the tables and not the log of what is
written: a server that can't write that ends itself, and is then one that is stopped.
"""

import contextlib
import errno
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.faults.databases import PostgreSQL
from tests.faults.outages import Visit, lines_about
from tests.faults.site import Site, serving

pytestmark = pytest.mark.site

CAUSES = {"SQLite": "SQLITE_FULL", "PostgreSQL": "DiskFull"}


@pytest.fixture(scope="module")
def place():
    """A disk of 40 MB in memory, which only root can make; that is who runs the tests in CI."""
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    folder.chmod(0o755)  # PostgreSQL doesn't run as root
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m,mode=755", "tmpfs", folder]
    if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode:
        folder.rmdir()
        assert "CI" not in os.environ, "in CI a small disk must be there to be filled"
        pytest.skip("only root can make a small disk to be filled")
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


@pytest.fixture(scope="module")
def database(database, place):
    """On that disk."""
    if isinstance(database, PostgreSQL):
        with database.stored_in(place / "postgresql"):
            yield database
    else:
        yield database


@contextlib.contextmanager
def full(disk):
    """Nothing more can be written on ``disk``."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017  it is how the disk says that
    try:
        yield
    finally:
        ballast.unlink()


def test_while_the_disk_is_full_visitors_read_on_and_then_book(site, place):
    visit = Visit(site)
    with full(place):
        visit.finds_it_broken()
    visit.finds_it_whole()
    assert lines_about(site, CAUSES[type(site.database).__name__])


def test_without_the_handlers_it_would_be_an_error_of_ours(database, place):
    site = Site(database, place / "var", output=place.with_suffix(".said"), without="handlers")
    with serving(site), database.connect() as worker:
        worker.execute("SELECT count(*) FROM booking_worker").fetchall()
        visit = Visit(site)
        with full(place):
            assert visit.wish.send(visit.client).status == 500
    site.output.unlink()
