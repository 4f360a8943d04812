"""A site with a database of either kind, with something in it to read and to book."""

import sys

import pytest

from tests.faults.databases import PostgreSQL, SQLite
from tests.faults.site import MANAGE, Site, serving
from tests.with_postgresql import running_server


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory):
    """A database of which the tests get copies."""
    return prepare(SQLite(tmp_path_factory.mktemp("sqlite")), tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """The same, on a server that is there for all of them."""
    with running_server() as server:
        PostgreSQL(server, "postgres").execute("CREATE DATABASE prepared")
        yield prepare(PostgreSQL(server, "prepared"), tmp_path_factory.mktemp("var"))


def prepare(database, var_dir):
    """Make the tables, and put in what there is to read and to book."""
    site = Site(database, var_dir)
    site.run(*MANAGE, "migrate", "-v", "0")
    site.run(sys.executable, "-m", "tests.faults.data")
    return database


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The folder for the database, and for what the site keeps beside it."""
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def database(request, place):
    """A database of this module's own."""
    prepared = request.getfixturevalue(request.param.lower())
    with prepared.copied(place) as copy:
        yield copy


@pytest.fixture(scope="module")
def options(database):
    """What is special about the site's settings."""
    return {}


@pytest.fixture(scope="module")
def site(database, place, options, tmp_path_factory):
    """A site that is served, and stays so."""
    output = tmp_path_factory.mktemp("said") / "output"
    var_dir = place / type(database).__name__
    site = Site(database, var_dir, output=output, **options)
    with serving(site) as master:
        yield site
        assert master.poll() is None, site.said


@pytest.fixture(autouse=True)
def _nothing_booked(request):
    if "database" in request.fixturenames:
        request.getfixturevalue("database").empty()
