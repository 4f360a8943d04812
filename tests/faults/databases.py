"""Databases of both kinds, that can be taken away and locked, and asked past Django."""

import os
import secrets
import shutil
import sqlite3
import uuid
from contextlib import closing, contextmanager

import psycopg

from tests.with_postgresql import owner

# Which appointments are not all there: four quarters, a line, a mail to the patient and one to the
# practice. And which mails are about none.
HALF_WRITTEN = """
SELECT a.id FROM booking_appointment a WHERE
    (SELECT count(*) FROM booking_cell c WHERE c.appointment_id = a.id) <> 4
    OR (SELECT count(*) FROM booking_change l WHERE l.appointment_id = a.id) <> 1
    OR (SELECT count(*) FROM booking_mail m JOIN post_office_email e ON e.id = m.email_id
        WHERE m.appointment_id = a.id) <> 2
UNION ALL
SELECT -e.id FROM post_office_email e
    WHERE NOT EXISTS (SELECT 1 FROM booking_mail m WHERE m.email_id = e.id)
"""
NUMBERS = "SELECT uid FROM booking_appointment ORDER BY id"
WRITTEN = [
    *("booking_mail", "booking_change", "booking_cell", "booking_appointment", "booking_worker"),
    *("post_office_log", "post_office_email"),
]


class Database:
    """``url`` is its DATABASE_URL; with ``hasty`` behind it, nobody waits long for a lock."""

    def execute(self, *statements):
        """Each is a transaction of its own."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def column(self, query):
        """The answer to a query for one value a row."""
        with self.connect() as connection:
            return [value for (value,) in connection.execute(query).fetchall()]

    @property
    def half_written(self):
        """The numbers of what is not all there."""
        return self.column(HALF_WRITTEN)

    @property
    def numbers(self):
        """The random numbers of all appointments, with which their keys begin."""
        return [uuid.UUID(str(number)) for number in self.column(NUMBERS)]

    @property
    def keys(self):
        """The keys of all appointments, as a site with the LINK_KEYS of the tests makes them."""
        from booking.models.links import make_key  # noqa: PLC0415  bench has no Django settings

        return [make_key(number, of="appointment") for number in self.numbers]


class SQLite(Database):
    """A file in a folder of its own, which goes when the database "stops"."""

    hasty = "?timeout=1"

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "db.sqlite3"
        self.url = f"sqlite:///{self.file}"

    @contextmanager
    def copied(self, folder):
        (folder / "sqlite").mkdir()
        shutil.copy(self.file, folder / "sqlite")
        yield SQLite(folder / "sqlite")

    def connect(self):
        return closing(sqlite3.connect(self.file, timeout=30, isolation_level=None))

    def empty(self):
        """Delete all appointments and mails."""
        self.execute(*(f"DELETE FROM {table}" for table in WRITTEN))  # noqa: S608  our own names

    def stop(self):
        self.folder.rename(self.folder.with_suffix(".gone"))

    def start(self):
        self.folder.with_suffix(".gone").rename(self.folder)

    @contextmanager
    def locked(self):
        with self.connect() as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield


class PostgreSQL(Database):
    """A database on a server, which is stopped and started as a whole."""

    hasty = "?options=-c%20lock_timeout%3D500ms"

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.url = f"{server.url.rpartition('/')[0]}/{name}"

    @contextmanager
    def copied(self, folder):
        name = f"copy_{secrets.token_hex(4)}"
        maintenance = PostgreSQL(self.server, "postgres")
        maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {self.name}")
        yield PostgreSQL(self.server, name)
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def stored_in(self, folder):
        """Its files are there for the length of a with block, in which nobody is left connected."""
        folder.mkdir()
        if owner() is not None:
            os.chown(folder, owner(), -1)
        name = self.name
        maintenance = PostgreSQL(self.server, "postgres")
        maintenance.execute(
            f"CREATE TABLESPACE {name} LOCATION '{folder}'",
            f"ALTER DATABASE {name} SET TABLESPACE {name}",
        )
        yield
        maintenance.execute(
            f"ALTER DATABASE {name} SET TABLESPACE pg_default", f"DROP TABLESPACE {name}"
        )

    def connect(self):
        folder = str(self.server.folder)
        return psycopg.connect(host=folder, user="postgres", dbname=self.name, autocommit=True)

    def empty(self):
        self.execute(f"TRUNCATE {', '.join(WRITTEN)} CASCADE")

    def stop(self):
        self.server.stop("fast")

    def start(self):
        self.server.start()

    @contextmanager
    def locked(self):
        with self.connect() as connection, connection.transaction():
            connection.execute("LOCK TABLE booking_appointment, articles_article")
            yield
