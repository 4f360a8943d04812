"""Free times, laid out for people: a week a page, day by day. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from booking.converters import week_of
from booking.slots import Slot, local, monday

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Day:
    """A day, its free moments, and its name if it is a holiday."""

    date: dt.date
    moments: list[dt.datetime]
    holiday: str = ""


@dataclass(frozen=True)
class Week:
    """What is left of a week; ``earlier`` and ``later`` are the weeks beside it that exist."""

    days: list[Day]
    earlier: str
    later: str

    @property
    def is_empty(self) -> bool:
        """Whether there is no free moment in it."""
        return not any(day.moments for day in self.days)


def week_page(
    slots: Iterable[Slot],
    begin: dt.date,
    *,
    today: dt.date,
    last: dt.date,
    holidays: dict[dt.date, str],
) -> Week:
    """The week of the Monday ``begin``, without the days before ``today`` and after ``last``."""
    moments = sorted({slot.start for slot in slots})
    free = {day: list(found) for day, found in groupby(moments, key=lambda at: local(at).date())}
    days = [begin + dt.timedelta(days=n) for n in range(7)]
    return Week(
        days=[
            Day(day, free.get(day, []), holidays.get(day, ""))
            for day in days
            if today <= day <= last
        ],
        earlier=week_of(begin - WEEK) if begin > monday(today) else "",
        later=week_of(begin + WEEK) if begin + WEEK <= last else "",
    )
