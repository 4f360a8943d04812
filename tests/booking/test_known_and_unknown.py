"""Whoever fills in somebody's number or address learns nothing about them.

Each form that a stranger can send is sent with the data of somebody we know and of somebody we
don't, in one and the same world. The answers are the same, and so is what they ask of the database.
"""

import uuid
from typing import NamedTuple

import pytest
from django.db import transaction
from django.test import Client, override_settings
from post_office.models import Email

from booking import actors, workflow
from booking.models import Appointment
from booking.worker import Lease, Stop, send_mails
from tests.booking.asking import CALL_BACK, FILLED_IN, START, TIMES, TUESDAY
from tests.booking.factories import AppointmentFactory, CallBackFactory, brussels
from tests.booking.pages import form_data
from tests.factories import ArticleFactory, QuestionnaireFactory
from tests.likeness import look_at
from tests.smtp_server import smtp_server

TAKEN = "/afspraak/rug/2026-11-24-1500/"
NEVER = "/afspraak/rug/2026-11-28-0900/"
ANSWERS = {"agreed": "on", "self_test": "Vraag 1: ja\nVraag 2: nee"}


class Person(NamedTuple):
    """Who a form says it is from; all are written in as many letters."""

    name: str
    email: str
    telephone: str

    @property
    def words(self):
        """How their data may stand on a page."""
        area, *rest = (self.telephone[1:4], *(self.telephone[n : n + 2] for n in (4, 6, 8)))
        return [*self, " ".join(["+32", area, *rest]), "+32" + self.telephone[1:]]

    @property
    def details(self):
        return self._asdict() | {"telephone": "+32" + self.telephone[1:]}


MIA = Person("Mia Claes", "mia@example.com", "0470123456")  # known, by one of HISTORIES
NOA = Person("Noa Peers", "noa@example.com", "0470123457")


# What we know of Mia


def asked(clinic, *, times):
    """Mia asked for so many moments on Wednesday."""
    given = {"details": MIA.details, "now": clinic.now}
    return [
        workflow.request(
            clinic.treatment, brussels(2026, 11, 25, hour), submission=uuid.uuid4(), **given
        )
        for hour in range(9, 9 + times)
    ]


def more_open_than_one_needs(clinic):
    asked(clinic, times=4)


def confirmed(clinic):
    for appointment in asked(clinic, times=3):
        workflow.confirm(appointment, version=0, by=actors.staff(None), now=clinic.now)


def erased_or_called_off(clinic):
    first, *others = asked(clinic, times=4)
    workflow.cancel(first, version=0, by=actors.PATIENT, now=clinic.now)
    for appointment in others:
        workflow.erase(appointment, version=0, now=clinic.now)


def to_be_called(clinic):
    CallBackFactory.create_batch(3, telephone=MIA.details["telephone"])


HISTORIES = [more_open_than_one_needs, confirmed, erased_or_called_off, to_be_called]


# What a stranger can send


def post(client, path, person, *, at=None, **changes):
    """Send the form of ``path`` (to ``at``), filled in as ``person``."""
    data = form_data(client.get(path)) | FILLED_IN | person._asdict() | changes
    return client.post(at or path, data)


def a_request(client, person):
    return [post(client, TUESDAY, person)]


def a_request_and_its_page(client, person):
    sent = post(client, TUESDAY, person)
    return [sent, client.get(sent["Location"])]


def a_request_with_a_number_alone(client, person):
    return [post(client, TUESDAY, person, email="")]


def a_request_with_an_address_alone(client, person):
    return [post(client, TUESDAY, person, telephone="")]


def an_address_in_capitals(client, person):
    return [post(client, TUESDAY, person, email=person.email.upper())]


def the_same_request_twice(client, person):
    data = form_data(client.get(TUESDAY)) | FILLED_IN | person._asdict()
    return [client.post(TUESDAY, data), client.post(TUESDAY, data)]


def many_requests(client, person):
    return [post(client, f"/afspraak/rug/2026-11-27-{n:02}00/", person) for n in range(9, 14)]


def what_is_moved_called_off_and_erased(client, person):
    """By who made it, on its own page; and another one after that."""
    sent = post(client, TUESDAY, person)
    own, version = sent["Location"], {"version": 0}
    moved = client.post(f"{own}verplaatsen/2026-11-27-0900/", version)
    off = client.post(f"{own}annuleren/", {"version": 1})
    gone = client.post(f"{own}wissen/", {"version": 2})
    return [sent, moved, off, gone, client.get(own), post(client, TUESDAY, person)]


def something_missing(client, person):
    return [post(client, TUESDAY, person, visit=""), post(client, TUESDAY, person, name="")]


def nonsense(client, person):
    return [
        post(client, TUESDAY, person, referral="have", referral_date="0000-01-01"),
        post(client, TUESDAY, person, complaint="x" * 600),
        post(client, TUESDAY, person, telephone=person.telephone + "0" * 9),
        post(client, TUESDAY, person, email=f'"{person.email}"@example.com'),
    ]


def the_trap(client, person):
    return [post(client, path, person, leave_empty="x") for path in (TUESDAY, CALL_BACK)]


@override_settings(FORM_MIN_SECONDS=2)
def too_soon(client, person):
    return [post(client, path, person) for path in (TUESDAY, CALL_BACK)]


def too_late(client, person):
    return [post(client, path, person, began="x") for path in (TUESDAY, CALL_BACK)]


def without_its_number(client, person):
    return [post(client, path, person, submission="") for path in (TUESDAY, CALL_BACK)]


def too_many_fields(client, person):
    fields = {f"veld{n}": "x" for n in range(60)}
    return [post(client, path, person, **fields) for path in (TUESDAY, CALL_BACK)]


