"""Appointments as staff answer them: what a click does, and what it never does."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from post_office.models import Email

from booking import actors, workflow
from kinekracht.storage.mails import words_of
from tests.booking.factories import ClosureFactory
from tests.booking.situation import (
    HOUR,
    NOW,
    START,
    Status,
    everything,
    in_status,
    line,
)
from tests.booking.staff_pages import ACTS, PAGES, act, body, button, look, stored, url
from tests.staff import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now", "practice")]


@pytest.fixture
def viewer(client, django_user_model):
    """Somebody who may look and no more."""
    user = django_user_model.objects.create_user("kijker", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_appointment", "view_every_appointment"])
    )
    sign_in(client, user)
    return client


# What a click does


@pytest.mark.parametrize(
    ("status", "hours", "name", "becomes"),
    [
        (Status.REQUESTED, 1, "confirm", Status.CONFIRMED),
        (Status.REQUESTED, 1, "decline", Status.DECLINED),
        (Status.PROPOSED, 1, "accept", Status.CONFIRMED),
        (Status.CONFIRMED, 1, "cancel_now", Status.CANCELLED),
        (Status.CONFIRMED, -1, "complete", Status.COMPLETED),
        (Status.CONFIRMED, -1, "no_show", Status.NO_SHOW),
        (Status.COMPLETED, -1, "no_show", Status.NO_SHOW),
    ],
)
def test_one_click_does_it_and_says_who_did(
    admin_client, admin_user, treatment, practitioner, status, hours, name, becomes
):
    appointment = in_status(status, treatment, practitioner, NOW + hours * HOUR)
    html = act(admin_client, name, appointment)
    assert stored(appointment).status == becomes
    assert appointment.changes.get().user == admin_user
    assert '<li class="success">' in html


def test_words_for_the_patient_are_mailed_as_typed(admin_client, appointment):
    act(admin_client, "decline", appointment, reason="Die dag {{ 1|add:41 }} zijn we dicht.")
    assert "Die dag {{ 1|add:41 }} zijn we dicht." in words_of(Email.objects.latest("pk"))


def test_reasons_are_suggested_where_they_go_into_a_mail(admin_client, appointment):
    assert "Dit uur past niet in onze agenda." in look(admin_client, appointment)
    page = body(admin_client.get(url("propose", appointment)))
    assert "Het uur dat je vroeg, past niet in onze agenda." in page


def test_who_has_no_mail_address_must_be_told_by_telephone(admin_client, treatment, practitioner):
    appointment = in_status(Status.REQUESTED, treatment, practitioner, email="")
    html = act(admin_client, "confirm", appointment)
    assert "Geen e-mailadres: laat het zelf weten op 0470 / 12 34 56." in html


def test_a_proposal_takes_three_clicks(admin_client, appointment, practitioner):
    page = body(admin_client.get(url("propose", appointment)))
    value = button(START + 2 * HOUR, practitioner)
    assert f'value="{value}"' in page
    act(admin_client, "propose_slot", appointment, slot=value, reason="Liever dan.")
    assert line(appointment) == (
        Status.REQUESTED, Status.PROPOSED, START, START + 2 * HOUR,
    )  # fmt: skip
    assert "Liever dan." in words_of(Email.objects.latest("pk"))


def test_moving_is_choosing_a_free_moment(admin_client, appointment, practitioner):
    act(admin_client, "move_slot", appointment, slot=button(START + 2 * HOUR, practitioner))
    assert stored(appointment).starts_at == START + 2 * HOUR
    assert stored(appointment).status == Status.CONFIRMED


@pytest.mark.parametrize("name", ["propose_slot", "move_slot"])
@pytest.mark.parametrize("wrong", ["outside", "taken", "nobody", "nonsense", "empty", "huge"])
def test_a_button_that_was_never_there_does_nothing(
    admin_client, treatment, practitioner, appointment, name, wrong
):
    in_status(Status.CONFIRMED, treatment, practitioner, START + 3 * HOUR)
    value = {
        "outside": button(START + 12 * HOUR, practitioner),
        "taken": button(START + 3 * HOUR, practitioner),
        "nobody": "2026-12-03-1100/0",
        "nonsense": "2026-02-30-9900/x",
        "empty": "",
        "huge": f"2026-12-03-1100/{10**30}",
    }[wrong]
    before = everything()
    assert '<li class="error">' in act(admin_client, name, appointment, slot=value)
    assert everything() == before


def test_free_moments_are_closest_first_and_then_day_by_day(admin_client, appointment):
    response = admin_client.get(url("propose", appointment))
    near = [choice.start for choice in response.context["near"]]
    assert near == [START + dt.timedelta(minutes=15 * n) for n in range(1, 7)]
    days = [day for day, _ in response.context["days"]]
    assert days[0] == dt.date(2026, 12, 1)
    assert (days[-1], response.context["later"]) == (dt.date(2026, 12, 14), dt.date(2026, 12, 15))
    assert response.context["earlier"] is None


@pytest.mark.parametrize("begin", ["2026-12-20", "2026-02-30", "0001-01-01", "9999-12-31", "x", ""])
def test_free_moments_can_be_looked_up_from_any_day(admin_client, appointment, begin):
    response = admin_client.get(url("move", appointment), {"vanaf": begin})
    assert response.status_code == 200
    expected = 20 if begin == "2026-12-20" else 1
    assert response.context["days"][0][0] == dt.date(2026, 12, expected)


def test_without_any_free_moment_the_page_says_what_else_can_be_done(
    admin_client, treatment, practitioner, appointment
):
    practitioner.working_hours.all().delete()
    html = body(admin_client.get(url("propose", appointment)))
    assert "Er is geen vrij moment binnen de werkuren." in html


# Moving to a moment of one's own choice


def move_to(client, appointment, day, time, **data):
    practitioner = appointment.practitioner_id
    data = {"practitioner": practitioner, "day": day, "time": time} | data
    return act(client, "move_to", appointment, **data)


def test_moving_to_any_free_moment_inside_working_hours_asks_nothing(admin_client, appointment):
    move_to(admin_client, appointment, "2026-12-08", "10:15")
    assert stored(appointment).starts_at == dt.datetime(2026, 12, 8, 9, 15, tzinfo=dt.UTC)


def test_moving_outside_the_rules_needs_a_tick(admin_client, appointment, practitioner):
    ClosureFactory(
        practitioner=practitioner,
        reason="Bijscholing",
        starts_at=dt.datetime(2026, 12, 25, tzinfo=dt.UTC),
        ends_at=dt.datetime(2026, 12, 26, tzinfo=dt.UTC),
    )
    html = move_to(admin_client, appointment, "2026-12-25", "19:00")
    for words in (f"{practitioner} werkt dan niet.", "feestdag: Kerstmis", "(Bijscholing)"):
        assert words in html
    assert stored(appointment).starts_at == START
    tick = f"202612251800/{practitioner.pk}"
    assert f'name="anyway" value="{tick}"' in html
    move_to(admin_client, appointment, "2026-12-25", "19:00", anyway=tick)
    assert stored(appointment).starts_at == dt.datetime(2026, 12, 25, 18, tzinfo=dt.UTC)


def test_a_tick_is_for_the_moment_that_was_shown(admin_client, appointment, practitioner):
    tick = f"202612251800/{practitioner.pk}"
    html = move_to(admin_client, appointment, "2026-12-25", "20:00", anyway=tick)
    assert "Toch doen" in html
    assert stored(appointment).starts_at == START


def test_nobody_is_moved_over_another_appointment(
    admin_client, treatment, practitioner, appointment
):
    in_status(Status.REQUESTED, treatment, practitioner, START + 3 * HOUR)
    html = move_to(admin_client, appointment, "2026-12-03", "12:30", anyway="alles")
    assert "heeft dan al een afspraak, van 12.00 tot 13.00 uur. Er is niets bewaard." in html
    assert stored(appointment).starts_at == START


def test_an_appointment_can_move_into_its_own_time(admin_client, appointment):
    move_to(admin_client, appointment, "2026-12-03", "09:15")
    assert stored(appointment).starts_at == START + dt.timedelta(minutes=15)


@pytest.mark.parametrize(
    ("day", "time", "said"),
    [
        ("2026-12-08", "10:10", "Kies een kwartier"),
        ("2027-03-28", "02:30", "verspringt de klok"),
        ("2027-10-31", "02:30", "verspringt de klok"),
        ("2026-02-30", "10:00", "geldige datum"),
        ("9999-12-31", "23:45", "ligt te ver weg"),
        ("0001-01-01", "00:00", "is al voorbij"),
        ("2026-12-08", "99:00", "geldige tijd"),
        ("", "", "verplicht"),
    ],
)
def test_a_moment_that_is_none_is_refused(admin_client, appointment, day, time, said):
    assert said in move_to(admin_client, appointment, day, time)
    assert stored(appointment).starts_at == START


def test_what_is_confirmed_as_sent_is_what_was_seen(admin_client, appointment):
    """Somebody else's change in between makes every click an answer to an older question."""
    workflow.confirm(appointment, version=0, by=actors.NOBODY, now=NOW)
    before = everything()
    for name in ACTS:
        slot = button(START + 2 * HOUR, appointment.practitioner)
        data = {
            "slot": slot, "practitioner": appointment.practitioner_id,
            "day": "2026-12-08", "time": "10:00",
        }  # fmt: skip
        html = act(admin_client, name, appointment, **data)
        assert "ondertussen veranderd" in html or "nog beginnen" in html, name
        assert everything() == before


