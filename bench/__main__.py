"""``make bench``: is the site fast enough? See docs/performance.md.

Everything runs on this machine, in scratch databases that are gone afterwards. The exit code is 1
if a bar is not met, or if an answer was wrong: then no number counts.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from bench import booking, machine, reading, report, writing
from bench.answers import Wrong
from bench.bars import bars_of, missed
from bench.load import Generator, generator
from bench.plan import FULL, QUICK, ROUGH, Plan
from bench.report import Findings
from bench.sites import Store, collect_static

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
MOST = 2_000  # characters of what went wrong; a server may have said a lot


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Is it fast enough?")
    parser.add_argument("--quick", action="store_true", help="in less than a minute, roughly")
    parser.add_argument("--write", action="store_true", help=f"also into docs/{PAGE.name}")
    parser.add_argument("--without-wrk", action="store_true", help="ask from Python")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    plan = QUICK if options.quick else FULL
    os.sched_setaffinity(0, machine.CLIENT)
    begin = time.monotonic()
    try:
        facts, found = measure(plan, generator(without_wrk=options.without_wrk))
    except (AssertionError, Wrong, subprocess.CalledProcessError) as error:
        print(f"\nWRONG, so that no number counts: {str(error)[-MOST:]}", file=sys.stderr)
        for note in getattr(error, "__notes__", []):
            print(note[-MOST:], file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    facts.append(f"It took {time.monotonic() - begin:.0f} s.")
    bars = bars_of(plan.databases)
    text = report.assembled(bars, found, facts, remark="" if plan is FULL else ROUGH)
    print(f"\n{text}\n", flush=True)
    if options.write:
        report.write(PAGE, text)
    lines = missed(bars, found.values)
    for line in lines:
        print(f"MISSED: {line}", file=sys.stderr)
    return 1 if lines else 0


def measure(plan: Plan, asks: Generator) -> tuple[list[str], Findings]:
    """About the machine, and all that was found."""
    found = Findings()
    with tempfile.TemporaryDirectory(prefix="kinekracht-bench-") as name:
        folder = Path(name)
        facts = [*machine.described(folder), f"Load from {asks.name}."]
        say("static files")
        with ThreadPoolExecutor() as pool:
            collecting = pool.submit(collect_static, folder / "static")
            for database in plan.databases:
                found.add(measure_on(database, folder, asks, plan, collecting))
    return facts, found


def measure_on(
    database: str, folder: Path, asks: Generator, plan: Plan, collecting: Future[Path]
) -> Findings:
    """What one kind of database makes of it; reading is measured on the first one only."""
    found = Findings()
    with ExitStack() as stack:
        say(f"{database}: tables and demo")
        store = Store(folder / database, stack, postgresql=database == "PostgreSQL")
        static = collecting.result()
        if database == plan.databases[0]:
            say(f"{database}: reading")
            found.add(reading.measure(store, asks, plan, static=static))
        say(f"{database}: appointments")
        filled = booking.filled(store, plan.sizes)
        say(f"{database}: free times")
        looked, shown = booking.measure_lookups(store, filled, rounds=plan.looks)
        found.add(looked)
        found.add(booking.measure_pages(store, filled, shown, asks, plan, static=static))
        say(f"{database}: writing")
        found.add(writing.measure(store, number=plan.writes, static=static))
    return found


def say(text: str) -> None:
    """What happens now, for who waits."""
    print(f"… {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
