"""How people read moments and waiting. Brussels time."""

import datetime as dt
from functools import lru_cache

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language

from booking.slots import local

HOUR = 60  # minutes
DAY = 24 * HOUR


def clock(moment: dt.datetime) -> str:
    """The time of a moment, such as 9.00."""
    at = local(moment)
    return f"{at.hour}.{at.minute:02}"


def day_in_full(day: dt.date) -> str:
    """A day such as dinsdag 1 december: what date_format() says, in a fraction of its time."""
    return day_in(get_language(), day)


@lru_cache(maxsize=1024)
def day_in(_language: str | None, day: dt.date) -> str:
    """A day in the language of now, which must be ``_language``."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month]}"


def span(first: dt.date, last: dt.date) -> str:
    """From a day to another, such as 30 november tot 6 december 2026."""
    return f"{first.day} {MONTHS[first.month]} tot {last.day} {MONTHS[last.month]} {last.year}"


def day_and_hour(moment: dt.datetime) -> str:
    """A moment in a few words, such as di 1 december, 9.00 uur."""
    return f"{date_format(local(moment), 'D j F')}, {clock(moment)} uur"


def waiting(since: dt.datetime, now: dt.datetime) -> str:
    """How long something has been waiting, such as: sinds 3 uur."""
    minutes = int((now - since).total_seconds()) // 60
    if minutes < 1:
        return "zonet"
    if minutes < HOUR:
        return "sinds 1 minuut" if minutes == 1 else f"sinds {minutes} minuten"
    if minutes < 2 * DAY:
        return f"sinds {minutes // HOUR} uur"
    return f"sinds {minutes // DAY} dagen"
