"""Connections to SQLite that outlive a request."""

import pytest
from django.db import OperationalError

from kinekracht.sqlite3.base import DatabaseWrapper

# Its own database, which pytest-django would keep it from.
pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "db.sqlite3"


@pytest.fixture
def database(file, settings):
    """A connection as the site has it, with a table in it."""
    given = {"ENGINE": "kinekracht.sqlite3", "NAME": file, "OPTIONS": {}, "CONN_MAX_AGE": 60}
    rest = {name: value for name, value in settings.DATABASES["default"].items() if name != "TEST"}
    database = DatabaseWrapper(rest | given)
    database.connect()
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE old (x)")
    yield database
    database.close()


def tables(database):
    with database.cursor() as cursor:
        return database.introspection.table_names(cursor)


def next_request(database):
    """What Django does before each."""
    database.close_if_unusable_or_obsolete()


def test_a_connection_is_kept(database):
    before = database.connection
    next_request(database)
    assert tables(database) == ["old"]
    assert database.connection is before


def test_it_is_closed_when_its_file_is_gone(database, file):
    file.rename(file.with_suffix(".gone"))
    next_request(database)
    assert database.connection is None


def test_who_asks_then_is_told(database, file):
    file.parent.rename(file.parent.with_suffix(".gone"))
    next_request(database)
    with pytest.raises(OperationalError):
        tables(database)


def test_another_file_in_its_place_is_opened(database, file):
    file.rename(file.with_suffix(".gone"))
    file.touch()
    next_request(database)
    assert tables(database) == []


def test_a_transaction_is_left_alone(database, file):
    database.set_autocommit(False)
    database.in_atomic_block = True
    file.rename(file.with_suffix(".gone"))
    next_request(database)
    assert database.connection is not None
    database.in_atomic_block = False
