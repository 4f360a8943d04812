"""``make lighthouse``: what Lighthouse says of five pages of the site, served as it would be live.

It asks for 100 four times, on a telephone as Lighthouse imagines one: slow, and far away. Each page
is visited three times; the table shows the run in the middle, as one moment in which this machine
was busy says nothing about the page. With ``--write`` it replaces the table in the documentation.

Lighthouse itself comes from npm and drives the Chromium of this machine.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests import chromium
from tests.running_site import ROOT, RunningSite, running_site

LIGHTHOUSE = "lighthouse@12.8.2"  # the last one for Node 18 and 20: 13 asks for 22.19
RUNS = 3
RUN_SECONDS = 300
ATTEMPTS = 3  # on a busy machine a browser now and then loses its trace
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
HEADINGS = ["Page", "Performance", "Accessibility", "Best practices", "SEO", "LCP", "CLS", "TBT",
            "Sent", "LCP element", "Late requests"]  # fmt: skip
DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- lighthouse -->\n", "<!-- /lighthouse -->"
TIMES = "/afspraak/bekkenbodemkinesitherapie/"
Json = dict[str, Any]


class Stopped(Exception):  # noqa: N818  it is the answer, not a mishap
    """It can't be measured here; the message says what is missing, or what went wrong."""


class Run(NamedTuple):
    """What one visit of Lighthouse found; times in milliseconds."""

    scores: list[int]  # of 100, in the order of CATEGORIES
    lcp: float
    cls: float
    tbt: float
    size: int  # bytes over the wire
    element: str  # the largest that was painted, as a selector
    late: list[str]  # requests that what is painted waits for, and that the page doesn't name
    losses: list[str]  # audits that count, and took something off
    browser: str


def main() -> int:
    """Measure all pages; the exit code is 1 if one falls short, or nothing could be measured."""
    parser = argparse.ArgumentParser(description="Ask Lighthouse about the site.")
    parser.add_argument("--write", action="store_true", help=f"the table, to {DOCUMENT.name}")
    options = parser.parse_args()
    try:
        visits = measure(tools())
    except Stopped as reason:
        say(f"NOT MEASURED: {reason}")
        return 1
    table = table_of(visits)
    say(f"\n{table}")
    if options.write:
        write(table)
    for page, runs in visits.items():
        for loss in middle(runs).losses:
            say(f"{page}: below its best is {loss}")
    wrong = [f"{page}: {what}" for page, runs in visits.items() for what in shortcomings(runs)]
    say("\n".join(wrong) or "All 100, nothing shifts, nothing comes late.")
    return bool(wrong)


def tools() -> tuple[str, str]:
    """Where npx and the browser are; Stopped if one of them isn't here."""
    npx, browser = shutil.which("npx"), chromium.find()
    if npx is None:
        raise Stopped("there is no npx here. Install Node.js, 18.16 or later, with its npm.")
    if browser is None:
        raise Stopped("there is no Chromium here. Install it (apt install chromium).")
    return npx, browser


def measure(found: tuple[str, str]) -> dict[str, list[Run]]:
    """The runs of each page, of a site that is gone afterwards."""
    with tempfile.TemporaryDirectory() as place, running_site(Path(place) / "var") as site:
        pages = addresses(site)
        return {name: list(visit(name, site.url + path, found)) for name, path in pages.items()}


def addresses(site: RunningSite) -> dict[str, str]:
    """Where the five pages are; Stopped if the content it ships with has one no longer."""
    sitemap = site.get("/sitemap.xml").text
    free = site.get(TIMES).text
    return {
        "home": "/",
        "article": first("an article", r"<loc>[^<]*?(/artikels/[\w-]+/)</loc>", sitemap),
        "self-test": first("a self-test", r"<loc>[^<]*?(/zelftest/[\w-]+/)</loc>", sitemap),
        "free times": TIMES,
        "form": first("a free moment", rf'href="({TIMES}\d[\d-]+/)"', free),
    }


def first(what: str, pattern: str, text: str) -> str:
    """The first address in ``text`` that looks like this."""
    found = re.search(pattern, text)
    if found is None:
        raise Stopped(f"the site has no address of {what}.")
    return found[1]


def visit(name: str, url: str, found: tuple[str, str]) -> Iterator[Run]:
    """Lighthouse's findings, a run at a time."""
    for number in range(1, RUNS + 1):
        run = read(report(url, *found))
        say(f"{name}, {number} of {RUNS}: {run.scores}, LCP {run.lcp:.0f} ms")
        yield run


