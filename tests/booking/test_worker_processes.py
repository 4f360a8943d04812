"""``manage.py worker`` as it runs live: processes, a database they share, and a mail server.

The database is one of its own, on the same kind of server as the tests'.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time

import environ
import psycopg
import pytest

from tests.running_site import ROOT, environment
from tests.smtp_server import smtp_server

MANAGE = [sys.executable, "manage.py"]
MAILS = 300
WAIT_SECONDS = 60

QUEUE = """
from post_office import mail
for n in range({count}):
    mail.send(f"{{n}}@voorbeeld.be", "site@voorbeeld.be", subject="Je afspraak", message="Dag.")
"""
STATES = """
import json
from post_office.models import Email
print(json.dumps(list(Email.objects.values_list("status", flat=True))))
"""
HOLDERS = """
import json
from booking.models import Worker
print(json.dumps(list(Worker.objects.values_list("holder", flat=True))))
"""
CLEAR = """
from booking.models import Worker
from post_office.models import Email
Email.objects.all().delete()
Worker.objects.all().delete()
"""
FORGET_THE_LEASE = """
import datetime
from booking.models import Worker
Worker.objects.update(beat_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
"""
SENT = 0


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The address of a database in which nothing stands yet."""
    server = os.environ.get("TEST_DATABASE_URL")
    if server is None:
        yield f"sqlite:///{tmp_path_factory.mktemp('worker') / 'db.sqlite3'}"
        return
    name = f"worker_{secrets.token_hex(4)}"
    given = environ.Env.db_url_config(server)
    with psycopg.connect(
        host=given["HOST"], user=given["USER"], dbname=given["NAME"], autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server.rpartition('/')[0]}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def variables(database, tmp_path_factory):
    """The environment of a site with that database."""
    given = environment(
        tmp_path_factory.mktemp("worker-var"),
        DATABASE_URL=database,
        SECRET_KEY="x" * 60,
        SITE_URL="http://127.0.0.1",
        MAIL_RETRY_SECONDS="0",
    )
    subprocess.run([*MANAGE, "migrate", "-v", "0"], cwd=ROOT, env=given, check=True)
    return given


@pytest.fixture
def site(variables, tmp_path):
    """Starts workers, and asks their database; all of them end with the test."""
    with smtp_server() as server, (tmp_path / "said").open("w+") as said:
        site = Site(variables | {"EMAIL_URL": server.url}, server, said)
        site.run(CLEAR)
        try:
            yield site
        finally:
            for process in site.workers:
                process.kill()
                process.wait()


class Site:
    def __init__(self, variables, server, said):
        self.variables = variables
        self.server = server
        self.said = said
        self.workers = []

    def run(self, code):
        """What ``code`` prints, run in the site."""
        command = [*MANAGE, "shell", "-v", "0", "-c", code]
        done = subprocess.run(
            command, cwd=ROOT, env=self.variables, check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout) if done.stdout else None

    def start_worker(self, *options):
        process = subprocess.Popen(
            [*MANAGE, "worker", *options],
            cwd=ROOT,
            env=self.variables,
            stdout=self.said,
            stderr=subprocess.STDOUT,
        )
        self.workers.append(process)
        return process

    def wait_until_sent(self):
        """Return when no mail is left that is not marked as sent."""
        deadline = time.monotonic() + WAIT_SECONDS
        while set(self.run(STATES)) != {SENT}:
            assert time.monotonic() < deadline

    def end(self, process, number=signal.SIGTERM):
        """End a worker, which may have said nothing, with a signal; its exit code."""
        process.send_signal(number)
        code = process.wait(WAIT_SECONDS)
        self.said.seek(0)
        assert self.said.read() == ""
        return code


def recipients(server):
    return sorted(mail["To"] for mail in server.mails)


def everybody(count=MAILS):
    return sorted(f"{n}@voorbeeld.be" for n in range(count))


def test_four_workers_send_every_mail_once(site):
    site.run(QUEUE.format(count=MAILS))
    workers = [site.start_worker() for _ in range(4)]
    site.server.wait_for(MAILS)
    site.wait_until_sent()
    for process in workers:
        assert site.end(process) == 0
    assert recipients(site.server) == everybody()


def test_a_worker_that_is_killed_loses_no_mail(site):
    site.run(QUEUE.format(count=MAILS))
    first = site.start_worker()
    site.server.wait_for(MAILS // 3)
    first.kill()
    first.wait()
    assert len(site.server.mails) < MAILS
    site.run(FORGET_THE_LEASE)
    successor = site.start_worker()
    site.wait_until_sent()
    assert site.end(successor) == 0
    assert sorted(set(recipients(site.server))) == everybody()
    assert len(site.server.mails) <= MAILS + 1  # the one that was under way


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_finishes_its_mail_and_makes_room(site, number):
    site.run(QUEUE.format(count=MAILS))
    first = site.start_worker()
    site.server.wait_for(10)
    assert site.end(first, number) == 0
    assert site.run(HOLDERS) == [""]
    sent = site.run(STATES).count(SENT)
    assert len(site.server.mails) == sent < MAILS
    site.start_worker()
    site.wait_until_sent()
    assert recipients(site.server) == everybody()


def test_mail_waits_for_a_mail_server_that_is_down(site):
    site.server.stop()
    site.run(QUEUE.format(count=3))
    site.start_worker("--once").wait(WAIT_SECONDS)
    assert SENT not in site.run(STATES)
    site.server.start()
    process = site.start_worker()
    site.wait_until_sent()
    assert site.end(process) == 0
    assert recipients(site.server) == everybody(3)


def test_a_single_round_ends_by_itself(site):
    site.run(QUEUE.format(count=3))
    assert site.start_worker("--once").wait(WAIT_SECONDS) == 0
    assert recipients(site.server) == everybody(3)
    assert site.run(HOLDERS) == [""]
