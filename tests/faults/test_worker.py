"""``manage.py worker``: killed in the middle of a batch, four at once, asked to stop."""

import collections
import signal

import pytest

from tests.faults.site import MANAGE, WAIT_SECONDS, Site, kill, until
from tests.smtp_server import smtp_server

pytestmark = pytest.mark.site

MAILS = 100
MANY_MAILS = 300  # enough for the slowest of four to find some left

QUEUE = """
from django.db import transaction
from kinekracht.storage.mails import queue_encrypted
with transaction.atomic():
    for n in range({count}):
        queue_encrypted(
            f"{{n}}@voorbeeld.be", subject="Je afspraak", text="Dag.", html="<p>Dag."
        )
"""
WITHOUT_A_LEASE = """
from booking import worker
worker.Lease.hold = lambda *_: True
worker.run(worker.Stop())
"""
STATES = "SELECT status FROM post_office_email"
HOLDERS = "SELECT holder FROM booking_worker"
FORGET_THE_LEASE = "UPDATE booking_worker SET beat_at = '2020-01-01 00:00:00'"
SENT = 0


@pytest.fixture
def server():
    with smtp_server() as server:
        yield server


@pytest.fixture
def office(database, server, tmp_path):
    """A site of which only workers run; all of them end with the test."""
    site = Site(database, tmp_path / "var", EMAIL_URL=server.url, MAIL_RETRY_SECONDS="0")
    yield site
    site.stop()


def queue(office, count=MAILS):
    office.run(*MANAGE, "shell", "-v", "0", "-c", QUEUE.format(count=count))


def wait_until_sent(office):
    """Return when no mail is left that is not marked as sent."""
    until(lambda: set(office.database.column(STATES)) == {SENT}, site=office)


def end(office, process, number=signal.SIGTERM):
    """End a worker, which may have said nothing, with a signal; its exit code."""
    process.send_signal(number)
    code = process.wait(WAIT_SECONDS)
    assert office.said == ""
    return code


def recipients(server):
    return sorted(mail["To"] for mail in server.mails)


def everybody(count=MAILS):
    return sorted(f"{n}@voorbeeld.be" for n in range(count))


def test_four_workers_send_every_mail_once(office, server):
    queue(office, MANY_MAILS)
    workers = [office.work() for _ in range(4)]
    wait_until_sent(office)
    for process in workers:
        assert end(office, process) == 0
    assert recipients(server) == everybody(MANY_MAILS)


def test_without_the_lease_four_workers_would_send_some_twice(office, server):
    queue(office, MANY_MAILS)
    for _ in range(4):
        office.start(*MANAGE, "shell", "-v", "0", "-c", WITHOUT_A_LEASE)
    wait_until_sent(office)
    assert collections.Counter(recipients(server)).most_common(1)[0][1] > 1


def test_a_worker_that_is_killed_loses_no_mail(office, server):
    queue(office)
    first = office.work()
    server.wait_for(MAILS // 3)
    kill(first)
    assert len(server.mails) < MAILS
    successor = office.work()
    office.database.execute(FORGET_THE_LEASE)  # two minutes later
    wait_until_sent(office)
    assert end(office, successor) == 0
    assert sorted(set(recipients(server))) == everybody()
    assert len(server.mails) <= MAILS + 1  # the one that was under way


def test_nobody_works_in_place_of_a_worker_that_may_still_be_there(office, server):
    queue(office)
    first = office.work()
    server.wait_for(MAILS // 3)
    kill(first)
    assert office.work("--once").wait(WAIT_SECONDS) == 0
    assert office.database.column(STATES).count(SENT) < MAILS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_finishes_its_mail_and_makes_room(office, server, number):
    queue(office)
    first = office.work()
    server.wait_for(10)
    assert end(office, first, number) == 0
    assert office.database.column(HOLDERS) == [""]
    sent = office.database.column(STATES).count(SENT)
    assert len(server.mails) == sent < MAILS
    office.work()
    wait_until_sent(office)
    assert recipients(server) == everybody()


def test_a_single_round_ends_by_itself(office, server):
    queue(office, 3)
    assert office.work("--once").wait(WAIT_SECONDS) == 0
    assert recipients(server) == everybody(3)
    assert office.database.column(HOLDERS) == [""]
