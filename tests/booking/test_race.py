"""Many people want one time, over HTTP, against gunicorn with several workers.

What the tables hold afterwards is looked up in a process of its own (race_data).
"""

import datetime as dt
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import pytest

from tests import with_postgresql
from tests.booking.oracle import wall
from tests.booking.visitor import Client
from tests.running_site import ROOT, environment, running_site

pytestmark = pytest.mark.site

CLIENTS = 50
HOURS = 20
# For each of 20 hours the same person is asked for; of these three, all overlap each other.
VARIANTS = [("kort", 0), ("kort", 15), ("lang", 0)]
UNLIMITED = {
    "FORM_MIN_SECONDS": "0",
    "OPEN_REQUESTS_PER_PERSON": "1000",
    "REQUESTS_PER_ADDRESS": "0",
    "REQUESTS_PER_DAY": "0",
    "WEB_CONCURRENCY": "4",
}
CALL_BACK = "/afspraak/terugbellen/"
FIRST_DAY = wall(dt.datetime.now(dt.UTC)).date() + dt.timedelta(days=3)


class Race:
    """A running site, and who asks it for appointments."""

    def __init__(self, site, database):
        self.site, self.database = site, database

    def data(self, command):
        """What a command of race_data finds in the site's database."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.booking.race_data", command],
            cwd=ROOT,
            env=environment(
                self.site.var_dir,
                DJANGO_SETTINGS_MODULE="kinekracht.settings",
                SECRET_KEY=(self.site.var_dir / "secret-key").read_text().strip(),
                SITE_URL=self.site.url,
                **self.database,
            ),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    def run(self, asks):
        """The answers to these calls, which all begin in the same moment."""
        gate = threading.Barrier(len(asks))

        def at_the_gate(ask):
            gate.wait()
            return ask()

        with ThreadPoolExecutor(len(asks)) as pool:
            return list(pool.map(at_the_gate, asks))


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory):
    """Of both sites, the second of which need not collect the static files once more."""
    return tmp_path_factory.mktemp("race") / "var"


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def started(request, var_dir):
    """The site with a database that has the treatments to race for."""
    with ExitStack() as stack:
        database = {}
        if request.param == "PostgreSQL":
            database["DATABASE_URL"] = stack.enter_context(with_postgresql.server())
        site = stack.enter_context(running_site(var_dir, **UNLIMITED, **database))
        race = Race(site, database)
        race.data("prepare")
        yield race


@pytest.fixture
def race(started):
    started.data("empty")
    return started


def address(hour, variant=("lang", 0)):
    """Where the form is for an hour, of which there are eight a day, from nine on."""
    slug, minutes = variant
    days, hours = divmod(hour, 8)
    day = FIRST_DAY + dt.timedelta(days=days)
    return f"/afspraak/{slug}/{day}-{9 + hours:02}{minutes:02}/"


def race_for(race, clients, hours):
    """For each of these hours, the answers to all clients, who want different lengths of it."""
    return [
        race.run([partial(ask_for, client, n, hour) for n, client in enumerate(clients)])
        for hour in hours
    ]


def ask_for(client, n, hour):
    """The answer to client number ``n``, who wants this hour, in one of the variants."""
    return client.ask(address(hour, VARIANTS[(hour + n) % 3]), n)


def clients(race):
    return [Client(race.site, address(0, VARIANTS[n % 3])) for n in range(CLIENTS)]


def test_of_fifty_who_want_an_hour_one_gets_it(race):
    addresses = set()
    for answers in race_for(race, clients(race), range(HOURS)):
        statuses = [status for status, _ in answers]
        assert sorted(statuses) == [302] + [409] * (CLIENTS - 1)
        addresses |= {location for _, location in answers if location}
    assert len(addresses) == HOURS
    assert all(location.startswith("/afspraak/a/") for location in addresses)
    found = race.data("report")
    assert found["appointments"] == found["lines"] == HOURS
    assert found["cells"] == found["minutes"] / 15
    assert found["overlaps"] == []


def test_where_two_are_free_two_get_it(race):
    path = address(0, ("samen", 0))
    client = Client(race.site, path)
    answers = race.run([partial(client.ask, path, n) for n in range(CLIENTS)])
    assert sorted(status for status, _ in answers) == [302] * 2 + [409] * (CLIENTS - 2)
    assert race.data("report")["overlaps"] == []


def test_what_is_sent_twenty_times_at_once_is_one_request_with_one_answer(race):
    client = Client(race.site, address(0))
    again = client.fields["submission"]
    answers = race.run([partial(client.ask, address(0), 1, submission=again)] * 20)
    assert {status for status, _ in answers} == {302}
    assert len({location for _, location in answers}) == 1
    assert race.data("report")["appointments"] == 1


def test_a_call_back_that_is_sent_twenty_times_at_once_is_one(race):
    client = Client(race.site, CALL_BACK)
    fields = {"name": "Lotte", "telephone": "+32470123456"}
    answers = race.run([partial(client.send, CALL_BACK, **fields)] * 20)
    assert {status for status, _ in answers} == {302}
    assert len({location for _, location in answers}) == 1
    assert race.data("report")["call_backs"] == 1


def test_who_move_to_each_other_s_time_wait_for_nobody(race):
    found = race.data("swap")
    # Of each pair nobody can move while the other is there, or one can where the other has gone.
    assert set(found) >= {"moved", "not free"}
    assert found["moved"] + found["not free"] == 40 * 5
    assert found["moved"] >= 40  # of three who want a free hour one gets it
    assert found["overlaps"] == []
    assert found["cells"] == found["minutes"] / 15


def test_without_the_constraint_people_are_booked_over_each_other(race):
    race.data("drop")
    try:
        if race.database:
            race_for(race, clients(race)[:20], range(2))
        else:  # one writer at a time, who looks first: only a mistake in that would do it
            race.data("overlap")
        assert race.data("report")["overlaps"]
    finally:
        race.data("restore")
