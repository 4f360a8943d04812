"""Moments and weeks as they stand in addresses. Pure."""

import datetime as dt
import re

from booking.slots import BRUSSELS, local

WEEK = re.compile(r"(20\d\d)-W(\d\d)", re.ASCII)


class MomentConverter:
    """``2026-12-01-0900``: wall time in Brussels, which must exist and be in this century."""

    regex = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{4}"

    def to_python(self, value: str) -> dt.datetime:
        """The moment, in UTC; ValueError if there is no such time."""
        said = dt.datetime.strptime(value, "%Y-%m-%d-%H%M").replace(tzinfo=BRUSSELS)
        moment = said.astimezone(dt.UTC)
        if self.to_url(moment) != value:
            raise ValueError("the clocks skip this time")
        return moment

    def to_url(self, moment: dt.datetime) -> str:
        """A moment as part of an address."""
        at = local(moment)
        return f"{at.year}-{at.month:02}-{at.day:02}-{at.hour:02}{at.minute:02}"


def week_of(day: dt.date) -> str:
    """The week of ``day``, as 2026-W49."""
    return f"{day:%G-W%V}"


def monday_of(week: str) -> dt.date:
    """The first day of a week written as 2026-W49; ValueError if there is no such week."""
    match = WEEK.fullmatch(week)
    if match is None:
        raise ValueError("no week")
    return dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