def report(url: str, npx: str, browser: str) -> Json:
    """What Lighthouse writes about one page with its default settings, which are a telephone's."""
    flags = ["--headless=new", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    command = [npx, "--yes", LIGHTHOUSE, url, "--quiet", "--output=json",
               "--no-enable-error-reporting", f"--chrome-flags={' '.join(flags)}"]  # fmt: skip
    for _ in range(ATTEMPTS):
        answer = run_quietly(command, CHROME_PATH=browser)
        if answer.returncode == 0:
            written: Json = json.loads(answer.stdout)
            return written
        if "Runtime error" not in answer.stderr:  # npx, not Lighthouse
            break
    raise Stopped(f"{LIGHTHOUSE} doesn't run here:\n{answer.stderr.strip()}")


def run_quietly(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """What a command said, on both its outputs; Stopped if it takes too long."""
    try:
        return subprocess.run(  # noqa: S603  the command is our own
            command, env=os.environ | variables, capture_output=True, text=True,
            timeout=RUN_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Stopped(f"{LIGHTHOUSE} took over {RUN_SECONDS} seconds.") from None


def read(written: Json) -> Run:
    """The part of a report that is asked about."""
    audits = written["audits"]
    return Run(
        scores=[round(100 * written["categories"][name]["score"]) for name in CATEGORIES],
        lcp=audits["largest-contentful-paint"]["numericValue"],
        cls=audits["cumulative-layout-shift"]["numericValue"],
        tbt=audits["total-blocking-time"]["numericValue"],
        size=audits["total-byte-weight"]["numericValue"],
        element=lcp_element(audits),
        late=late_requests(audits),
        losses=list(losses(written)),
        browser=written["environment"]["hostUserAgent"],
    )


def lcp_element(audits: Json) -> str:
    """The selector of the largest thing painted, from the innermost element that says where."""
    items = audits["largest-contentful-paint-element"]["details"]["items"]
    selector: str = items[0]["items"][0]["node"]["selector"]
    return " ".join(selector.split(" > ")[-2:])


def late_requests(audits: Json) -> list[str]:
    """What is found only when something else has come, before the page is painted in full.

    A style sheet in the head is no such thing, what that asks for is; nor is what is preloaded.
    A picture that is the largest thing painted must stand in the page, and not be lazy.
    """
    tree = audits["network-dependency-tree-insight"]["details"]["items"][0]["value"]
    named = [node for page in tree.get("chains", {}).values() for node in children(page)]
    late = [url for node in named for child in children(node) for url in urls(child)]
    picture = audits["lcp-discovery-insight"]["score"]
    return late + ([] if picture in {None, 1} else ["the picture of the LCP"])


def children(node: Json) -> list[Json]:
    """The requests that came of one."""
    return list(node.get("children", {}).values())


def urls(node: Json) -> Iterator[str]:
    """The address of a request, and of all that came of it."""
    yield node["url"]
    for child in children(node):
        yield from urls(child)


def losses(written: Json) -> Iterator[str]:
    """Every audit below its best that weighs in a score."""
    for name in CATEGORIES:
        for counted in written["categories"][name]["auditRefs"]:
            audit = written["audits"][counted["id"]]
            if counted["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{counted['id']} {audit['score']:.2f} ({audit['title']})"


def middle(runs: list[Run]) -> Run:
    """The run with the median performance; of equals, the one with the median LCP."""
    return sorted(runs, key=lambda run: (run.scores, -run.lcp))[len(runs) // 2]


def shortcomings(runs: list[Run]) -> Iterator[str]:
    """What is not as it should be: in the middle run if it is about speed, in any if it isn't."""
    run = middle(runs)
    for name, score in zip(CATEGORIES, run.scores, strict=True):
        if score < 100:  # noqa: PLR2004  it is of a hundred
            yield f"{name} is {score}"
    if shift := max(each.cls for each in runs):
        yield f"the layout shifts: CLS is {shift:.2g}"
    for url in sorted({url for each in runs for url in each.late}):
        yield f"comes late: {url}"


def table_of(visits: dict[str, list[Run]]) -> str:
    """The middle run of each page, as a table in Markdown and a line on how it was made."""
    rows = [HEADINGS, ["---"] * len(HEADINGS)]
    rows += [row(page, middle(runs)) for page, runs in visits.items()]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    browser = re.search(r"Chrom\w+/\d+", next(iter(visits.values()))[0].browser)
    made_with = f"{LIGHTHOUSE}, {browser[0] if browser else 'Chromium'}, its mobile settings"
    return f"{made_with}; of {RUNS} runs the middle one.\n\n{table}\n"


def row(page: str, run: Run) -> list[str]:
    """A line of the table."""
    return [
        page,
        *map(str, run.scores),
        f"{run.lcp / 1000:.2f} s",
        f"{run.cls:.3g}",
        f"{run.tbt:.0f} ms",
        f"{run.size / 1000:.1f} kB",
        f"`{run.element}`",
        str(len(run.late) or "none"),
    ]


def write(table: str) -> None:
    """Put the table where the documentation has the last one."""
    before, begin, rest = DOCUMENT.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{DOCUMENT} has no {BEGIN.strip()} … {END} to write between.")
    DOCUMENT.write_text(before + begin + table + end + after)


def say(text: str) -> None:
    """A line for who waits."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
