"""The secret in an address: who has the database and not LINK_KEYS has no address."""

import string
import uuid

import pytest
from django.apps import apps

from booking import mails
from booking.models import Appointment, CalendarFeed, CallBack
from booking.models.links import keyed_hash, make_key, sha256, verified_uid
from tests.booking.asking import FILLED_IN, TUESDAY, send
from tests.booking.factories import AppointmentFactory, CalendarFeedFactory, CallBackFactory
from tests.booking.pages import form_data

OLD, NEW = "b2xk" * 10 + "b2w=", "bmV3" * 10 + "bmU="
UID = uuid.UUID(int=7)
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"  # of base64


@pytest.fixture
def keys(settings):
    """LINK_KEYS before they are renewed."""
    settings.LINK_KEYS = [OLD]
    return settings


def test_a_key_tells_which_record_it_opens():
    key = make_key(UID, of="appointment")
    assert len(key) == 43
    assert verified_uid(key, of="appointment") == UID


def test_a_key_opens_nothing_of_another_kind():
    assert verified_uid(make_key(UID, of="callback"), of="appointment") is None


def test_a_number_alone_makes_no_key(keys):
    guessed = make_key(UID, of="appointment")
    keys.LINK_KEYS = [NEW]
    assert verified_uid(guessed, of="appointment") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda key: "",
        lambda key: key[:-1],
        lambda key: key + "A",
        lambda key: key + "=",
        lambda key: key.swapcase(),
        lambda key: key[:-1] + LETTERS[LETTERS.index(key[-1]) ^ 1],  # in a bit that means nothing
        lambda key: key[:5] + "\n" + key[5:],
        lambda key: "é" * 43,
        lambda key: "x" * 100_000,
    ],
)
def test_what_was_changed_is_no_key(change):
    assert verified_uid(change(make_key(UID, of="appointment")), of="appointment") is None


def test_a_new_key_in_front_makes_new_addresses_and_knows_the_old(keys):
    before = make_key(UID, of="appointment")
    keys.LINK_KEYS = [NEW, OLD]
    now = make_key(UID, of="appointment")
    assert now != before
    assert [verified_uid(key, of="appointment") for key in (before, now)] == [UID, UID]
    keys.LINK_KEYS = [NEW]
    assert [verified_uid(key, of="appointment") for key in (before, now)] == [None, UID]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("factory", "path"),
    [
        (AppointmentFactory, "/afspraak/a/{}/"),
        (CallBackFactory, "/afspraak/terugbellen/{}/"),
        (CalendarFeedFactory, "/afspraak/agenda/{}.ics"),
    ],
)
def test_an_address_from_before_keys_were_derived_goes_on_working(keys, client, factory, path):
    record = factory(old_key=keyed_hash(sha256("sleutel-van-vroeger")))
    for address in (path.format("sleutel-van-vroeger"), record.get_absolute_url()):
        assert client.get(address).status_code == 200
    keys.LINK_KEYS = [NEW, OLD]
    assert client.get(path.format("sleutel-van-vroeger")).status_code == 200
    # What the database holds of it is no key.
    assert client.get(path.format(record.old_key)).status_code == 404
    keys.LINK_KEYS = [NEW]
    assert client.get(path.format("sleutel-van-vroeger")).status_code == 404
    assert client.get(record.get_absolute_url()).status_code == 200


@pytest.mark.django_db
def test_another_address_closes_all_earlier_ones(client):
    feed = CalendarFeedFactory(old_key=keyed_hash(sha256("van-vroeger")))
    before = feed.get_absolute_url()
    feed.change_address()
    feed.save()
    assert client.get(before).status_code == 404
    assert client.get("/afspraak/agenda/van-vroeger.ics").status_code == 404


def everything_stored():
    """Each value in each row of each table, as a thief reads it."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values_list():
            yield from filter(None, map(str, row))


@pytest.mark.django_db
def test_nothing_that_is_stored_opens_a_page_or_is_taken_for_a_form(client, clinic):
    sent = form_data(client.get(TUESDAY)) | FILLED_IN
    assert client.post(TUESDAY, sent).status_code == 302
    appointment = Appointment.objects.get()
    mails.confirmed(appointment)
    call_back, feed = CallBackFactory(), CalendarFeedFactory()
    pages = {appointment.get_absolute_url(), call_back.get_absolute_url(), feed.get_absolute_url()}
    stored = set(everything_stored())
    assert str(appointment.uid) in stored
    for value in stored:
        for page in pages:
            assert page not in value
        assert sent["submission"] not in value
        assert verified_uid(value, of="appointment") is None
        for records in (Appointment.objects, CallBack.objects, CalendarFeed.objects):
            assert not records.with_key(value).exists()
    for value in stored:
        try:
            number = uuid.UUID(value)
        except ValueError:
            continue
        assert not Appointment.objects.sent_as(number).exists()
    # The control: the patient's own browser has both.
    assert Appointment.objects.with_key(appointment.key).get() == appointment
    assert Appointment.objects.sent_as(uuid.UUID(sent["submission"])).get() == appointment


@pytest.mark.django_db
def test_a_form_sent_with_a_stored_number_leads_to_nobodys_page(client, clinic):
    assert send(client).status_code == 302
    first = Appointment.objects.get()
    for number in (first.submission_hash, str(first.uid), first.submission_hash[:32]):
        response = send(client, submission=number)
        assert response.get("Location") != first.get_absolute_url()
