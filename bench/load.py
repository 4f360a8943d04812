"""Who asks: wrk where it is installed, or else threads of this process."""

import json
import resource
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Protocol

from bench.answers import Target, Wrong
from bench.connection import Connection

CONNECTIONS = 8  # that stay open, with one request at a time on each
CHECK = Path(__file__).with_name("check.lua")
MOST_BUSY = 0.85  # of its core; beyond that it is the client that is measured


class Run(NamedTuple):
    """How many requests were answered in how long, and which part of a core asking them took."""

    requests: int
    seconds: float
    busy: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class Generator(Protocol):
    """Asks for one target as fast as it is answered."""

    name: str

    def run(self, target: Target, seconds: float) -> Run:
        """Ask for so many seconds; Wrong if one answer was."""


class Wrk:
    name = f"wrk, {CONNECTIONS} connections, answers checked by length"

    def __init__(self, program: str) -> None:
        self.program = program

    def run(self, target: Target, seconds: float) -> Run:
        before = cpu_seconds(resource.RUSAGE_CHILDREN)
        url = f"http://127.0.0.1:{target.address.port}{target.path}"
        accepts = [f"--header=Accept-Encoding: {target.accepts}"] if target.accepts else []
        done = subprocess.run(  # noqa: S603  the command is our own
            [
                self.program, "--threads=1", f"--connections={CONNECTIONS}",
                f"--duration={seconds:.0f}s", f"--script={CHECK}", *accepts, url, "--",
                str(target.sizes[0]), str(target.sizes[-1]),
            ],
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
        said = json.loads(done.stdout.splitlines()[-1])
        refuse_errors(target, {key: said[key] for key in ("wrong", "status", "socket")})
        busy = (cpu_seconds(resource.RUSAGE_CHILDREN) - before) / said["seconds"]
        return Run(said["requests"], said["seconds"], busy)


class Threads:
    name = f"Python, {CONNECTIONS} threads with a connection each, answers checked by length"

    def run(self, target: Target, seconds: float) -> Run:
        before = cpu_seconds(resource.RUSAGE_SELF)
        begin = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            asking = [pool.submit(ask, target, begin + seconds) for _ in range(CONNECTIONS)]
            answered = sum(one.result() for one in asking)
        took = time.perf_counter() - begin
        return Run(answered, took, (cpu_seconds(resource.RUSAGE_SELF) - before) / took)


def ask(target: Target, until: float) -> int:
    """Ask until the clock says ``until``; how often that was."""
    answered = 0
    with Connection(target.address.port, target.accepts) as connection:
        while time.perf_counter() < until:
            if len(connection.get(target.path)) not in target.sizes:
                raise Wrong(f"{target} has an answer of another length")
            answered += 1
    return answered


def refuse_errors(target: Target, errors: dict[str, int]) -> None:
    """Wrong if there are any."""
    if any(errors.values()):
        counts = ", ".join(f"{number} {kind}" for kind, number in errors.items() if number)
        raise Wrong(f"{target} was answered with errors: {counts}")


def cpu_seconds(who: int) -> float:
    """What this process, or those it waited for, used until now."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def generator(*, without_wrk: bool = False) -> Generator:
    """The best there is."""
    program = shutil.which("wrk")
    return Threads() if without_wrk or program is None else Wrk(program)
