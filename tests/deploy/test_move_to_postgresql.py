"""The way from SQLite to PostgreSQL, run as docs/deploy.md writes it."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from tests.booking.visitor import Client
from tests.deploy.documented import documented, replaced
from tests.faults.databases import PostgreSQL
from tests.faults.site import MANAGE, NEVER_BOOKED, Site, serving, wishes
from tests.running_site import ROOT
from tests.staff_login import log_in as log_in_at
from tests.with_postgresql import programs, running_server

# Once, as it brings a PostgreSQL of its own.
pytestmark = [pytest.mark.site, pytest.mark.once]

# Made anew by migrate, or left behind on purpose.
NOT_TAKEN = {"django_migrations", "django_content_type", "auth_permission", "django_session"}
SERVICES = "kinekracht.socket kinekracht.service kinekracht-worker.service"
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
NOTE = 'echo "{what}" >> {folder}/said\n'
# Notes what lies in memory whenever manage.py begins, and does what the page says it does.
WATCHING = """
for file in {folder}/shm/* {folder}/shm/*/*; do
    [ ! -e "$file" ] || echo "$(stat -c %a "$file") $(basename "$file")" >> {folder}/seen
done
"""


THERAPIST = """
from django.contrib.auth.models import Group, User
from kinekracht.models import Practitioner
user = User.objects.create_user("an", is_staff=True)
user.groups.add(Group.objects.get(name="therapeut"))
therapist = Practitioner.objects.get()
therapist.user = user
therapist.save()
"""


@pytest.fixture(scope="module")
def server():
    """PostgreSQL as Debian has it: with nothing in it but its own superuser."""
    with running_server() as server:
        yield server


@pytest.fixture
def machine(prepared, server, tmp_path):
    """A site on SQLite with appointments and somebody of the staff, which can be moved."""
    with prepared.copied(tmp_path) as database:
        var_dir = database.folder
        before = Site(database, var_dir)
        before.run(*MANAGE, "first_login")
        before.run(*MANAGE, "shell", "-v", "0", "-c", THERAPIST)
        with serving(before):
            visitor = Client(before, NEVER_BOOKED.path)
            addresses = [wish.send(visitor).headers["Location"] for wish in wishes(0, 3)]
        moved = PostgreSQL(server, "kinekracht")
        yield SimpleNamespace(
            folder=tmp_path, before=before, addresses=addresses, moved=moved, var_dir=var_dir
        )
        maintenance = PostgreSQL(server, "postgres")
        maintenance.execute(
            "DROP DATABASE IF EXISTS kinekracht WITH (FORCE)", "DROP ROLE IF EXISTS kinekracht"
        )


def write_program(file, text):
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\nset -eu\n{text}")
    file.chmod(0o755)


def prepare_machine(machine, on_migrate=""):
    """Write what the earlier steps of the page do, with a note of each time it is used."""
    folder, kept = machine.folder, machine.before.variables
    lines = [f"{name}='{value}'\n" for name, value in kept.items() if name != "DATABASE_URL"]
    (folder / "env").write_text("".join(lines))
    (folder / "shm").mkdir()
    write_program(folder / "bin/systemctl", NOTE.format(what="systemctl $*", folder=folder))
    manage = documented("sh", "exec runuser")
    places = {
        "/etc/kinekracht.env": f"{folder}/env",
        "/srv/kinekracht/site": str(ROOT),
        "runuser -u kinekracht -- /srv/kinekracht/venv/bin/python": sys.executable,
    }
    watching = NOTE.format(what="$1", folder=folder) + WATCHING.format(folder=folder)
    failing = f'[ "$1" != migrate ] || {{ {on_migrate}; }}\n' if on_migrate else ""
    write_program(folder / "bin/kinekracht-manage", watching + failing + replaced(manage, places))


def run_steps(machine, words, **values):
    """Run a block of the page as root would paste it; its exit code."""
    folder, server = machine.folder, machine.moved.server
    environment = {
        "HOME": os.environ["HOME"],
        "PATH": f"{folder}/bin:{programs()}:{os.environ['PATH']}",
        "PGHOST": str(server.folder),
        "PGUSER": "postgres",
    }
    script = replaced(documented("sh", words), values)
    return subprocess.run(["bash", "-c", script], env=environment, cwd="/", check=False).returncode


def make_database(machine):
    """Do so in the words of the page."""
    places = {"apt install": "true", "runuser -u postgres -- ": ""}
    assert run_steps(machine, "createdb", **places) == 0


def move(machine):
    """Do what the page says; the exit code."""
    folder, server = machine.folder, machine.moved.server
    url = f"postgres://kinekracht@/{quote(str(server.folder))}/kinekracht"
    return run_steps(
        machine,
        "loaddata",
        **{
            "/etc/kinekracht.env": f"{folder}/env",
            "/dev/shm": f"{folder}/shm",  # noqa: S108  what the page says
            "postgres:////var/run/postgresql/kinekracht": url,
        },
    )


def noted(machine, name):
    return (machine.folder / name).read_text().splitlines()


def url_in(file):
    """The DATABASE_URL that the page wrote in the settings."""
    return re.search("^DATABASE_URL='(.*)'$", file.read_text(), re.MULTILINE)[1]


def rows(database, tables):
    return {name: database.column(f'SELECT count(*) FROM "{name}"')[0] for name in tables}  # noqa: S608


def log_in(site, var_dir):
    """Where somebody of the staff ends up with a password and a code, and what they read there."""
    name, password, key = (var_dir / "staff-login").read_text().split()
    return log_in_at(site, name, password, key)


def test_all_is_taken_along_and_nothing_is_booked_or_read_meanwhile(machine):
    prepare_machine(machine)
    make_database(machine)
    assert move(machine) == 0
    assert noted(machine, "said") == [
        f"systemctl stop {SERVICES}",
        *("dumpdata", "migrate", "loaddata"),
        f"systemctl start {SERVICES}",
    ]
    # The folder is its owner's alone from the start, and so is the file in it.
    kinds = [line.split(".")[0] for line in noted(machine, "seen")]
    assert kinds == ["700 kinekracht", "600 content"] * 3
    assert list((machine.folder / "shm").iterdir()) == []

    tables = set(machine.before.database.column(TABLES)) - NOT_TAKEN
    taken = rows(machine.moved, tables)
    assert taken == rows(machine.before.database, tables)
    assert taken["booking_appointment"] == 3
    assert taken["auth_user"] == 2
    assert taken["staff_rightschange"] == 4  # two accounts, a group, a therapist

    after = Site(machine.moved, machine.var_dir, DATABASE_URL=url_in(machine.folder / "env"))
    with serving(after):
        for address in machine.addresses:
            assert after.get(address).status == 200
        page = log_in(after, machine.var_dir)
        assert page.url.endswith("/beheer/")
        assert [wish.send(Client(after, NEVER_BOOKED.path)).status for wish in wishes(3, 4)] == [
            302
        ]


@pytest.mark.parametrize("accident", ["exit 1", "kill -TERM $PPID"], ids=["fails", "killed"])
def test_when_it_goes_wrong_nothing_is_left_and_the_site_goes_on_as_it_was(machine, accident):
    prepare_machine(machine, on_migrate=accident)
    make_database(machine)
    env = (machine.folder / "env").read_text()
    assert move(machine) != 0
    assert noted(machine, "said")[-2:] == ["migrate", f"systemctl start {SERVICES}"]
    assert "600 content.json" in noted(machine, "seen")
    assert list((machine.folder / "shm").iterdir()) == []
    assert (machine.folder / "env").read_text() == env
    with serving(machine.before):
        assert machine.before.get(machine.addresses[0]).status == 200


def test_it_refuses_where_there_is_a_database_url_already(machine):
    prepare_machine(machine)
    with (machine.folder / "env").open("a") as env:
        env.write("DATABASE_URL='postgres:///x'\n")
    assert move(machine) == 1
    assert not (machine.folder / "said").exists()
