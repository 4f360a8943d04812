"""How a copy of the database is made while others write to it, looked over, and put back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from kinekracht.backups import Refused, scripts
from kinekracht.backups.envelope import NOT_OURS

TOO_MIGHTY = (
    "Deze back-up is niet versleuteld, dus iedereen kan hem gemaakt hebben, en de rol van de site "
    "in PostgreSQL kan op de server programma's starten of bestanden lezen. Geef in DATABASE_URL "
    "een gewone rol, die eigenaar is van de databank. Er is niets veranderd."
)
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
SESSIONS = "django_session"  # left empty: who is logged in now must not be so after a restore


@dataclass(frozen=True)
class Facts:
    """What can be said about a database without knowing what is in it."""

    migrations: list[list[str]]  # app and name
    rows: dict[str, int]  # of each table


class Database(Protocol):
    """One kind of database; ``member`` is what a copy of it is called in a backup."""

    member: str

    def copy(self, file: Path) -> Facts:
        """Write all that was committed before now into ``file``, without sessions."""

    def check(self, file: Path, facts: Facts) -> None:
        """Refused if such a copy is damaged, or is another than the ``facts`` say."""

    def has_tables(self) -> bool:
        """Whether something is there that would be lost."""

    def put_back(self, file: Path, facts: Facts) -> None:
        """Replace all that is there by a checked copy, or else change nothing."""


def current() -> Database:
    """The kind of database that the site has."""
    return PostgreSQL() if connection.vendor == "postgresql" else SQLite()


@contextmanager
def opened() -> Iterator[Any]:
    """A connection of our own to the database, of its driver's kind; errors are Django's."""
    with connection.wrap_database_errors:
        driver = connection.get_new_connection(connection.get_connection_params())
        with closing(driver):
            yield driver


def facts_of(driver: Any, tables: str) -> Facts:
    """Those of the database behind a connection, for the tables that the query names."""
    names = [name for (name,) in driver.execute(tables).fetchall()]
    rows = {
        name: driver.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in names
    }
    return Facts([list(row) for row in driver.execute(MIGRATIONS).fetchall()], rows)


class SQLite:
    member = "database.sqlite3"
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"

    def copy(self, file: Path) -> Facts:
        # Unlike the backup API, this leaves behind what was deleted and not yet overwritten.
        with opened() as driver:
            driver.execute("VACUUM INTO ?", [str(file)])
        with closing(sqlite3.connect(file, isolation_level=None)) as driver:
            driver.execute(f"DELETE FROM {SESSIONS}")  # noqa: S608  our own word
            driver.execute("VACUUM")  # or the rows would still lie in the file
            return facts_of(driver, self.tables)

    def check(self, file: Path, facts: Facts) -> None:
        try:
            with closing(sqlite3.connect(file)) as driver:
                whole = driver.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                dangling = driver.execute("PRAGMA foreign_key_check").fetchall()
                found = facts_of(driver, self.tables)
        except sqlite3.Error:
            raise Refused(NOT_OURS) from None
        if not whole or dangling or found != facts:
            raise Refused(NOT_OURS)

    def has_tables(self) -> bool:
        name = str(connection.settings_dict["NAME"])
        if not (name.startswith("file:") or Path(name).exists()):
            return False  # nor is there to be an empty one from now on
        try:
            with opened() as driver:
                return bool(driver.execute(self.tables).fetchone())
        except OperationalError:
            raise
        except DatabaseError:
            return True  # damaged, and perhaps to be mended

    def put_back(self, file: Path, facts: Facts) -> None:
        connection.close()
        try:
            self.write(file)
        except OperationalError:
            raise
        except DatabaseError:  # what is there can't be read: nothing of it can be kept
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(f"{connection.settings_dict['NAME']}{suffix}").unlink(missing_ok=True)
            self.write(file)

    def write(self, file: Path) -> None:
        """Put a copy in the place of what is there, in one transaction.

        A process that still has the file open sees either the old or the new, and can't spoil it.
        """
        with closing(sqlite3.connect(file)) as source, opened() as driver:
            driver.execute("BEGIN IMMEDIATE")  # an error, and not waiting for ever, if it is locked
            driver.rollback()
            source.backup(driver)
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class PostgreSQL:
    member = "database.dump"
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    drop = """
        SET lock_timeout = '10s';
        SET statement_timeout = 0;
        SET client_min_messages = warning;
        DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                EXECUTE format('DROP TABLE public.%I CASCADE', name);
            END LOOP;
        END $$;
    """
    # Of the role itself and of all that it may become: they reach files and programs of the
    # server, or other roles that do.
    powers = """
        SELECT 1 FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER') AND (
            rolsuper OR rolcreaterole OR rolname IN (
                'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'))
    """

    def copy(self, file: Path) -> Facts:
        with opened() as driver:
            # Others go on writing; both the copy and the facts show this one moment.
            driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            driver.execute("SET LOCAL statement_timeout = 0")
            (snapshot,) = driver.execute("SELECT pg_export_snapshot()").fetchone()
            self.run(
                "pg_dump", "--format=custom", f"--file={file}", f"--snapshot={snapshot}",
                f"--exclude-table-data=public.{SESSIONS}",
            )  # fmt: skip
            facts = facts_of(driver, self.tables)
        facts.rows[SESSIONS] = 0
        return facts

    def check(self, file: Path, facts: Facts) -> None:
        self.script(file)

    def has_tables(self) -> bool:
        with opened() as driver:
            return bool(driver.execute(self.tables).fetchone())

    def put_back(self, file: Path, facts: Facts) -> None:
        # Not pg_restore itself: it knows the tables of the backup only, and stumbles over those
        # that a newer version of the site has hung from them.
        connection.close()
        try:
            with opened() as driver:
                if not settings.BACKUP_KEYS:
                    self.refuse_powers(driver)
                driver.execute(self.drop)
                with self.script(file).open("rb") as script:
                    scripts.run(driver, script)
                driver.execute("".join(self.counted(*rows) for rows in facts.rows.items()))
                driver.commit()
        except DatabaseError as error:
            said, *_ = str(error).splitlines()  # the other lines quote a patient
            raise Refused(f"PostgreSQL weigert: {said}") from None

    def refuse_powers(self, driver: Any) -> None:
        """Refused if the site's role may do more in the server than a site needs.

        Anybody can make a backup without a key, and it is SQL. What that does as an ordinary role
        ends at the site's own tables.
        """
        if driver.execute(self.powers).fetchone():
            raise Refused(TOO_MIGHTY)

    def counted(self, table: str, rows: int) -> str:
        """SQL that fails unless so many rows are in a table, which undoes all before it."""
        return (
            f'DO $$ BEGIN IF (SELECT COUNT(*) FROM public."{table}") <> {rows} THEN '  # noqa: S608
            f"RAISE EXCEPTION 'rows are missing in {table}'; END IF; END $$;\n"
        )

    def script(self, file: Path) -> Path:
        """A copy as SQL, beside it; Refused if it can't be read to its end."""
        script = file.with_suffix(".sql")
        options = ["--no-owner", "--no-privileges", "--no-comments", f"--file={script}"]
        execute([program("pg_restore"), *options, str(file)], {})
        return script

    def run(self, name: str, *options: str) -> None:
        """Run a program of PostgreSQL's on the site's database."""
        (_, *arguments), variables = connection.client.settings_to_cmd_args_env(
            connection.settings_dict, list(options)
        )
        execute([program(name), *arguments], variables or {})


def program(name: str) -> str:
    """Where a program of PostgreSQL's is."""
    found = shutil.which(name)
    if found is None:
        raise Refused(
            f"Het programma {name} ontbreekt. Installeer de client van PostgreSQL "
            "(op Debian: apt install postgresql-client)."
        )
    return found


def execute(command: list[str], variables: dict[str, str]) -> None:
    """Run a command that prints nothing if all goes well; Refused with what it said."""
    done = subprocess.run(  # noqa: S603  our own words, and the settings of the database
        command,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise Refused(f"PostgreSQL weigert: {said[-1]}")
