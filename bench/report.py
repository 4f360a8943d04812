"""What was found, as Markdown: for who waits, and for docs/performance.md."""

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.bars import Bar, number
from bench.rounds import Compared

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
NOISY = 0.25


@dataclass
class Findings:
    """Numbers that bars are about, by name, and paragraphs and tables for people."""

    values: dict[str, float] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    noise: float = 0.0  # see Compared
    busy: float = 0.0

    def add(self, other: "Findings") -> None:
        """What somebody else found."""
        self.values |= other.values
        self.parts += other.parts
        self.noise = max(self.noise, other.noise)
        self.busy = max(self.busy, other.busy)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table: names to the left, numbers to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def compared(title: str, found: dict[str, Compared]) -> Findings:
    """Pages beside a bare view, ratios first."""
    rows = [
        [
            name,
            f"**{one.ratio:.3f}**",
            f"{min(one.ratios):.3f}–{max(one.ratios):.3f}",
            f"{one.ratio_by_processor:.3f}",
            f"{statistics.median(one.site.by_clock):,.0f}",
            f"{statistics.median(one.bare.by_clock):,.0f}",
            f"{one.noise:.0%}",
        ]
        for name, one in found.items()
    ]
    header = [
        title, "of bare", "rounds", "by processor", "requests/s", "bare", "noise of bare",
    ]  # fmt: skip
    values = {f"{name}: part of the bare view": one.ratio for name, one in found.items()}
    return Findings(
        values,
        [table(header, rows)],
        noise=max(one.noise for one in found.values()),
        busy=max(one.busy for one in found.values()),
    )


def verdict(bars: list[Bar], values: dict[str, float]) -> str:
    """Each bar, what was measured, and whether it will do."""
    rows = []
    for bar in bars:
        value = values.get(bar.what)
        measured = "–" if value is None else f"{number(value)}{bar.unit}"
        is_met = value is not None and bar.is_met(value)
        rows.append([bar.what, measured, str(bar), "yes" if is_met else "**no**"])
    return table(["bar", "measured", "should be", "met"], rows)


def assembled(bars: list[Bar], found: Findings, facts: list[str], *, remark: str) -> str:
    """All of it: what has to hold, how sure that is, and the rest."""
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"
    noise = (
        f"The bare view's rounds were at most {found.noise:.0%} apart"
        f"{'' if found.noise < NOISY else ': **a busy machine: only *by processor* says much**'}; "
        f"the client used at most {found.busy:.0%} of its core."
    )
    lines = [f"- {line}" for line in (f"Measured on {now}.", *facts, noise)]
    parts = [remark, verdict(bars, found.values), "\n".join(lines), *found.parts]
    return "\n\n".join(part for part in parts if part)


def write(file: Path, text: str) -> None:
    """Put ``text`` between the marks in ``file``."""
    before, begin, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file} has no {BEGIN} … {END}")
    file.write_text(f"{before}{BEGIN}\n{text.strip()}\n{END}{after}", encoding="utf-8")
