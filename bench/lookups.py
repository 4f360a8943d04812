"""Free times of a week, a month and a year, in process: ``python -m bench.lookups``.

It first prints, as JSON, what should be free, found by looking at every minute. Then each line it
reads is one of SPANS, and it prints how many seconds and queries a look at that takes.
"""

import datetime as dt
import gc
import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

import django

django.setup()

from django.db import connection  # noqa: E402  after the setup
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.calendar import HORIZON, MONTH, PAGE, YEAR  # noqa: E402
from booking.availability import availability, demand_of, rules_of  # noqa: E402
from booking.converters import week_of  # noqa: E402
from booking.holidays import holidays_between  # noqa: E402
from booking.models import Cell  # noqa: E402
from booking.slots import local, monday  # noqa: E402
from booking.weeks import WEEK  # noqa: E402
from kinekracht.models import Treatment  # noqa: E402
from tests.booking import oracle  # noqa: E402

DAY = dt.timedelta(days=1)
SPANS = {"week": WEEK, "month": MONTH, "year": 366 * DAY}
Moments = list[dt.datetime]
LOOKS = 3  # in a row, the fastest of which counts: the first finds the memory as another left it


def main() -> int:
    """Check what is found, and then answer questions until there are no more."""
    now = timezone.now()
    treatment = Treatment.objects.get(slug=YEAR)
    free = expected(treatment, now)
    begin = monday(local(now).date()) + 2 * WEEK
    looks: dict[str, Callable[[], object]] = {}
    for name, length in SPANS.items():
        last = begin + length - DAY
        looks[name] = partial(availability, treatment, now=now, first=begin, last=last)
        if [slot.start for slot in looks[name]()] != between(free, begin, last):  # type: ignore[attr-defined]
            say({"wrong": f"a look at every minute finds other times in the {name} of {begin}"})
            return 1
    say(what_pages_show(free, begin))
    gc.disable()  # it would hit one of the sizes, and not the others
    for line in sys.stdin:
        say(cost(looks[line.strip()]))
        gc.collect()
    return 0


def expected(treatment: Treatment, now: dt.datetime) -> Moments:
    """All that is free, found by looking at every minute."""
    person = treatment.practitioners.get()
    taken = Cell.objects.filter(practitioner=person).values_list("start", flat=True)
    first, last = local(now).date(), local(now).date() + HORIZON * DAY
    found = oracle.free(
        demand_of(treatment),
        rules=rules_of(treatment, person),
        closed=[],
        holidays=set(holidays_between(first, last)),
        taken={person.pk: set(taken)},
        now=now,
        first=first,
        last=last,
    )
    return sorted(start for start, _ in found)


def between(free: Moments, first: dt.date, last: dt.date) -> Moments:
    """Those on these days."""
    return [at for at in free if first <= local(at).date() <= last]


def what_pages_show(free: Moments, begin: dt.date) -> dict[str, object]:
    """Addresses of pages with free times, and what must stand on them."""
    times = reverse("booking:times", args=[PAGE])
    first = monday(local(free[0]).date())
    month = between(free, begin, begin + MONTH - DAY)
    return {
        "week": {
            "path": f"{times}?week={week_of(begin)}",
            "forms": forms(between(free, begin, begin + WEEK - DAY)),
        },
        "horizon": {"path": times, "forms": forms(between(free, first, first + WEEK - DAY))},
        "month": {
            "path": f"/bench/month/{PAGE}/{begin}/",
            "free": [at.isoformat() for at in month],
        },
    }


def forms(free: Moments) -> list[str]:
    """Where one asks for these moments."""
    return [reverse("booking:form", args=[PAGE, at]) for at in free]


def cost(look: Callable[[], object]) -> dict[str, float]:
    """What it costs, once it has been done a moment ago."""
    with CaptureQueriesContext(connection) as queries:
        look()
    return {"seconds": min(timed(look) for _ in range(LOOKS)), "queries": len(queries)}


def timed(look: Callable[[], object]) -> float:
    """How many seconds it takes."""
    begin = time.perf_counter()
    look()
    return time.perf_counter() - begin


def say(found: Mapping[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
