"""The site as it runs live, process by process, for tests that break it."""

import contextlib
import datetime as dt
import http.client
import os
import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.booking.oracle import wall
from tests.booking.visitor import Client, filled_in
from tests.running_site import ROOT, Address, environment, free_port

GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "python:kinekracht.gunicorn"]
MANAGE = [sys.executable, "manage.py"]
ARTICLE = "/artikels/zwakke-bekkenbodem/"
FIRST_DAY = wall(dt.datetime.now(dt.UTC)).date() + dt.timedelta(days=3)
UNLIMITED = {
    "FORM_MIN_SECONDS": "0",
    "OPEN_REQUESTS_PER_PERSON": "0",
    "REQUESTS_PER_ADDRESS": "0",
    "REQUESTS_PER_DAY": "0",
}
WAIT_SECONDS = 60
GONE = (OSError, http.client.HTTPException)  # what a visitor meets whose server is killed


class Site(Address):
    """Settings and processes; ``without`` is what a control takes away (see settings)."""

    def __init__(self, database, var_dir, *, output=None, without="", **variables):
        self.database, self.var_dir = database, var_dir
        self.port = free_port()
        given = {
            "DATABASE_URL": database.url,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "PORT": str(self.port),
            "SECRET_KEY": "x" * 60,
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "WITHOUT": without,
        }
        self.variables = environment(var_dir, **given | UNLIMITED | variables)
        self.output = output or var_dir.with_suffix(".output")
        self.processes = []

    @property
    def said(self):
        """What its processes wrote to their logs."""
        return self.output.read_text() if self.output.exists() else ""

    def run(self, *command):
        """Run a command to its end."""
        subprocess.run(command, cwd=ROOT, env=self.variables, check=True, stdout=subprocess.DEVNULL)

    def start(self, *command):
        """A process that runs until it is ended; what it starts can be killed with it."""
        with self.output.open("a") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.variables,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def serve(self):
        """Return gunicorn's master when it answers."""
        master = self.start(*GUNICORN)
        until(self.answers, or_ended=master, site=self)
        return master

    def work(self, *options):
        """Return a worker, which has just been started."""
        return self.start(*MANAGE, "worker", *options)

    def answers(self):
        with contextlib.suppress(*GONE):
            return self.get("/gezond/").status in {200, 503}
        return False

    def stop(self):
        """End all processes."""
        for process in self.processes:
            kill(process)


def kill(process):
    """kill -9 of a process and of all it started, in one moment."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def serving(site):
    """Gunicorn's master, for the length of a with block; all processes of ``site`` end with it."""
    try:
        yield site.serve()
    finally:
        site.stop()


def until(holds, *, or_ended=None, site=None):
    """Return when ``holds()`` does; a process that ended, or a minute, is a failure."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert or_ended is None or or_ended.poll() is None, site.said
        assert time.monotonic() < deadline, site.said if site else holds
        time.sleep(0.05)


class Wish(NamedTuple):
    """A patient's number, and the form they send: always the same, however often."""

    n: int
    submission: str

    @property
    def path(self):
        """Where the form is for the n-th of the ten hours a day."""
        days, hours = divmod(self.n, 10)
        return f"/afspraak/kine/{FIRST_DAY + dt.timedelta(days=days)}-{8 + hours:02}00/"

    def send(self, client):
        """The answer to the form."""
        return client.post(self.path, **filled_in(self.n) | {"submission": self.submission})


NEVER_BOOKED = Wish(3600, "")  # so its form is always there to be shown


def wishes(first, end):
    return [Wish(n, str(uuid.uuid4())) for n in range(first, end)]


def send_all(site, wanted, *, heard=lambda *_: None, clients=8):
    """Status and address that each wish was answered with, or None for no answer, in their order.

    ``heard`` is called with every answer, as soon as it is there.
    """

    def send(wish):
        try:
            answer = wish.send(visitor)
        except GONE:
            return None
        result = answer.status, answer.headers.get("Location")
        heard(wish, result)
        return result

    visitor = Client(site, NEVER_BOOKED.path)
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(send, wanted))
