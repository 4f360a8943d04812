"""Limits that hold over all processes of the site, as gunicorn runs it."""

import contextlib
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.booking.visitor import Client
from tests.faults.databases import SQLite
from tests.faults.site import ARTICLE, MANAGE, Site, Wish

pytestmark = pytest.mark.site

MOST = 8
LIMITS = {f"{scope}_PER_MINUTE": str(MOST) for scope in ("BOOKING", "LOGIN", "SEARCH", "SELF_TEST")}
SEARCH = "/artikels/?q=drang"
FROM_ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}
# As ours, but each process has counters of its own.
APART = [
    *(sys.executable, "-m", "gunicorn", "kinekracht.wsgi:application"),
    *("--workers", "2", "--worker-class", "gthread", "--threads", "4"),
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A database with an article and free times."""
    folder = tmp_path_factory.mktemp("prepared")
    site = Site(SQLite(folder), tmp_path_factory.mktemp("var"))
    site.run(*MANAGE, "migrate", "-v", "0")
    site.run(sys.executable, "-m", "tests.faults.data")
    return folder


@pytest.fixture
def site(prepared, tmp_path):
    """Not served yet; behind a proxy, so that a test can say who asks."""
    data = shutil.copytree(prepared, tmp_path / "data")
    proxy = {"TRUSTED_PROXY": "127.0.0.1"}
    site = Site(SQLite(data), tmp_path / "var", **LIMITS | proxy)
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(site.stop)
        yield site


def workers_of(master):
    """Gunicorn's two processes that answer."""
    return psutil.Process(master.pid).children()


@contextlib.contextmanager
def only(worker, workers):
    """Nobody but ``worker`` answers."""
    others = [other for other in workers if other != worker]
    for other in others:
        other.suspend()
    try:
        yield
    finally:
        for other in others:
            other.resume()


def passed_by_each(site, master):
    """Of MOST requests to each of the two processes, how many pass."""
    workers = workers_of(master)
    assert len(workers) == 2
    passed = []
    for worker in workers:
        with only(worker, workers):
            passed.append([site.get(SEARCH).status for _ in range(MOST)].count(200))
    return passed


def test_processes_count_together(site):
    assert passed_by_each(site, site.serve()) == [MOST, 0]


def test_with_counters_of_their_own_twice_as_many_pass(site):
    """The control: the same site, started without the counters in gunicorn's master."""
    master = site.start(*APART, "--bind", f"127.0.0.1:{site.port}")
    deadline = time.monotonic() + 60
    while not site.answers():
        assert time.monotonic() < deadline, site.said
    assert passed_by_each(site, master) == [MOST, MOST]


def test_in_a_flood_exactly_the_limit_passes_and_readers_notice_nothing(site):
    site.serve()
    with ThreadPoolExecutor(8) as pool:
        flood = pool.map(lambda _: site.get(SEARCH), range(200))
        readers = pool.map(lambda _: site.get(ARTICLE, **FROM_ELSEWHERE).status, range(40))
        answers = list(flood)
        assert list(readers) == [200] * 40
    refused = [answer for answer in answers if answer.status != 200]
    assert len(answers) - len(refused) == MOST
    assert {answer.status for answer in refused} == {429}
    assert all(0 < int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    assert all("056 / 94 11 58" in answer.text for answer in refused)
    assert site.get(SEARCH, **FROM_ELSEWHERE).status == 200
    assert site.said == ""


def test_a_new_process_goes_on_counting_where_the_old_one_was_killed(site):
    master = site.serve()
    assert {site.get(SEARCH).status for _ in range(MOST)} == {200}
    old = workers_of(master)
    for worker in old:
        os.kill(worker.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while any(worker in old for worker in workers_of(master)) or not site.answers():
        assert time.monotonic() < deadline, site.said
    assert site.get(SEARCH).status == 429


@pytest.mark.parametrize("path", ["/beheer/login/", "/zelftest/bekken/", "/afspraak/terugbellen/"])
def test_forms_without_a_token_are_counted_too(site, path):
    site.serve()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    came = [site.request("POST", path, b"x=1", headers=headers).status for _ in range(MOST + 3)]
    assert came[MOST:] == [429] * 3
    assert 429 not in came[:MOST]


def test_a_patient_who_waits_can_send_the_same_form(site):
    """Refused for what the address sent before, and taken from another: nothing else changed."""
    site.serve()
    wish = Wish(0, "00000000-0000-4000-8000-000000000000")
    patient = Client(site, wish.path)
    for _ in range(MOST):
        site.request("POST", "/afspraak/terugbellen/")
    assert wish.send(patient).status == 429
    assert site.database.keys == []
    patient.headers |= FROM_ELSEWHERE
    assert wish.send(patient).status == 302
    assert len(site.database.keys) == 1


def test_nothing_is_kept_of_who_searched(site, tmp_path):
    master = site.serve()
    for _ in range(MOST + 1):
        site.get(SEARCH, **FROM_ELSEWHERE)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert b"203.0.113" not in content
        assert b"drang" not in content
    opened = {file.path for worker in workers_of(master) for file in worker.open_files()}
    assert not [path for path in opened if not path.startswith(str(tmp_path))]
