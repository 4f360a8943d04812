"""How many mails an address gets about what was asked in its name, by whom we don't know.

The default: two, until staff answer.
"""

import pytest
from post_office.models import Email

from booking import outbox, workflow
from booking.actors import PATIENT
from booking.models import Appointment, Mail
from booking.slots import Slot
from tests.booking.situation import DETAILS, HOUR, NOW, START, ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now", "practice", "practitioner")]

LOTTE = DETAILS["email"]


def received(address=LOTTE):
    """The kinds of mails that are on their way to ``address``, in their order."""
    outbox.tidy(NOW)
    going = Email.objects.filter(to=address).order_by("pk")
    return [email.about.kind for email in going]


def ask_at(treatment, hour, **changes):
    return ask(treatment, START + hour * HOUR, details=DETAILS | changes)


def test_the_third_request_with_an_address_is_stored_and_gets_no_mail(treatment):
    for hour in range(4):
        ask_at(treatment, hour)
    assert received() == ["requested", "requested"]
    assert Appointment.objects.awaiting_reply().count() == 4
    assert received("praktijk@example.com") == ["staff_requested"] * 4


def test_a_mail_that_is_held_is_written_and_then_forgotten(treatment, settings):
    settings.OPEN_REQUESTS_PER_PERSON = 1
    ask_at(treatment, 0)
    held = ask_at(treatment, 1)
    assert held.mails.filter(kind="requested").exists()
    outbox.tidy(NOW)
    assert not held.mails.filter(kind="requested").exists()
    assert Mail.objects.filter(kind="staff_requested").count() == 2


def test_an_address_counts_however_it_is_written(treatment):
    for hour in range(3):
        ask_at(treatment, hour, email="LOTTE@Example.com" if hour == 2 else LOTTE)
    assert received("LOTTE@Example.com") == []


def test_a_number_does_not_count(treatment):
    for hour in range(3):
        ask_at(treatment, hour)
    ask_at(treatment, 3, email="another@example.com")
    assert received("another@example.com") == ["requested"]


def test_an_address_that_looks_like_another_is_another(treatment):
    for hour in range(3):
        ask_at(treatment, hour, email="an_maes@example.com")
    ask_at(treatment, 3, email="anxmaes@example.com")
    assert received("anxmaes@example.com") == ["requested"]


def test_zero_holds_nothing_back(treatment, settings):
    settings.OPEN_REQUESTS_PER_PERSON = 0
    for hour in range(4):
        ask_at(treatment, hour)
    assert received() == ["requested"] * 4


@pytest.mark.parametrize("answer", ["confirm", "decline", "propose"])
def test_once_staff_answer_mails_go_again(treatment, practitioner, by, answer):
    asked = [ask_at(treatment, hour) for hour in range(3)]
    more = {"slot": Slot(START + 5 * HOUR, practitioner.pk)} if answer == "propose" else {}
    getattr(workflow, answer)(asked[0], version=0, by=by, now=NOW, **more)
    ask_at(treatment, 3)
    ask_at(treatment, 4)
    answered = {"confirm": "confirmed", "decline": "declined", "propose": "proposed"}[answer]
    assert received() == ["requested", "requested", answered, "requested"]


def test_an_answer_to_what_was_not_acknowledged_goes_too(treatment, by):
    last = [ask_at(treatment, hour) for hour in range(3)][-1]
    workflow.confirm(last, version=0, by=by, now=NOW)
    assert received() == ["requested", "requested", "confirmed"]


def test_who_moves_and_cancels_what_nobody_answered_sends_no_more_mails(treatment):
    asked = ask_at(treatment, 0)
    for hour in (1, 2, 3):
        asked = workflow.move_by_patient(asked, START + hour * HOUR, version=hour - 1, now=NOW)
    workflow.cancel(asked, version=3, by=PATIENT, now=NOW)
    assert received() == ["requested", "moved"]
    assert received("praktijk@example.com")[-1] == "staff_cancelled"
    ask_at(treatment, 0)
    assert received() == ["requested", "moved"]


def test_staff_are_told_of_a_request_and_of_its_first_moves(treatment, by):
    asked = ask_at(treatment, 0)
    next_day = NOW + 24 * HOUR
    for version in range(7):
        start = START + (version % 2 + 1) * HOUR
        now = NOW if version < workflow.MOVES_A_DAY else next_day
        asked = workflow.move_by_patient(asked, start, version=version, now=now)
    told = received("praktijk@example.com")
    assert told == ["staff_requested"] + 5 * ["staff_moved"]
    settled = workflow.confirm(asked, version=7, by=by, now=next_day)
    workflow.move_by_patient(settled, START + 3 * HOUR, version=8, now=next_day)
    assert received("praktijk@example.com") == [*told, "staff_moved"]


def test_what_was_called_off_counts_for_a_day(treatment):
    for hour in range(2):
        workflow.cancel(ask_at(treatment, hour), version=0, by=PATIENT, now=NOW)
    assert received() == ["requested", "cancelled"]
    Appointment.objects.update(created_at=NOW - 24 * HOUR)
    ask_at(treatment, 2)
    assert received() == ["requested", "cancelled", "requested"]


def test_of_what_staff_settled_every_mail_goes(treatment, by):
    """Others may have filled the box with requests since: a real appointment is not hurt."""
    settled = workflow.confirm(ask_at(treatment, 0), version=0, by=by, now=NOW)
    for hour in range(1, 5):
        ask_at(treatment, hour)
    before = len(received())
    moved = workflow.move_by_patient(settled, START + 6 * HOUR, version=1, now=NOW)
    workflow.cancel(moved, version=2, by=PATIENT, now=NOW)
    assert received()[before:] == ["moved", "cancelled"]
