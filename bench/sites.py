"""The site's processes, with databases of their own, and the bare view's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil

from bench import machine
from bench.answers import Server, Target, Wrong, fetch
from tests.faults.databases import Database, PostgreSQL, SQLite
from tests.faults.site import GONE, GUNICORN, MANAGE, Site, until
from tests.running_site import ROOT
from tests.with_postgresql import running_server

BASE = "base"  # the name of a database with tables and nothing in it


class Live(Site, Server):
    """The site as gunicorn serves it live; ``settings`` may be others, ``variables`` more."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        variables: Mapping[str, str] = MappingProxyType({}),
        *,
        settings: str = "kinekracht.settings",
        workers: int = 1,
    ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            database,
            folder,
            DJANGO_SETTINGS_MODULE=settings,
            WEB_CONCURRENCY=str(workers),
            CACHE_STATUS="1",  # to see that what is measured as kept is kept
            **variables,
        )
        folder.mkdir(exist_ok=True)
        self.cache = variables.get("CACHE_URL", "")

    def ask(self, module: str, *arguments: str) -> Any:
        """What a program of the bench prints as JSON, run in this site's environment."""
        command = [sys.executable, "-m", module, *arguments]
        with machine.on(machine.ALL):
            done = subprocess.run(  # noqa: S603  it is our own
                command, cwd=ROOT, env=self.variables, check=True, stdout=subprocess.PIPE, text=True
            )
        return json.loads(done.stdout or "null")

    @contextmanager
    def served(self, cores: set[int]) -> Iterator["Live"]:
        """For the length of a with block, on these cores."""
        try:
            with machine.on(cores):
                self.master = self.serve()
            yield self
        except Wrong as error:
            if self.said:
                error.add_note(f"What the site says, with CACHE_URL={self.cache!r}:\n{self.said}")
            raise
        finally:
            self.stop()

    def workers(self) -> list[psutil.Process]:
        """The processes that answer."""
        return list(psutil.Process(self.master.pid).children())

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.master)


class Bare(Server):
    """The bare view, served by the same gunicorn; ``answers`` are of whom it takes the bytes."""

    def __init__(self, folder: Path, answers: Mapping[str, Target]) -> None:
        folder.mkdir()
        self.names = {name: f"n{number}" for number, name in enumerate(answers)}
        for name, target in answers.items():
            answer = fetch(target.address, target.path, target.accepts)
            kept = ("Content-Type", "Content-Encoding")
            headers = {key: answer.headers[key] for key in kept if key in answer.headers}
            file = folder / self.names[name]
            file.with_suffix(".body").write_bytes(answer.body)
            file.with_suffix(".json").write_text(json.dumps(headers))
        self.process = Site(
            SQLite(folder),
            folder / "var",
            ANSWERS=str(folder),
            DJANGO_SETTINGS_MODULE="bench.bare_settings",
            WEB_CONCURRENCY="1",
        )
        self.port = self.process.port

    def path(self, name: str) -> str:
        """Where the bytes of ``name`` are."""
        return f"/{self.names[name]}/"

    @contextmanager
    def served(self) -> Iterator["Bare"]:
        """For the length of a with block, on the server's core."""
        try:
            with machine.on(machine.SERVER):
                self.master = self.process.start(*GUNICORN, "bench.bare:application")
            until(self.answers, or_ended=self.master, site=self.process)
            yield self
        finally:
            self.process.stop()

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.master)

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return self.get("/").status > 0
        except GONE:
            return False


class Store:
    """Databases of one kind, in a folder: each a copy of another with something more in it."""

    def __init__(self, folder: Path, stack: ExitStack, *, postgresql: bool) -> None:
        self.folder = folder
        self.name = "PostgreSQL" if postgresql else "SQLite"
        folder.mkdir()
        self.server: Any = None
        if postgresql:
            # Its usual settings: what is confirmed is on the disk.
            with machine.on(machine.CLIENT):
                self.server = stack.enter_context(running_server(durable=True))
            PostgreSQL(self.server, "postgres").execute(f"CREATE DATABASE {BASE}")
            self.base: Database = PostgreSQL(self.server, BASE)
        else:
            (folder / BASE).mkdir()
            self.base = SQLite(folder / BASE)
        self.manage(self.base, "migrate", "-v", "0")
        self.demo = self.copy(self.base, "demo")
        self.manage(self.demo, "seed_demo")

    def manage(self, database: Database, *command: str) -> None:
        """Run one of Django's commands on a database, with all cores."""
        with machine.on(machine.ALL):
            Live(database, self.folder / "var").run(*MANAGE, *command)

    def copy(self, database: Database, name: str) -> Database:
        """A copy, until the store is gone."""
        if self.server is None:
            (self.folder / name).mkdir()
            new = SQLite(self.folder / name)
            database.execute(f"VACUUM INTO '{new.file}'")  # the file alone may lack rows
            return new
        maintenance = PostgreSQL(self.server, "postgres")
        maintenance.execute(f"CREATE DATABASE {name} TEMPLATE {database.name}")  # type: ignore[attr-defined]
        return PostgreSQL(self.server, name)

    def spread(self) -> None:
        """Let the server use all cores from now on, for connections that are yet to be made."""
        if self.server is not None:
            pid = int((self.server.folder / "data" / "postmaster.pid").read_text().split()[0])
            os.sched_setaffinity(pid, machine.ALL)


def cpu_seconds(master: subprocess.Popen[bytes]) -> float:
    """What the workers of gunicorn's ``master`` have used."""
    times = [worker.cpu_times() for worker in psutil.Process(master.pid).children()]
    return float(sum(one.user + one.system for one in times))


def collect_static(folder: Path) -> Path:
    """The static files as they are served, for all sites; with all cores."""
    folder.mkdir()
    with machine.on(machine.ALL):
        Live(SQLite(folder), folder / "var").run(*MANAGE, "collectstatic", "--no-input", "-v", "0")
    return folder / "var" / "static"


def site_folder(folder: Path, static: Path) -> Path:
    """A new VAR_DIR with the static files in it."""
    folder.mkdir()
    (folder / "static").symlink_to(static)
    return folder


def refuse_unless(holds: bool, otherwise: str) -> None:
    """Wrong with this message, unless it holds."""
    if not holds:
        raise Wrong(otherwise)
