"""Writing: many people ask for appointments at once, each for another moment, over HTTP."""

import time
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple
from uuid import UUID

from bench import machine
from bench.answers import Wrong
from bench.report import Findings, table
from bench.sites import Live, Store, refuse_unless, site_folder
from tests.booking.visitor import Client
from tests.faults.databases import Database
from tests.faults.site import GONE, NEVER_BOOKED, Wish, wishes

CLIENTS = 16
WORKERS = 2  # as live
OWN_PAGE = "/afspraak/a/"
WRITTEN = "SELECT count(*) FROM {}"
FOR_EACH = {  # rows of an appointment: an hour, asked for by somebody with an e-mail address
    "booking_appointment": 1,
    "booking_cell": 4,
    "booking_change": 1,
    "booking_mail": 2,
    "post_office_email": 2,
}


class Sent(NamedTuple):
    """What became of a form: where its own page is, or what went wrong; and how long it took."""

    location: str
    error: str
    seconds: float


def measure(store: Store, *, number: int, static: Path) -> Findings:
    """Ask for ``number`` moments; Wrong if what is stored isn't what was confirmed."""
    database = store.copy(store.base, "writing")
    folder = store.folder / "writing_site"
    folder.mkdir()
    site = Live(database, site_folder(folder / "var", static), workers=WORKERS)
    site.ask("tests.faults.data")
    store.spread()
    with site.served(machine.ALL):
        begin = time.perf_counter()
        sent = send_all(site, wishes(0, number))
        took = time.perf_counter() - begin
    errors = [one.error for one in sent if one.error]
    refuse_losses(database, sent)
    times = [one.seconds * 1000 for one in sent]
    row = [
        store.name,
        f"**{len(errors)}**",
        f"**{quantiles(times, n=100)[98]:.0f} ms**",
        f"{median(times):.0f} ms",
        f"{max(times):.0f} ms",
        f"{number / took:.0f}",
    ]
    header = [
        f"{number:,} forms, {CLIENTS} clients", "errors", "p99", "median", "slowest", "a second",
    ]  # fmt: skip
    found = Findings({f"{store.name}, writing: errors": len(errors)}, [table(header, [row])])
    if errors:
        found.parts.append(f"The first error: {errors[0]}")
    return found


def send_all(site: Live, wanted: list[Wish]) -> list[Sent]:
    """What became of each, sent by CLIENTS of whom each has one request at a time."""

    def send(client: int) -> list[Sent]:
        visitor = Client(site, NEVER_BOOKED.path)
        return [timed(visitor, wish) for wish in wanted[client::CLIENTS]]

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [one for many in pool.map(send, range(CLIENTS)) for one in many]


def timed(visitor: Client, wish: Wish) -> Sent:
    """Send a form."""
    begin = time.perf_counter()
    try:
        answer = wish.send(visitor)
    except GONE as error:
        return Sent("", f"{wish.path}: {error!r}", time.perf_counter() - begin)
    seconds = time.perf_counter() - begin
    location = answer.headers.get("Location", "")
    if answer.status != HTTPStatus.FOUND or not location.startswith(OWN_PAGE):
        return Sent("", f"{wish.path} answers {answer.status}", seconds)
    return Sent(location, "", seconds)


def number_in(location: str) -> UUID:
    """The number of an appointment, with which the key in its address begins."""
    key = location.removeprefix(OWN_PAGE).rstrip("/")
    return UUID(bytes=urlsafe_b64decode(f"{key}=")[:16])


def refuse_losses(database: Database, sent: list[Sent]) -> None:
    """Wrong unless exactly what was confirmed is there, with all that belongs to it."""
    confirmed = {number_in(one.location) for one in sent if one.location}
    refuse_unless(confirmed == set(database.numbers), "lost or doubled")
    refuse_unless(not database.half_written, f"half-written: {database.half_written[:5]}")
    for name, each in FOR_EACH.items():
        (there,) = database.column(WRITTEN.format(name))
        if there != each * len(confirmed):
            raise Wrong(f"{name} has {there} rows, not {each * len(confirmed)}")
