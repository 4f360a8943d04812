"""How long something takes, and how many queries."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext

ROUNDS = 25


@dataclass(frozen=True)
class Measured:
    """Milliseconds: the median, and between which two the middle half lies."""

    queries: int
    median: float
    quarter: float
    three_quarters: float


def measure(things: Mapping[str, Callable[[], object]]) -> dict[str, Measured]:
    """Each of the things, in turns, so that what else the machine does hits all of them."""
    queries = {name: queries_of(thing) for name, thing in things.items()}
    taken: dict[str, list[float]] = {name: [] for name in things}
    for _ in range(ROUNDS):
        for name, thing in things.items():
            begin = time.perf_counter()
            thing()
            taken[name].append((time.perf_counter() - begin) * 1000)
    return {
        name: Measured(queries[name], statistics.median(times), quarters[0], quarters[2])
        for name, times in taken.items()
        for quarters in [statistics.quantiles(times, n=4)]
    }


def queries_of(thing: Callable[[], object]) -> int:
    """How many queries it makes, once what it keeps is kept."""
    thing()
    with CaptureQueriesContext(connection) as queries:
        thing()
    return len(queries)
