"""Who works and who comes, day by day, as staff look at it. Brussels time.

Every ``Block`` lies on quarters of an hour, so that a style sheet can place it on a grid; in
reading order the same blocks are a list.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from booking.availability import as_rules, holidays_kept
from booking.models import Appointment, Closure, WorkingHours
from booking.slots import CELL, Period, local, on, working_periods
from booking.wording import clock
from kinekracht.models import Practitioner

DAY = dt.timedelta(days=1)
USUAL_HOURS = (9, 17)  # for a week in which nobody works
SATURDAY = 5
MIDNIGHT = 24


@dataclass(frozen=True)
class Block:
    """From when to when somebody works (``work``), is ``away``, or has a ``visit``.

    ``first`` and ``last`` are quarters of an hour since midnight, the last not included.
    """

    kind: str
    period: Period
    first: int
    last: int
    words: str = ""
    appointment: Appointment | None = None

    @property
    def is_all_day(self) -> bool:
        """Whether it lasts from midnight to midnight."""
        return (self.first, self.last) == (0, MIDNIGHT * 4)

    @property
    def times(self) -> str:
        """From when to when, such as 9.00–9.45."""
        return f"{clock(self.period.start)}–{clock(self.period.end)}"

    @property
    def place(self) -> str:
        """The classes that put it on the grid."""
        (from_hour, from_quarter), (to_hour, to_quarter) = (
            divmod(n, 4) for n in (self.first, self.last)
        )
        return f"fh-{from_hour} fq-{from_quarter} th-{to_hour} tq-{to_quarter}"


@dataclass(frozen=True)
class Column:
    """One day of one practitioner."""

    practitioner: Practitioner
    date: dt.date
    holiday: str
    blocks: list[Block]

    @property
    def visits(self) -> list[Block]:
        """Who comes."""
        return [block for block in self.blocks if block.kind == "visit"]

    @property
    def is_quiet(self) -> bool:
        """Whether nobody works or comes."""
        return all(block.kind == "away" for block in self.blocks)


@dataclass(frozen=True)
class Agenda:
    """Some days of some people; ``people`` are all there are to choose from."""

    people: list[Practitioner]
    columns: dict[Practitioner, list[Column]]
    first_hour: int
    last_hour: int

    @property
    def hours(self) -> range:
        """The hours of the grid."""
        return range(self.first_hour, self.last_hour)


def agenda(
    first: dt.date,
    last: dt.date,
    *,
    only: str = "",
    among: QuerySet[Practitioner] | None = None,
) -> Agenda:
    """The days from ``first`` to ``last``; at most five queries, whoever comes.

    ``only`` is the key of the one practitioner to show, of those ``among``. A weekend in which
    nobody works or comes is left out, unless it is all that was asked for.
    """
    period = Period(
        on(first, dt.time(), dt.time()).start, on(last + DAY, dt.time(), dt.time()).start
    )
    visits = visits_in(period)
    anybody = Practitioner.objects.all() if among is None else among
    people = list(anybody.filter(Q(bookable=True) | Q(pk__in=visits)))
    shown = [person for person in people if str(person.pk) == only] or people
    holidays = holidays_kept(first, last)
    rules = as_rules(WorkingHours.objects.order_by())  # for whatever treatment
    working = working_periods(rules, holidays.keys(), first, last)
    closures = list(Closure.objects.filter(starts_at__lt=period.end, ends_at__gt=period.start))
    days = [first + n * DAY for n in range((last - first).days + 1)]
    columns = {
        person: [
            Column(
                person,
                day,
                holidays.get(day, ""),
                blocks_of(person, day, working.get(person.pk, []), closures, visits[person.pk]),
            )
            for day in days
        ]
        for person in shown
    }
    quiet = quiet_weekend(columns.values())
    if len(quiet) < len(days):
        columns = {
            person: [column for column in found if column.date not in quiet]
            for person, found in columns.items()
        }
    return Agenda(people, columns, *hours_of(columns.values()))


def visits_in(period: Period) -> dict[int, list[Appointment]]:
    """Who comes, for each practitioner."""
    visits = defaultdict(list)
    for appointment in Appointment.objects.occupying().starting(period.start, period.end):
        visits[appointment.practitioner_id].append(appointment)
    return visits


def blocks_of(
    person: Practitioner,
    day: dt.date,
    working: Iterable[Period],
    closures: Iterable[Closure],
    visits: Iterable[Appointment],
) -> list[Block]:
    """What there is on a day, the earliest first."""
    blocks = [*works(day, working), *absences(person, day, closures), *visits_on(day, visits)]
    order = ["away", "work", "visit"]
    return sorted(blocks, key=lambda block: (block.first, order.index(block.kind)))


def works(day: dt.date, working: Iterable[Period]) -> Iterator[Block]:
    """When somebody works on a day."""
    for period in working:
        if local(period.start).date() == day:
            yield block("work", period, day)


def absences(person: Practitioner, day: dt.date, closures: Iterable[Closure]) -> Iterator[Block]:
    """When somebody, or everybody, is away on a day."""
    whole = on(day, dt.time(), dt.time())
    end = on(day + DAY, dt.time(), dt.time()).start
    for closure in closures:
        mine = closure.practitioner_id in {None, person.pk}
        if mine and closure.starts_at < end and closure.ends_at > whole.start:
            words = "afwezig" if closure.practitioner_id else "praktijk gesloten"
            words += f": {closure.reason}" if closure.reason else ""
            period = Period(max(closure.starts_at, whole.start), min(closure.ends_at, end))
            yield block("away", period, day, words)


def visits_on(day: dt.date, visits: Iterable[Appointment]) -> Iterator[Block]:
    """Who comes on a day."""
    for appointment in visits:
        if local(appointment.starts_at).date() == day:
            period = Period(appointment.starts_at, appointment.ends_at)
            yield block("visit", period, day, appointment=appointment)


def block(
    kind: str,
    period: Period,
    day: dt.date,
    words: str = "",
    appointment: Appointment | None = None,
) -> Block:
    """A block of at least a quarter, as the clocks on the wall show it."""
    first = quarters(period.start, day)
    last = max(quarters(period.end + CELL - dt.timedelta(seconds=1), day), first + 1)
    return Block(kind, period, first, last, words, appointment)


def quarters(moment: dt.datetime, day: dt.date) -> int:
    """How many whole quarters of ``day`` the clocks show at ``moment``."""
    at = local(moment)
    return MIDNIGHT * 4 if at.date() > day else at.hour * 4 + at.minute // 15


def quiet_weekend(columns: Iterable[list[Column]]) -> Collection[dt.date]:
    """The Saturdays and Sundays on which nobody works or comes."""
    quiet: dict[dt.date, bool] = defaultdict(lambda: True)
    for column in (column for found in columns for column in found):
        quiet[column.date] &= column.date.weekday() >= SATURDAY and column.is_quiet
    return [day for day, is_quiet in quiet.items() if is_quiet]


def hours_of(columns: Iterable[list[Column]]) -> tuple[int, int]:
    """The whole hours between which somebody works or comes."""
    blocks = [
        block
        for found in columns
        for column in found
        for block in column.blocks
        if block.kind != "away"
    ]
    if not blocks:
        return USUAL_HOURS
    return min(block.first for block in blocks) // 4, -(-max(b.last for b in blocks) // 4)
