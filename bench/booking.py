"""Booking: what it costs to look up free times, and to show them, with more and more booked."""

import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import machine, report
from bench.answers import Target, Wrong, target
from bench.load import Generator
from bench.plan import Plan
from bench.report import Findings, table
from bench.rounds import Pair, compare
from bench.sites import Bare, Live, Store, refuse_unless, site_folder
from tests.faults.databases import Database
from tests.running_site import ROOT

SPANS = ("week", "month", "year")
PAGES_WITH = 5_000  # appointments in the table
SETTINGS = "bench.site_settings"
FORM = re.compile(r'href="(/afspraak/[\w-]+/[\d-]+/)"')


class Lookups:
    """A process that looks up free times in one database, when it is told to."""

    def __init__(self, site: Live, stack: ExitStack) -> None:
        with machine.on(machine.ALL):
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bench.lookups"],
                cwd=ROOT,
                env=site.variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        stack.callback(self.end)

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()

    def heard(self) -> dict[str, Any]:
        """The next line it says; Wrong if that is that something is wrong."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        refuse_unless(bool(line), "the process that looks up free times has ended")
        found: dict[str, Any] = json.loads(line)
        refuse_unless("wrong" not in found, str(found.get("wrong")))
        return found

    def look(self, span: str) -> tuple[float, int]:
        """How many milliseconds and queries it takes."""
        assert self.process.stdin is not None  # noqa: S101  for the type checker
        self.process.stdin.write(f"{span}\n")
        self.process.stdin.flush()
        found = self.heard()
        return found["seconds"] * 1000, found["queries"]


def filled(store: Store, sizes: tuple[int, ...]) -> dict[int, Database]:
    """The demo with so many appointments, in a database each."""
    database, databases = store.demo, {}
    for size in sizes:
        database = databases[size] = store.copy(database, f"with_{size}")
        Live(database, store.folder / "var").ask("bench.calendar", str(size))
    return databases


def measure_lookups(
    store: Store, databases: Mapping[int, Database], *, rounds: int
) -> tuple[Findings, dict[str, Any]]:
    """All spans in all databases, in turns; and what the pages of PAGES_WITH should show."""
    with ExitStack() as stack:
        lookups = {
            size: Lookups(Live(database, store.folder / "var"), stack)
            for size, database in databases.items()
        }
        shown = {size: one.heard() for size, one in lookups.items()}
        for one in lookups.values():
            os.sched_setaffinity(one.process.pid, machine.SERVER)
        took: dict[tuple[str, int], list[float]] = {}
        queries: dict[str, set[int]] = {span: set() for span in SPANS}
        for _ in range(rounds):
            for span in SPANS:
                for size, one in lookups.items():
                    milliseconds, number = one.look(span)
                    took.setdefault((span, size), []).append(milliseconds)
                    queries[span].add(number)
    found = Findings()
    rows = []
    for span in SPANS:
        usual = [statistics.median(took[span, size]) for size in databases]
        slowest = max(usual) / min(usual)
        name = f"{store.name}, a {span}"
        found.values[f"{name} of free times: queries"] = max(queries[span])
        found.values[f"{name}: slowest size ÷ fastest"] = slowest
        counts = "/".join(str(number) for number in sorted(queries[span]))
        times = [
            f"{statistics.median(took[span, size]):.2f} ({min(took[span, size]):.2f}) ms"
            for size in databases
        ]
        rows.append([f"a {span}", f"**{slowest:.2f}**", counts, *times])
    header = [f"{store.name}: looking up free times", "slowest ÷ fastest", "queries"]
    found.parts.append(table([*header, *(f"{size:,} booked" for size in databases)], rows))
    return found, shown[PAGES_WITH]


def measure_pages(
    store: Store,
    databases: Mapping[int, Database],
    shown: dict[str, Any],
    asks: Generator,
    plan: Plan,
    *,
    static: Path,
) -> Findings:
    """Over HTTP: two pages, and a view of the bench's own behind the site's middleware."""
    folder = store.folder / "pages"
    folder.mkdir()
    var = site_folder(folder / "var", static)
    site = Live(databases[PAGES_WITH], var, settings=SETTINGS)
    with ExitStack() as stack:
        stack.enter_context(site.served(machine.SERVER))
        targets = {
            f"{store.name}, page of a week": page(site, shown["week"]),
            f"{store.name}, page over the whole horizon": page(site, shown["horizon"]),
            f"{store.name}, 31 days as JSON": month(site, shown["month"]),
        }
        bare = stack.enter_context(Bare(folder / "bare", targets).served())
        pairs = {name: Pair(one, target(bare, bare.path(name))) for name, one in targets.items()}
        found = compare(pairs, asks, rounds=plan.rounds, seconds=plan.seconds)
    return report.compared(f"free times, {PAGES_WITH:,} booked", found)


def page(site: Live, shown: dict[str, Any]) -> Target:
    """A page with free times; Wrong if it leads to other forms than it should."""
    found = target(site, shown["path"])
    forms = FORM.findall(found.content.decode())
    if not forms or forms != shown["forms"]:
        raise Wrong(f"{shown['path']} shows {len(forms)} times, not these {len(shown['forms'])}")
    return found


def month(site: Live, shown: dict[str, Any]) -> Target:
    """The view that answers 31 days as JSON; Wrong if they are other moments."""
    found = target(site, shown["path"])
    if json.loads(found.content)["free"] != shown["free"] or not shown["free"]:
        raise Wrong(f"{shown['path']} answers other times")
    return found
