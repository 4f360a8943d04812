"""An appointment as calendar programs read it. Pure.

What stands in a calendar is seen by others: a partner, an employer, who shares the tablet. So an
entry says when and where, and never what for; nor does it hold a link to more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress

from booking.slots import local

PRODUCT = "-//Afspraken//NL"


class Method(StrEnum):
    """What a calendar program has to do with the entries."""

    PUBLISH = "PUBLISH"  # show them
    REQUEST = "REQUEST"  # enter them, in place of an older version
    CANCEL = "CANCEL"  # take them out


class Status(StrEnum):
    """How certain an entry is."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Entry:
    """One appointment. Moments are aware.

    The same ``uid`` is the same appointment, and of two the one with the higher ``sequence``
    counts. ``organizer`` and ``attendee`` are addresses of e-mail.
    """

    uid: str
    sequence: int
    changed: datetime
    start: datetime
    end: datetime
    status: Status
    summary: str = "Afspraak"
    location: str = ""
    organizer: str = ""
    attendee: str = ""


def calendar(entries: Iterable[Entry], *, method: Method, name: str = "") -> bytes:
    """The contents of an .ics file, with wall time in Brussels; ``name`` is for a subscription."""
    entries = list(entries)
    result = Calendar()
    result.add("prodid", PRODUCT)
    result.add("version", "2.0")
    result.add("method", method)
    if name:
        result.add("x-wr-calname", one_line(name))
    for entry in entries:
        result.add_component(event(entry))
    if entries:
        years = [local(moment).year for entry in entries for moment in (entry.start, entry.end)]
        result.add_missing_timezones(
            first_date=date(min(years), 1, 1), last_date=date(max(years), 12, 31)
        )
    return bytes(result.to_ical())


def event(entry: Entry) -> Event:
    """One entry of a calendar."""
    result = Event()
    result.add("uid", one_line(entry.uid))
    result.add("sequence", entry.sequence)
    result.add("dtstamp", entry.changed)
    result.add("dtstart", local(entry.start))
    result.add("dtend", local(entry.end))
    result.add("summary", one_line(entry.summary))
    result.add("status", entry.status)
    result.add("class", "PRIVATE")
    if entry.location:
        result.add("location", one_line(entry.location))
    if entry.organizer:
        result.add("organizer", vCalAddress(f"mailto:{one_line(entry.organizer)}"))
    if entry.attendee:
        # Who asked for it needs no question whether it suits, and nobody reads an answer.
        attendee = vCalAddress(f"mailto:{one_line(entry.attendee)}")
        attendee.params["PARTSTAT"] = "ACCEPTED"
        attendee.params["RSVP"] = "FALSE"
        result.add("attendee", attendee)
    return result


def one_line(text: str) -> str:
    """``text`` without line breaks and what else is no character to read."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
