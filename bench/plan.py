"""How much is measured."""

from typing import NamedTuple

from bench.bars import SIZES, WRITES


class Plan(NamedTuple):
    """``seconds`` are of each measurement; ``requests`` are answered before memory is judged."""

    rounds: int
    seconds: int
    looks: int
    requests: int
    redis: bool
    sizes: tuple[int, ...]
    writes: int
    databases: tuple[str, ...]


FULL = Plan(
    rounds=5,
    seconds=3,
    looks=25,
    requests=10_000,
    redis=True,
    sizes=SIZES,
    writes=WRITES,
    databases=("SQLite", "PostgreSQL"),
)
QUICK = Plan(
    rounds=2,
    seconds=1,
    looks=7,
    requests=2_000,
    redis=False,
    sizes=SIZES[:2],
    writes=200,
    databases=("SQLite",),
)
ROUGH = (
    "**Quick and rough**: two rounds of a second, SQLite only, 0 and 5,000 appointments, 2,000 "
    "requests for the memory, 200 writes, no Redis. `make bench` measures all of it."
)
