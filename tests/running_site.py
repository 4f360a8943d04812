"""The site as ``make run`` starts it, in a process of its own, for tests that need all of it."""

import contextlib
import email.message
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kinekracht.staff_code import STEP, code_of

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
STOP_SECONDS = 30
ENCRYPTION_KEY = "b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtISE="
LINK_KEY = "bGlua3MtZm9yLXRlc3RzLW9ubHktLWZvci10ZXN0cy0="
KEYS = {"ENCRYPTION_KEYS": ENCRYPTION_KEY, "LINK_KEYS": LINK_KEY}
# Tests send in a second what people send in a day.
NO_LIMITS = {f"{scope}_PER_MINUTE": "0" for scope in ("BOOKING", "LOGIN", "SEARCH", "SELF_TEST")}
USED_CODES: dict[str, int] = {}  # the last one, by key: a site that starts again knows it too
LAUNCH = [sys.executable, "-m", "kinekracht.launch"]


class Answer(NamedTuple):
    status: int
    headers: email.message.Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Address:
    """Where a site listens on this machine."""

    port: int

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to one request."""
        return self.request("GET", path, headers=headers)

    def request(self, method: str, path: str, body: bytes = b"", **options: Any) -> Answer:
        """The answer to one request of any kind; ``options`` are http.client's."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body or None, **options)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())


class RunningSite(Address):
    """Started when made; ``login`` is the name and the password of the staff user."""

    def __init__(self, var_dir: Path, *options: str, **variables: str) -> None:
        self.var_dir = var_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = var_dir.with_suffix(".output")
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [*LAUNCH, *options],
                cwd=ROOT,
                env=environment(var_dir, PORT=str(self.port), **variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self.wait_for_start()
        except BaseException:
            self.stop()
            raise

    @property
    def login(self) -> tuple[str, str]:
        name, password, _ = (self.var_dir / "staff-login").read_text().split()
        return name, password

    def code(self) -> str:
        """A code for the second step of that login, which no test has used yet.

        The site takes the codes of half a minute ago, now and in half a minute, each once and in
        that order. If three tests were faster than that, the fourth waits.
        """
        key = (self.var_dir / "staff-login").read_text().split()[2]
        deadline = time.monotonic() + 2 * STEP
        while time.monotonic() < deadline:
            now = time.time()
            current = int(now) // STEP
            # One that is about to end might have ended when it arrives.
            first = current - 1 if now % STEP < STEP - 5 else current
            number = max(first, USED_CODES.get(key, 0) + 1)
            if number <= current + 1:
                USED_CODES[key] = number
                return code_of(key, number - current)
            time.sleep(0.1)
        raise AssertionError("there is no code that wasn't used")

    def wait_for_start(self) -> None:
        """Return when the launcher has said where the site is."""
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C ends it." not in self.output.read_text():
            said = self.output.read_text()
            assert self.process.poll() is None, f"the site did not start:\n{said}"
            assert time.monotonic() < deadline, f"the site takes too long to start:\n{said}"
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the site with a signal; the launcher's exit code."""
        self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def environment(var_dir: Path, **variables: str) -> dict[str, str]:
    """A login shell's environment, with none of the settings this process was started with."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    # Who gives one secret gives them all; else the launcher makes them.
    keys = KEYS if "SECRET_KEY" in variables else {}
    return kept | keys | NO_LIMITS | {"VAR_DIR": str(var_dir)} | variables


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens on ``port``."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextlib.contextmanager
def running_site(var_dir: Path, *options: str, **variables: str) -> Iterator[RunningSite]:
    """A site for the length of a with block."""
    site = RunningSite(var_dir, *options, **variables)
    try:
        yield site
    finally:
        if site.process.poll() is None:
            site.stop()
