"""Nonsense in every address and every form of the site: never a fault, and nothing bad is kept.

What is generated is the same on every run. New addresses and forms are found by themselves.
"""

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from booking.models import Appointment, CallBack, Cell
from tests.fuzz import nonsense
from tests.fuzz.invariants import check_answer, check_database
from tests.fuzz.nonsense import MULTIPART, multipart
from tests.fuzz.visits import address, addresses, examples_of, forms_in, send, undone
from tests.fuzz.world import FREE, NOW, make_world, values_of
from tests.staff import make_staff, sign_in
from tests.urlconf import PARAMETER, routes

pytestmark = pytest.mark.django_db

ROUTES = routes()
PUBLIC = [route for route in ROUTES if not route.startswith("beheer/")]
STAFF = [route for route in ROUTES if route.startswith("beheer/")]
LOGIN = [route for route in STAFF if route.startswith(("beheer/login/", "beheer/account/"))]
# What patients and staff would type where a form is empty.
TYPED = {
    "name": "An Peeters",
    "email": "an.peeters@example.com",
    "telephone": "0470 12 34 57",
    "reason": "We zijn met verlof.",
    "title": "Nieuw",
    "slug": "nieuw",
    "username": "collega",
    "code": "123456",
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once: each example is undone after it was looked at."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def visitor(world):
    return Client()


@pytest.fixture(scope="module")
def staff(world):
    return sign_in(Client(), world)


@pytest.fixture(scope="module")
def half_way(world):
    """Who gave a password and has no app yet; and who has one, and gave no code."""
    clients = [Client(), Client()]
    for client, user in zip(clients, [make_staff(), world], strict=True):
        client.force_login(user)
    return clients


@pytest.fixture(scope="module")
def known():
    """The kinds of forms that were sent already."""
    return set()


@pytest.fixture(autouse=True)
def _nobody_is_too_fast(settings):
    settings.FORM_MIN_SECONDS = 0


def fuzz(client, route, known, *, most, examples):
    """Ask for a route in every way, and send the forms on its pages."""
    good = addresses(route, values_of, most)
    assert good
    forms = {}
    for path in good:
        response = send(client, "GET", path)
        forms |= {form.kind: form for form in forms_in(response, path)}
    fuzz_address(client, route, good, examples)
    for kind in forms.keys() - known:
        fuzz_form(client, forms[kind], examples)
    known |= forms.keys()


def fuzz_address(client, route, good, count):
    """Ask for what is there and for what isn't."""

    @examples_of(count)
    @given(st.data())
    def ask(data):
        values = [data.draw(nonsense.segments) for _ in PARAMETER.findall(route)]
        path = data.draw(st.sampled_from([*good, address(route, values)]))
        method = data.draw(nonsense.methods)
        extra = {"query": data.draw(nonsense.queries), "headers": data.draw(nonsense.headers)}
        if method == "POST":
            content_type, body = data.draw(nonsense.bodies([("version", "0")]))
            extra |= {"content_type": content_type, "body": body}
        send(client, method, path, **extra)

    ask()


def fuzz_form(client, form, count):
    """Send a form with something wrong with it."""

    @examples_of(count)
    @given(st.sampled_from(form.actions), nonsense.bodies(filled_in(form)), nonsense.headers)
    def mangle(action, body, headers):
        content_type, content = body
        send(client, "POST", action, body=content, content_type=content_type, headers=headers)

    mangle()


def filled_in(form):
    """What would be sent of a form, with something typed in what was empty."""
    return [(name, value or TYPED.get(name, "")) for name, value in form.pairs]


@pytest.mark.parametrize("route", PUBLIC, ids=lambda route: route or "/")
def test_nothing_public_fails(visitor, known, route):
    fuzz(visitor, route, known, most=4, examples=18)


@pytest.mark.parametrize("route", STAFF, ids=str)
def test_nothing_of_the_admin_fails(staff, known, route):
    fuzz(staff, route, known, most=3, examples=3)


@pytest.mark.parametrize("route", LOGIN, ids=str)
def test_no_way_to_log_in_fails(visitor, half_way, route):
    for client in (visitor, *half_way):
        fuzz(client, route, set(), most=1, examples=4)


# The controls: what is mangled would be taken as it was, and a fault would be seen.


def taken(client, path, **changes):
    """The statuses with which the forms of a page are answered if nothing is wrong with them."""
    statuses = []
    for form in forms_in(send(client, "GET", path), path):
        pairs = [pair for pair in filled_in(form) if not pair[0].endswith(":file")]
        pairs = [(name, changes.get(name, value)) for name, value in pairs]
        body = {"body": multipart(pairs), "content_type": MULTIPART}
        statuses += [send(client, "POST", action, **body).status_code for action in form.actions]
    return statuses


def test_forms_of_patients_do_what_they_are_for(visitor, world):
    own = Appointment.objects.filter(status="requested").first().get_absolute_url()
    proposed = Appointment.objects.get(status="proposed").get_absolute_url()
    call_back = CallBack.objects.get().get_absolute_url()
    assert taken(visitor, f"/afspraak/bekken/{FREE}/") == [302]
    assert taken(visitor, "/afspraak/terugbellen/") == [302]
    assert taken(visitor, f"{proposed}akkoord/") == [302]
    assert taken(visitor, f"{own}annuleren/") == [302]
    assert taken(visitor, f"{own}verplaatsen/{FREE}/") == [302]
    assert taken(visitor, f"{own}wissen/") == [200]
    assert taken(visitor, f"{call_back}wissen/") == [200]
    assert taken(visitor, "/zelftest/bekken/") == [200]


def test_forms_of_staff_do_what_they_are_for(staff, world):
    for path in ("kinekracht/treatment", "articles/article", "booking/workinghours"):
        list_page = send(staff, "GET", f"/beheer/{path}/").content.decode()
        [change, *_] = [
            part.partition('"')[0]
            for part in list_page.split('href="')
            if part.partition('"')[0].endswith("/change/")
        ]
        assert 302 in taken(staff, change), change
    appointment = Appointment.objects.filter(status="requested").first()
    page = f"/beheer/booking/appointment/{appointment.pk}/change/"
    assert taken(staff, page).count(302) > 2


def test_an_address_that_is_new_is_found(settings):
    settings.ROOT_URLCONF = "tests.urls_that_fail"
    assert set(routes()) - set(ROUTES) == {"fout/"}


def test_a_fault_is_seen(visitor, settings):
    settings.ROOT_URLCONF = "tests.urls_that_fail"
    with pytest.raises(RuntimeError, match="KANARIE"):
        fuzz(Client(), "fout/", set(), most=1, examples=4)


def forget_a_cell():
    Cell.objects.first().delete()


def write_no_choice():
    Appointment.objects.update(visit="?")


@pytest.mark.parametrize("spoil", [forget_a_cell, write_no_choice])
def test_what_should_not_be_kept_is_seen(visitor, spoil):
    check_database()
    with undone(visitor):
        spoil()
        with pytest.raises(AssertionError):
            check_database()
    check_database()


def test_a_cookie_too_many_is_seen():
    response = HttpResponse("Lees maar.")
    check_answer("/contact/", response)
    response.set_cookie("sessionid", "x")
    with pytest.raises(AssertionError):
        check_answer("/contact/", response)
