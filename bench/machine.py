"""The machine: which core does what, and what it is."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

CORES = sorted(os.sched_getaffinity(0))
# The server on one core and who asks on another, so that neither takes time from the other.
SERVER, CLIENT = ({CORES[0]}, {CORES[1]}) if len(CORES) > 1 else (set(CORES), set(CORES))
ALL = set(CORES)


@contextmanager
def on(cores: set[int]) -> Iterator[None]:
    """Processes that are started in the with block run on these cores, and stay there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def described(folder: Path) -> list[str]:
    """What the numbers depend on; ``folder`` is where the databases are."""
    pinned = (
        f"server on core {min(SERVER)}, load on core {min(CLIENT)}"
        if SERVER != CLIENT
        else "one core for server and load, so that all numbers are too low"
    )
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    versions = f"Python {platform.python_version()}, Django {django.get_version()}"
    return [
        f"{model()}, {os.cpu_count()} cores ({pinned}), {memory_gb():.0f} GB.",
        f"{versions}, Linux {platform.release()}; databases on {file_system(folder)}.",
        f"Load average at the start (1, 5, 15 minutes): {load}.",
    ]


def model() -> str:
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def memory_gb() -> float:
    """How much memory there is."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def file_system(folder: Path) -> str:
    """The kind of file system that ``folder`` is on; tmpfs would make writing look cheap."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    above = [mount for mount in mounts if folder.resolve().is_relative_to(mount[1])]
    return max(above, key=lambda mount: len(mount[1]))[2]
