"""Who gets where: every address, for everybody, against the table in access.toml."""

import tomllib
from pathlib import Path

import pytest

from booking.models import Appointment
from tests.access import PEOPLE, gets_in, make_world, session_of
from tests.booking.factories import AppointmentFactory, in_days
from tests.factories import PracticeFactory
from tests.urlconf import routes

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TABLE = tomllib.loads(Path(__file__).with_name("access.toml").read_text())["access"]
SHORT = {"everybody": PEOPLE, "staff": PEOPLE[2:]}


@pytest.fixture
def world(settings, tmp_path):
    settings.SHARED_DIR = tmp_path  # where erasures are listed
    return make_world()


def allowed():
    """Who may go where, by route."""
    return {
        route: {person for name in row["who"] for person in SHORT.get(name, [name])}
        for row in TABLE
        for route in row["routes"]
    }


def test_the_table_knows_every_address_once():
    listed = [route for row in TABLE for route in row["routes"]]
    assert sorted(listed) == sorted(routes())


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_where_the_table_says_and_nowhere_else(world, person):
    session = session_of(person, world)
    expected = {route for route, people in allowed().items() if person in people}
    assert {route for route in allowed() if gets_in(session, world.fill(route))} == expected


def test_a_new_address_would_be_noticed(settings):
    """The control: the same URLconf with one more address."""
    settings.ROOT_URLCONF = "tests.urls_that_fail"
    listed = {route for row in TABLE for route in row["routes"]}
    assert set(routes()) - listed == {"fout/"}


# With the link of another patient


@pytest.fixture
def others():
    """Two patients, each with a link."""
    PracticeFactory()
    return [
        AppointmentFactory(
            name=f"{name} Maes",
            email=f"{name}@example.com",
            complaint=f"KLACHT-{name}",
            starts_at=in_days(day, 9),
        )
        for name, day in (("lotte", 5), ("mia", 6))
    ]


PERSONAL = [route for route in sorted(routes()) if route.startswith("afspraak/a/<str:key>/")]


@pytest.mark.parametrize("route", PERSONAL)
def test_a_link_leads_to_its_own_appointment_alone(client, others, route):
    mine, theirs = others
    before = Appointment.objects.filter(pk=theirs.pk).values().get()
    route = route.replace("<moment:start>", f"{in_days(8):%Y-%m-%d}-1400")
    address = "/" + route.replace("<str:key>", mine.key)
    for response in (
        client.get(address),
        # Whatever else is sent along names nobody.
        client.post(address, {"version": theirs.version, "key": theirs.key, "pk": theirs.pk}),
    ):
        said = response.content.decode()
        for trace in ("mia", theirs.key, "KLACHT", str(theirs.uid)):
            assert trace not in said
    assert Appointment.objects.filter(pk=theirs.pk).values().get() == before


@pytest.mark.parametrize("route", PERSONAL)
def test_without_the_right_key_there_is_nothing(client, others, route):
    mine, theirs = others
    route = route.replace("<moment:start>", f"{in_days(8):%Y-%m-%d}-1400")
    pages = set()
    for key in (mine.key[:-1], mine.key + "A", mine.key.swapcase(), str(mine.pk), theirs.key[::-1]):
        for method in (client.get, client.post):
            response = method("/" + route.replace("<str:key>", key))
            if response.status_code == 405:
                continue
            assert response.status_code == 404
            pages.add(response.content)
    assert len(pages) == 1
