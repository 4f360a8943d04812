"""Working hours, closures, call-backs and calendar feeds, as staff keep them."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from booking.models import CalendarFeed, CallBack, Closure, WorkingHours
from tests.booking.factories import (
    CalendarFeedFactory,
    CallBackFactory,
    ClosureFactory,
    WorkingHoursFactory,
    brussels,
)
from tests.booking.situation import HOUR, NOW, START, Status, everything, in_status
from tests.factories import TreatmentFactory
from tests.staff import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now", "practice")]


@pytest.fixture
def viewer(client, django_user_model):
    """Somebody who may look and no more."""
    user = django_user_model.objects.create_user("kijker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    sign_in(client, user)
    return client


def url(name, instance=None):
    return reverse(f"admin:booking_{name}", args=[instance.pk] if instance else [])


def body(response):
    return response.content.decode()


# Working hours


def test_working_hours_are_entered_as_they_are_said(admin_client, practitioner):
    practitioner.working_hours.all().delete()
    treatment = TreatmentFactory(name="Oefengroep")
    admin_client.post(
        url("workinghours_add"),
        {
            "practitioner": practitioner.pk,
            "weekday": 1,
            "starts": "13:30",
            "ends": "18:00",
            "every_weeks": 2,
            "valid_from": "2026-12-01",
            "valid_until": "2027-06-30",
            "treatments": [treatment.pk],
        },
    )
    assert WorkingHours.objects.get().starts == dt.time(13, 30)
    html = body(admin_client.get(url("workinghours_changelist")))
    for words in (
        "Dinsdag",
        "13.30 – 18.00 uur",
        "om de 2 weken",
        "vanaf 1 dec 2026 tot en met 30 jun 2027",
        "Oefengroep",
    ):
        assert words in html


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends": "08:00"}, "Het einde moet na het begin komen"),
        ({"starts": "09:05"}, "Kies een kwartier"),
        ({"valid_until": "2026-11-30"}, "ligt voor “geldig vanaf”"),
        ({"every_weeks": "0"}, "minstens 1"),
        ({"every_weeks": "1000"}, "hoogstens 52"),
        ({"weekday": "7"}, "geldige keuze"),
        ({"valid_from": "9999-12-31"}, "Kies een dag in deze eeuw."),
    ],
)
def test_hours_that_make_no_sense_are_refused(admin_client, practitioner, changed, said):
    data = {
        "practitioner": practitioner.pk,
        "weekday": 0,
        "starts": "09:00",
        "ends": "12:00",
        "every_weeks": 1,
        "valid_from": "2026-12-01",
    }
    before = WorkingHours.objects.count()
    assert said in body(admin_client.post(url("workinghours_add"), data | changed))
    assert WorkingHours.objects.count() == before


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_of_hours_costs_the_same_queries(admin_client, django_assert_num_queries, many):
    for _ in range(many):
        WorkingHoursFactory(treatments=[TreatmentFactory()])
    # Session, user, app, a savepoint, the practitioners, two counts, the rows, their treatments.
    with django_assert_num_queries(9):
        admin_client.get(url("workinghours_changelist"))


# Closures


def close(client, instance=None, **data):
    path = url("closure_change", instance) if instance else url("closure_add")
    return body(client.post(path, {"first_day": "2026-12-03"} | data, follow=True))


def period(closure):
    return closure.starts_at, closure.ends_at


def test_a_day_is_closed_from_midnight_to_midnight(admin_client):
    close(admin_client, reason="Verhuis")
    closure = Closure.objects.get()
    assert period(closure) == (brussels(2026, 12, 3), brussels(2026, 12, 4))
    assert (closure.practitioner, closure.reason) == (None, "Verhuis")


def test_an_absence_can_begin_and_end_at_a_time(admin_client, practitioner):
    close(
        admin_client,
        practitioner=practitioner.pk,
        from_time="13:00",
        last_day="2026-12-04",
        until_time="10:30",
    )
    closure = Closure.objects.get(practitioner=practitioner)
    assert period(closure) == (brussels(2026, 12, 3, 13), brussels(2026, 12, 4, 10, 30))


def test_the_nights_in_which_the_clocks_change_are_closed_whole(admin_client):
    close(admin_client, first_day="2027-03-28")
    close(admin_client, first_day="2027-10-31", from_time="02:30", until_time="02:30")
    spring, autumn = Closure.objects.order_by("starts_at")
    assert spring.ends_at - spring.starts_at == 23 * HOUR
    assert autumn.ends_at - autumn.starts_at == HOUR


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"first_day": ""}, "verplicht"),
        ({"last_day": "2026-12-02"}, "moet na de eerste komen"),
        ({"from_time": "12:00", "until_time": "12:00"}, "Het einde moet na het begin komen."),
        ({"from_time": "12:07"}, "Kies een kwartier"),
        ({"first_day": "0001-01-01"}, "in deze eeuw"),
        ({"first_day": "9999-12-31"}, "in deze eeuw"),
    ],
)
def test_a_closure_that_makes_no_sense_is_refused(admin_client, data, said):
    assert said in close(admin_client, **data)
    assert not Closure.objects.exists()


def test_what_a_closure_meets_is_shown_before_it_is_saved(
    admin_client, treatment, practitioner, appointment
):
    other = in_status(Status.CONFIRMED, treatment, practitioner, START + 24 * HOUR)
    in_status(Status.CANCELLED, treatment, practitioner, START + 3 * HOUR, name="Geannuleerd")
    before = everything()
    html = close(admin_client, reason="Verhuis")
    assert not Closure.objects.exists()
    assert "donderdag 3 december, 9.00 uur" in html
    assert f'href="{url("appointment_change", appointment)}"' in html
    assert url("appointment_change", other) not in html
    assert "Geannuleerd" not in html
    assert 'value="Verhuis"' in html
    html = close(admin_client, reason="Verhuis", anyway=str(appointment.pk))
    assert Closure.objects.get().reason == "Verhuis"
    assert "Nog te verplaatsen of te annuleren:" in html
    assert f'href="{url("appointment_change", appointment)}"' in html
    assert everything() == before


def test_who_saw_other_appointments_is_asked_again(
    admin_client, treatment, practitioner, appointment
):
    in_status(Status.REQUESTED, treatment, practitioner, START + 2 * HOUR)
    html = close(admin_client, anyway=str(appointment.pk))
    assert "Toch bewaren" in html
    assert not Closure.objects.exists()


def test_an_absence_meets_only_who_comes_to_that_person_at_that_time(
    admin_client, treatment, appointment
):
    close(admin_client, from_time="10:00")
    close(admin_client, until_time="09:00")
    assert Closure.objects.count() == 2


def test_an_appointment_that_is_going_on_is_met(admin_client, appointment):
    assert "Toch bewaren" in close(admin_client, from_time="09:45")


def test_a_closure_can_be_changed_to_other_days(admin_client):
    closure = ClosureFactory(
        starts_at=brussels(2026, 12, 7), ends_at=brussels(2026, 12, 12), reason="Verlof"
    )
    form = admin_client.get(url("closure_change", closure)).context["adminform"].form
    shown = {name: form[name].value() for name in ("first_day", "last_day", "until_time")}
    assert shown == {
        "first_day": dt.date(2026, 12, 7),
        "last_day": dt.date(2026, 12, 11),
        "until_time": None,
    }
    close(admin_client, closure, first_day="2026-12-08", last_day="2026-12-09", until_time="12:00")
    closure.refresh_from_db()
    assert period(closure) == (brussels(2026, 12, 8), brussels(2026, 12, 9, 12))


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_of_closures_costs_the_same_queries(
    admin_client, practitioner, django_assert_num_queries, many
):
    ClosureFactory.create_batch(many, practitioner=practitioner)
    # Session, user, app, a savepoint, the practitioners, two counts, the rows.
    with django_assert_num_queries(8):
        admin_client.get(url("closure_changelist"))


# Who asked to be called


def test_who_waits_for_a_call_stands_first(admin_client, admin_user):
    CallBackFactory(name="Gebeld", handled_at=NOW, handled_by=admin_user)
    CallBackFactory(name="Later", created_at=NOW - HOUR, morning=True)
    CallBackFactory(name="Eerst", created_at=NOW - 3 * HOUR)
    response = admin_client.get(url("callback_changelist"))
    names = [call_back.name for call_back in response.context["cl"].result_list]
    assert names == ["Eerst", "Later", "Gebeld"]
    for said, expected in {"nee": ["Eerst", "Later"], "ja": ["Gebeld"]}.items():
        found = admin_client.get(url("callback_changelist"), {"gebeld": said}).context["cl"]
        assert [call_back.name for call_back in found.result_list] == expected
    for words in ("0470 / 65 43 21", "voormiddag", "sinds 3 uur", "Te bellen"):
        assert words in body(response)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, {"Spreek geen bericht in.", "Je mag de praktijk noemen."}),
        ({"voicemail": True, "discreet": True}, {"Mag.", "Noem de praktijk niet."}),
    ],
)
def test_what_may_be_said_aloud_is_said_in_words(admin_client, asked, said):
    html = body(admin_client.get(url("callback_change", CallBackFactory(**asked))))
    words = (
        "Spreek geen bericht in.",
        "Mag.",
        "Je mag de praktijk noemen.",
        "Noem de praktijk niet.",
    )
    assert {each for each in words if each in html} == said


def test_one_click_says_that_somebody_was_called(admin_client, admin_user):
    call_back = CallBackFactory()
    assert "Gebeld" in body(admin_client.get(url("callback_change", call_back)))
    html = body(admin_client.post(url("callback_gebeld", call_back), follow=True))
    call_back.refresh_from_db()
    assert (call_back.handled_at, call_back.handled_by) == (NOW, admin_user)
    assert "Genoteerd: gebeld." in html
    assert "di 1 december, 8.00 uur, door admin" in html


def test_who_calls_second_is_told(admin_client, django_user_model):
    first = django_user_model.objects.create_user("jo")
    call_back = CallBackFactory(handled_at=NOW - HOUR, handled_by=first)
    html = body(admin_client.post(url("callback_gebeld", call_back), follow=True))
    assert "Een collega heeft al gebeld." in html
    call_back.refresh_from_db()
    assert (call_back.handled_at, call_back.handled_by) == (NOW - HOUR, first)


def test_what_somebody_sent_is_not_changed(admin_client):
    call_back = CallBackFactory(name="Lotte")
    admin_client.post(url("callback_change", call_back), {"name": "Jo", "telephone": ""})
    assert CallBack.objects.get().name == "Lotte"
    assert admin_client.get(url("callback_add")).status_code == 403


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_of_call_backs_costs_the_same_queries(
    admin_client, admin_user, django_assert_num_queries, many
):
    CallBackFactory.create_batch(many, handled_at=timezone.now(), handled_by=admin_user)
    with django_assert_num_queries(6):
        admin_client.get(url("callback_changelist"))


# The addresses of calendars


def test_a_feed_shows_its_address(admin_client, practitioner):
    admin_client.post(url("calendarfeed_add"), {"practitioner": practitioner.pk})
    feed = CalendarFeed.objects.get()
    html = body(admin_client.get(url("calendarfeed_change", feed)))
    assert f"http://testserver/afspraak/agenda/{feed.key}.ics" in html


def test_a_new_address_ends_the_old_one(admin_client, client):
    feed = CalendarFeedFactory()
    old = feed.get_absolute_url()
    html = body(admin_client.post(url("calendarfeed_vernieuwen", feed), follow=True))
    feed.refresh_from_db()
    assert feed.get_absolute_url() in html
    assert client.get(old).status_code == 404


# What never happens


@pytest.mark.parametrize(
    ("name", "make"),
    [("callback_gebeld", CallBackFactory), ("calendarfeed_vernieuwen", CalendarFeedFactory)],
)
def test_a_button_needs_a_post_and_the_right_to_change(client, viewer, admin_client, name, make):
    instance = make()
    before = list(type(instance).objects.values())
    assert admin_client.get(url(name, instance)).status_code == 405
    assert viewer.post(url(name, instance)).status_code == 403
    assert f'"{url(name, instance)}"' not in body(
        viewer.get(url(f"{instance._meta.model_name}_change", instance))
    )
    viewer.logout()
    assert viewer.post(url(name, instance)).status_code == 302
    assert list(type(instance).objects.values()) == before


@pytest.mark.parametrize(
    "model", ["appointment", "callback", "calendarfeed", "closure", "workinghours"]
)
def test_who_may_only_look_sees_lists_and_forms(viewer, appointment, model):
    made = {
        "appointment": lambda: appointment,
        "callback": CallBackFactory,
        "calendarfeed": CalendarFeedFactory,
        "closure": ClosureFactory,
        "workinghours": WorkingHoursFactory,
    }[model]()
    assert viewer.get(url(f"{model}_changelist")).status_code == 200
    html = body(viewer.get(url(f"{model}_change", made)))
    assert "None" not in html
    if model == "closure":
        assert "do 3 dec 2026, 0.00 uur" in html
