"""What has to hold. All of it stands here; what is measured and isn't here is only reported."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

SIZES = (0, 5_000, 100_000)  # appointments in the table
WRITES = 2_000
DIGITS = 3  # behind the point


class Bar(NamedTuple):
    """``what`` is the name under which the number is found; ``unit`` is printed behind it."""

    what: str
    limit: float
    is_least: bool
    unit: str = ""

    def is_met(self, value: float) -> bool:
        """Whether the number will do, as exact as it is printed."""
        value = round(value, DIGITS)
        return value >= self.limit if self.is_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.is_least else '≤'} {number(self.limit)}{self.unit}"


def number(value: float) -> str:
    """As people write it: 12,000 and 0.85."""
    return (
        f"{value:,.0f}" if value == int(value) else f"{value:,.{DIGITS}f}".rstrip("0").rstrip(".")
    )


READING = [
    Bar("article, plain: part of the bare view", 0.85, is_least=True),
    Bar("article, gzip: part of the bare view", 0.85, is_least=True),
    Bar("article, br: part of the bare view", 0.85, is_least=True),
    Bar("article, br: answered as br", 1, is_least=True),
    Bar("article, not kept: part of the bare view", 0.08, is_least=True),
    Bar("article, not kept: queries", 14, is_least=False),
    Bar("memory of a worker (PSS)", 90, is_least=False, unit=" MB"),
    # Not growing, as far as the allocator of Python lets one see.
    Bar("memory that a worker gained in the second half", 2, is_least=False, unit=" MB"),
    Bar("first view of the article, no pictures", 60, is_least=False, unit=" kB"),
    Bar("style sheets", 12, is_least=False, unit=" kB"),
    Bar("scripts", 5, is_least=False, unit=" kB"),
]
LOOKUPS = [
    bar
    for span in ("week", "month", "year")
    for bar in (
        Bar(f"{{database}}, a {span} of free times: queries", 4, is_least=False),
        Bar(f"{{database}}, a {span}: slowest size ÷ fastest", 1.5, is_least=False),
    )
]
BOOKING = [
    Bar("{database}, page of a week: part of the bare view", 0.1, is_least=True),
    Bar("{database}, page over the whole horizon: part of the bare view", 0.1, is_least=True),
    Bar("{database}, 31 days as JSON: part of the bare view", 0.1, is_least=True),
]
WRITING = [Bar("{database}, writing: errors", 0, is_least=False)]


def bars_of(databases: Iterable[str]) -> list[Bar]:
    """All bars, where ``databases`` are measured."""
    each = [
        bar._replace(what=bar.what.format(database=database))
        for database in databases
        for bar in (*LOOKUPS, *BOOKING, *WRITING)
    ]
    return [*READING, *each]


def missed(bars: list[Bar], values: Mapping[str, float]) -> list[str]:
    """A line for each bar that isn't met, or for which nothing was measured."""
    lines = []
    for bar in bars:
        if bar.what not in values:
            lines.append(f"{bar.what}: not measured, should be {bar}")
        elif not bar.is_met(values[bar.what]):
            lines.append(f"{bar.what}: {number(values[bar.what])}{bar.unit}, should be {bar}")
    return lines