def a_moment_that_has_gone(client, person):
    return [post(client, TUESDAY, person, at=path) for path in (TAKEN, NEVER)]


def from_another_site(client, person):
    strict = Client(enforce_csrf_checks=True)
    return [strict.post(path, FILLED_IN | person._asdict()) for path in (TUESDAY, CALL_BACK)]


@override_settings(REQUESTS_PER_ADDRESS=1)
def more_than_one_sender_may(client, person):
    return [post(client, path, person) for path in (TUESDAY, TUESDAY, CALL_BACK)] + [
        post(client, "/afspraak/rug/2026-11-27-0900/", person)
    ]


@override_settings(REQUESTS_PER_DAY=1)
def more_than_fits_in_a_day(client, person):
    return [post(client, path, person) for path in (TUESDAY, CALL_BACK)]


def with_a_self_test(client, person):
    words = ANSWERS | {"self_test": f"{person.name} {person.email}"}
    form = client.post(f"{TUESDAY}met-zelftest/", words)
    data = form_data(form) | FILLED_IN | person._asdict() | {"self_test_agreed": "on"}
    return [client.post(START, words), client.post(TIMES, words), form, client.post(TUESDAY, data)]


def a_call_back(client, person):
    return [post(client, CALL_BACK, person)]


def a_call_back_and_its_page(client, person):
    sent = post(client, CALL_BACK, person)
    return [sent, client.get(sent["Location"]), client.post(f"{sent['Location']}wissen/")]


def the_same_call_back_twice(client, person):
    data = form_data(client.get(CALL_BACK)) | person._asdict()
    return [client.post(CALL_BACK, data), client.post(CALL_BACK, data)]


def many_call_backs(client, person):
    return [post(client, CALL_BACK, person) for _ in range(5)]


def a_call_back_without_a_name(client, person):
    return [post(client, CALL_BACK, person, name="", parts_of_day="nacht")]


def a_search(client, person):
    return [client.get("/artikels/", {"q": word}) for word in person]


def answers_of_the_self_test(client, person):
    data = form_data(client.get("/zelftest/bekken/")) | {"naam": person.name, "q": person.email}
    return [client.post("/zelftest/bekken/", data)]


FORMS = [
    a_request,
    a_request_and_its_page,
    a_request_with_a_number_alone,
    a_request_with_an_address_alone,
    an_address_in_capitals,
    the_same_request_twice,
    many_requests,
    what_is_moved_called_off_and_erased,
    something_missing,
    nonsense,
    the_trap,
    too_soon,
    too_late,
    without_its_number,
    too_many_fields,
    a_moment_that_has_gone,
    from_another_site,
    more_than_one_sender_may,
    more_than_fits_in_a_day,
    with_a_self_test,
    a_call_back,
    a_call_back_and_its_page,
    the_same_call_back_twice,
    many_call_backs,
    a_call_back_without_a_name,
    a_search,
    answers_of_the_self_test,
]


WARM = set()  # forms for which this process has looked up what it looks up once


@pytest.fixture
def world(clinic):
    """The clinic, of which everybody may know that somebody else comes on Tuesday at three."""
    clinic.practice.notify_email = "praktijk@example.com"
    clinic.practice.save()
    AppointmentFactory(treatment=clinic.treatment, starts_at=brussels(2026, 11, 24, 15))
    Appointment.objects.update(practitioner=clinic.an)
    CallBackFactory()
    ArticleFactory()
    QuestionnaireFactory(slug="bekken", questions=3)
    return clinic


def seen_by(form, person):
    """What who sends ``form`` as ``person`` can see; nothing of it is kept."""
    with transaction.atomic():
        client = Client()
        seen = look_at(lambda: form(client, person), hide=[*person.words, person.email.upper()])
        transaction.set_rollback(True)
    return seen


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("know", HISTORIES, ids=lambda know: know.__name__)
def test_who_is_known_can_not_be_told_from_who_is_not(world, know, form):
    know(world)
    if form not in WARM:
        WARM.add(form)
        seen_by(form, NOA)
    known, unknown = seen_by(form, MIA), seen_by(form, NOA)
    assert known.answers == unknown.answers
    assert known.queries == unknown.queries


@pytest.mark.parametrize("know", HISTORIES, ids=lambda know: know.__name__)
def test_nor_in_one_s_own_mailbox(world, know, settings):
    """Somebody's number, with an address of one's own: what comes there tells nothing either."""
    know(world)
    Email.objects.all().delete()
    told = [received_by("mij@example.com", number, settings) for number in (MIA, NOA)]
    assert told[0] == told[1]
    assert len(told[0]) == settings.OPEN_REQUESTS_PER_PERSON


def received_by(address, person, settings):
    """The subjects of what arrives at ``address`` if it asks often, as ``person``."""
    with transaction.atomic(), smtp_server() as server:
        server.receive_from(settings)
        client = Client()
        for hour in range(9, 13):
            post(client, f"/afspraak/rug/2026-11-27-{hour:02}00/", person, email=address)
        send_mails(Lease(), Stop())
        transaction.set_rollback(True)
        return [mail["Subject"] for mail in server.mails if mail["To"] == address]


# The control: a difference would be seen.


@pytest.mark.parametrize("differs", ["status", "headers", "cookies", "body", "queries"])
def test_what_differs_is_seen(world, differs):
    def tell(client, person):
        response = client.get("/contact/")
        if person == MIA:
            if differs == "status":
                response.status_code = 429
            if differs == "headers":
                response["Retry-After"] = "60"
            if differs == "cookies":
                response.set_cookie("ken-ik", "x")
            if differs == "body":
                response.content += b" "
            if differs == "queries":
                Appointment.objects.exists()
        return [response]

    seen_by(tell, NOA)
    assert seen_by(tell, MIA) != seen_by(tell, NOA)
