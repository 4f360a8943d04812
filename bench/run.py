"""Free times of a day, a month and a year, and the pages that show them, beside a bare view."""

import datetime as dt
import sys
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from bench import bare
from bench.calendar import HORIZON, calendar, open_practice, store
from bench.timing import Measured, measure
from booking.availability import availability, demand_of, rules_of
from booking.converters import week_of
from booking.holidays import holidays_between
from booking.models import Appointment, Cell
from booking.slots import local, monday
from booking.weeks import WEEK
from kinekracht.models import Treatment
from tests.booking import oracle

SIZES = [0, 5_000, 100_000]
LENGTHS = {"a day": 1, "a month": 31, "a year": 366}
QUERIES = 4  # that each of these may make
DAY = dt.timedelta(days=1)
Moments = list[dt.datetime]
Things = dict[str, Callable[[], object]]


class Wrong(Exception):  # noqa: N818  it is the outcome, not a mishap
    """What was measured is not what it should be, so the times are worth nothing."""


def main() -> int:
    """Measure all sizes; the exit code is 1 if an answer was wrong."""
    if connection.vendor == "sqlite":  # in a file, as on a server
        connection.settings_dict["TEST"]["NAME"] = str(settings.VAR_DIR / "bench.sqlite3")
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        measure_sizes(timezone.now())
    except Wrong as wrong:
        say(f"WRONG: {wrong}")
        return 1
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    return 0


def measure_sizes(now: dt.datetime) -> None:
    """Fill the tables further and further, and say each time what things cost."""
    treatment = open_practice()
    booked = calendar(treatment.practitioners.get(), local(now).date())
    for size in SIZES:
        store(booked, size - Appointment.objects.count(), treatment)
        say(
            f"\n{connection.display_name}: {Appointment.objects.count():,} appointments, "
            f"{Cell.objects.count():,} cells\n"
            f"{'':16}{'× bare':>8}{'queries':>9}{'median':>12}   the middle half"
        )
        costs = measure_all(treatment, now)
        for name, cost in costs.items():
            ratio = cost.median / costs["a bare view"].median
            middle = f"{cost.quarter:.2f}–{cost.three_quarters:.2f} ms"
            say(f"{name:16}{ratio:8.1f}{cost.queries:9}{cost.median:9.2f} ms   {middle}")


def measure_all(treatment: Treatment, now: dt.datetime) -> dict[str, Measured]:
    """What everything costs, the bare view first; Wrong if an answer is."""
    free = expected(treatment, now)
    day = next(local(at).date() for at in free if at > now + WEEK)
    with override_settings(MIDDLEWARE=bare.MIDDLEWARE):
        nothing = {"a bare view": page("/", ["ok"])}  # it loads them now
    looks = {
        name: look(treatment, now, day, day + DAY * (days - 1), free)
        for name, days in LENGTHS.items()
    }
    costs = measure(nothing | looks | pages(treatment, day, free))
    for name in looks:
        if costs[name].queries != QUERIES:
            raise Wrong(f"{name} costs {costs[name].queries} queries")
    return costs


def expected(treatment: Treatment, now: dt.datetime) -> Moments:
    """All that is free, found by looking at every minute."""
    person = treatment.practitioners.get()
    person_cells = Cell.objects.filter(practitioner=person)
    first, last = local(now).date(), local(now).date() + HORIZON * DAY
    found = oracle.free(
        demand_of(treatment),
        rules=rules_of(treatment, person),
        closed=[],
        holidays=set(holidays_between(first, last)),
        taken={person.pk: set(person_cells.values_list("start", flat=True))},
        now=now,
        first=first,
        last=last,
    )
    return sorted(start for start, _ in found)


def look(
    treatment: Treatment, now: dt.datetime, first: dt.date, last: dt.date, free: Moments
) -> Callable[[], object]:
    """A look at what is free from ``first`` to ``last``; Wrong if it finds anything else."""
    look = partial(availability, treatment, now=now, first=first, last=last)
    if [slot.start for slot in look()] != [at for at in free if first <= local(at).date() <= last]:
        raise Wrong(f"a look at every minute finds other times from {first} to {last}")
    return look


def pages(treatment: Treatment, day: dt.date, free: Moments) -> Things:
    """What patients see of it: the week with all its free times, and the form for one of them."""
    begin = monday(day)
    moments = [at for at in free if begin <= local(at).date() < begin + WEEK]
    forms = [reverse("booking:form", args=[treatment.slug, at]) for at in moments]
    week = reverse("booking:times", args=[treatment.slug]) + f"?week={week_of(day)}"
    return {
        "page of a week": page(week, [f'href="{form}"' for form in forms]),
        "page of the form": page(forms[0], ["<form", "csrfmiddlewaretoken"]),
    }


def page(path: str, parts: list[str]) -> Callable[[], object]:
    """Asking for a page; Wrong if it fails, or lacks one of these parts of it."""
    client = Client()
    text = client.get(path).content.decode()
    if missing := [part for part in parts if part not in text]:
        raise Wrong(f"{path} is without {missing[0]}")

    def get() -> None:
        answer = client.get(path)
        if answer.status_code != HTTPStatus.OK or len(answer.content) < len(text) // 2:
            raise Wrong(f"{path} answered {answer.status_code}")

    return get


def say(text: str) -> None:
    """A line for who waits."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
