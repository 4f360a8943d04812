"""Connections to SQLite that outlive a request."""

import contextlib
import sqlite3

import pytest
from django.db import OperationalError, connections

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
    database = connections["lasting"] = DatabaseWrapper(rest | given, alias="lasting")
    file.touch()
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE old (x)")
    yield database
    database.close()
    del connections["lasting"]


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


class Overtaken(sqlite3.Connection):
    """Another file takes the place of the one that was just opened, once."""

    def __init__(self, database, **options):
        super().__init__(database, **options)
        before = database.with_suffix(".before")
        if not before.exists():
            database.rename(before)
            database.touch()


def test_a_file_that_takes_its_place_while_it_is_opened_is_another(database, file):
    database.close()
    database.settings_dict["OPTIONS"] = {"factory": Overtaken}
    assert tables(database) == ["old"]
    next_request(database)
    assert tables(database) == []


def test_who_reads_json_waits_for_no_writer(database, file):
    """Django tries whether there is JSON in a transaction, which wants the lock of a writer."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        database.close()
        database.settings_dict["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 0}
        assert database.features.supports_json_field
        assert tables(database) == ["old"]


def test_a_transaction_is_left_alone(database, file):
    database.set_autocommit(False)
    database.in_atomic_block = True
    file.rename(file.with_suffix(".gone"))
    next_request(database)
    assert database.connection is not None
    database.in_atomic_block = False
