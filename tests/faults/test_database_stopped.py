"""The database can't be reached: PostgreSQL is stopped, or the folder of SQLite's file is gone."""

import socket
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from tests.faults.outages import Visit, lines_about
from tests.faults.site import Site, serving

pytestmark = pytest.mark.site

CAUSES = {"SQLite": "SQLITE_CANTOPEN", "PostgreSQL": "OperationalError"}


def test_while_the_database_is_gone_visitors_read_on_and_then_book(site):
    visit = Visit(site)
    site.database.stop()
    try:
        visit.finds_it_broken()
        assert site.get("/over-ons/").status == 503  # nobody had read it
        health = site.get("/gezond/")
        assert (health.status, health.headers["Retry-After"]) == (503, "60")
    finally:
        site.database.start()
    visit.finds_it_whole()
    assert site.get("/gezond/").status == 200
    assert lines_about(site, CAUSES[type(site.database).__name__])


def test_a_database_server_that_takes_a_call_and_says_nothing_is_given_up(tmp_path):
    """It may be frozen, or a wall on the way may swallow all it is sent."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / ".s.PGSQL.5432"))
        silent.listen()
        database = SimpleNamespace(url=f"postgres://postgres@/{quote(str(tmp_path), safe='')}/x")
        site = Site(database, tmp_path / "var")
        with serving(site):
            assert site.get("/afspraak/").status == 503
    assert "ConnectionTimeout at afspraak/" in lines_about(site, "ConnectionTimeout")
