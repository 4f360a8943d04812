"""Somebody else holds the database, longer than a visitor can be let wait."""

import pytest

from tests.faults.outages import Visit, lines_about
from tests.faults.site import Site, serving

pytestmark = pytest.mark.site

CAUSES = {"SQLite": "SQLITE_BUSY", "PostgreSQL": "LockNotAvailable"}


@pytest.fixture(scope="module")
def options(database):
    return {"DATABASE_URL": database.url + database.hasty}


def test_while_others_hold_the_database_visitors_read_on_and_then_book(site):
    visit = Visit(site)
    with site.database.locked():
        visit.finds_it_broken()
    visit.finds_it_whole()
    cause = CAUSES[type(site.database).__name__]
    assert f"{cause} at afspraak/<slug:slug>/<moment:start>/" in lines_about(site, cause)


def test_without_the_handlers_it_would_be_an_error_of_ours(database, options, tmp_path):
    site = Site(database, tmp_path / "var", without="handlers", **options)
    with serving(site):
        visit = Visit(site)
        with database.locked():
            assert visit.wish.send(visit.client).status == 500
