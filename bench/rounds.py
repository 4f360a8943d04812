"""A view beside a bare one, in turns, so that what else the machine does hits both."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.answers import Target, Wrong
from bench.load import MOST_BUSY, Generator, Threads

WARM_UP = 0.2  # seconds
TICK = 0.01  # seconds, which the kernel counts in


@dataclass(frozen=True)
class Pair:
    """A page of the site, and a view that answers the same bytes from memory."""

    site: Target
    bare: Target


@dataclass
class Rates:
    """A number a round: requests a second, and requests for a second of the server's processor."""

    by_clock: list[float] = field(default_factory=list)
    by_processor: list[float] = field(default_factory=list)

    def measure(self, target: Target, generator: Generator, seconds: float) -> float:
        """Add a round; which part of its core the client needed. Wrong if an answer was."""
        target.check()
        before = target.address.cpu_seconds()
        run = generator.run(target, seconds)
        used = target.address.cpu_seconds() - before
        target.check()
        if run.busy > MOST_BUSY:
            raise Wrong(f"{target}: the client takes {run.busy:.0%} of its core")
        self.by_clock.append(run.rate)
        self.by_processor.append(run.requests / max(used, TICK))
        return run.busy


@dataclass
class Compared:
    """What a page reached, and the bare view."""

    site: Rates = field(default_factory=Rates)
    bare: Rates = field(default_factory=Rates)
    busy: float = 0.0  # the most that the client had to do, as a part of its core

    @property
    def ratios(self) -> list[float]:
        """Which part the site's rate is of the bare view's, seconds before or after."""
        return parts(self.site.by_clock, self.bare.by_clock)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def ratio_by_processor(self) -> float:
        """The same by the work of the two, which what else the machine does hardly changes."""
        return statistics.median(parts(self.site.by_processor, self.bare.by_processor))

    @property
    def noise(self) -> float:
        """How far the bare view's fastest and slowest round are apart, as a part of the median."""
        rates = self.bare.by_clock
        return (max(rates) - min(rates)) / statistics.median(rates)


def parts(some: list[float], whole: list[float]) -> list[float]:
    """Each of ``some`` as a part of its counterpart."""
    return [one / other for one, other in zip(some, whole, strict=True)]


def compare(
    pairs: Mapping[str, Pair], generator: Generator, *, rounds: int, seconds: float
) -> dict[str, Compared]:
    """Measure each pair once a round, the bare view first in one round and last in the next."""
    found = {name: Compared() for name in pairs}
    for pair in pairs.values():
        for target in (pair.site, pair.bare):
            Threads().run(target, WARM_UP)
    for number in range(rounds):
        for name, pair in pairs.items():
            one = found[name]
            both = [(pair.bare, one.bare), (pair.site, one.site)]
            for target, rates in both if number % 2 == 0 else both[::-1]:
                one.busy = max(one.busy, rates.measure(target, generator, seconds))
    return found