def test_confirming_what_the_patient_has_just_cancelled_changes_nothing(admin_client, appointment):
    workflow.cancel(appointment, version=0, by=actors.PATIENT, now=NOW)
    before = everything()
    assert "Er is niets gewijzigd." in act(admin_client, "confirm", appointment)
    assert everything() == before


# What never happens


@pytest.mark.parametrize("name", [*PAGES, "change", "delete"])
def test_looking_changes_nothing(admin_client, appointment, name):
    before = everything()
    assert admin_client.get(url(name, appointment)).status_code in {200, 302, 403}
    assert everything() == before


@pytest.mark.parametrize("name", ACTS)
def test_a_get_is_no_answer(admin_client, appointment, name):
    assert admin_client.get(url(name, appointment)).status_code == 405
    assert stored(appointment).version == 0


@pytest.mark.parametrize("name", ACTS)
def test_what_misses_its_version_does_nothing(admin_client, appointment, name):
    for version in ("", "x", "-1", str(10**30)):
        act(admin_client, name, appointment, version=version)
    assert stored(appointment).version == 0


@pytest.mark.parametrize("name", ACTS)
def test_who_may_only_look_changes_nothing(viewer, appointment, name):
    response = viewer.post(url(name, appointment), {"version": 0})
    assert response.status_code == 403
    assert stored(appointment).version == 0


@pytest.mark.parametrize("name", PAGES)
def test_who_may_only_look_gets_no_form(viewer, appointment, name):
    assert viewer.get(url(name, appointment)).status_code == 403
    html = look(viewer, appointment)
    assert "Patiënt" in html
    assert "Bevestig<" not in html


@pytest.mark.parametrize("name", [*PAGES, *ACTS, "change"])
def test_without_a_login_there_is_nothing(client, appointment, name):
    response = client.post(url(name, appointment), {"version": 0})
    assert response.status_code == 302
    assert response["Location"].startswith("/beheer/login/")
    assert stored(appointment).version == 0


@pytest.mark.parametrize("pk", [0, 10**30])
def test_an_appointment_that_is_not_there_is_not_found(admin_client, pk):
    for name in PAGES:
        path = reverse(f"admin:booking_appointment_{name}", args=[pk])
        assert admin_client.get(path).status_code == 404
