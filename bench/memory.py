"""What a worker needs, after many requests for all sorts of pages."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from itertools import cycle, islice
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.answers import fetch
from bench.connection import Connection
from bench.report import Findings, table
from bench.sites import Live

CLIENTS = 4
ENCODINGS = ("", "gzip", "br")
# Beside what the sitemap names: what is made anew each time, one request in OTHER.
MADE_ANEW = ["/artikels/?q=bekkenbodem", "/afspraak/terugbellen/", "/artikels/?q=wandelen"]
OTHER = 10


class Used(NamedTuple):
    """In megabytes: what the process has in memory, and that with its part of what is shared."""

    resident: float
    proportional: float


def measure(site: Live, *, requests: int) -> Findings:
    """Before, half-way and after so many requests."""
    pages = [leads_to(site, path) for path in in_sitemap(site)]
    used = [used_by(site)]
    for _ in range(2):
        visit(site, pages, requests // 2)
        used.append(used_by(site))
    names = ["at the start", f"after {requests // 2:,} requests", f"after {requests:,}"]
    rows = [
        [name, f"**{one.proportional:.1f} MB**", f"{one.resident:.1f} MB"]
        for name, one in zip(names, used, strict=True)
    ]
    values = {
        "memory of a worker (PSS)": used[-1].proportional,
        "memory that a worker gained in the second half": used[2].proportional
        - used[1].proportional,
    }
    title = f"memory of a worker ({len(pages)} pages, one in {OTHER} requests made anew)"
    return Findings(values, [table([title, "PSS", "RSS"], rows)])


def in_sitemap(site: Live) -> list[str]:
    """The paths of all pages that the sitemap names."""
    text = fetch(site, "/sitemap.xml").text
    return [urlsplit(found).path for found in re.findall(r"<loc>([^<]+)</loc>", text)]


def leads_to(site: Live, path: str) -> str:
    """Where a page is: with one treatment, there is nothing to choose at /afspraak/."""
    answer = site.get(path)
    return answer.headers["Location"] if answer.status == HTTPStatus.FOUND else path


def mixed(pages: list[str]) -> Iterator[str]:
    """What visitors ask for, without end."""
    kept, anew = cycle(pages), cycle(MADE_ANEW)
    for number in cycle(range(OTHER)):
        yield next(kept) if number else next(anew)


def visit(site: Live, pages: list[str], requests: int) -> None:
    """Ask so often, by several clients; Wrong if something isn't answered."""

    def read(client: int) -> None:
        with Connection(site.port, ENCODINGS[client % len(ENCODINGS)]) as connection:
            for path in islice(mixed(pages), client, requests, CLIENTS):
                connection.get(path)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(read, range(CLIENTS)))


def used_by(site: Live) -> Used:
    """What its worker, or the largest of them, uses now."""
    workers = [worker.memory_full_info() for worker in site.workers()]
    return Used(max(one.rss for one in workers) / 1e6, max(one.pss for one in workers) / 1e6)
