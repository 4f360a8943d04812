"""How people read moments and waiting. Brussels time."""

import datetime as dt

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format

from booking.slots import local

HOUR = 60  # minutes
DAY = 24 * HOUR


def clock(moment: dt.datetime) -> str:
    """The time of a moment, such as 9.00."""
    at = local(moment)
    return f"{at.hour}.{at.minute:02}"


def day_in_full(day: dt.date) -> str:
    """A day such as dinsdag 1 december: what date_format() says, in a third of its time."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month]}"


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
