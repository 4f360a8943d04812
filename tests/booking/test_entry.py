"""An appointment that was made by telephone, as staff enter it."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from post_office.models import Email

from booking.models import Appointment, Change, Weekday
from tests.booking.factories import ClosureFactory, WorkingHoursFactory
from tests.booking.situation import (
    HOUR,
    NOW,
    START,
    Meanwhile,
    Status,
    everything,
    in_status,
    quarters,
)
from tests.factories import PractitionerFactory, TreatmentFactory
from tests.staff import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now", "practice")]

ADD = "/beheer/booking/appointment/add/"


@pytest.fixture
def enter(admin_client, treatment, practitioner):
    """Sends the form for Thursday at nine, with these changes; the page that follows."""

    def send(**changed):
        data = {
            "treatment": treatment.pk,
            "practitioner": practitioner.pk,
            "day": "2026-12-03",
            "time": "09:00",
            "name": "Lotte",
            "telephone": "0470 12 34 56",
            "email": "lotte@example.com",
        }
        return admin_client.post(ADD, data | changed, follow=True).content.decode()

    return send


def test_it_is_confirmed_at_once_and_mailed(enter, admin_user):
    html = enter(visit="first", referral="have", referral_date="2026-11-20")
    appointment = Appointment.objects.get()
    assert (appointment.status, appointment.starts_at) == (Status.CONFIRMED, START)
    assert (appointment.visit, appointment.referral) == ("first", "have")
    assert appointment.referral_date == dt.date(2026, 11, 20)
    assert quarters(appointment) == [0, 1, 2, 3]
    assert Change.objects.get().user == admin_user
    assert Email.objects.get().to == ["lotte@example.com"]
    assert "De afspraak staat erin. De patiënt krijgt een mail." in html


def test_a_telephone_number_is_enough(enter):
    html = enter(email="")
    assert "Geen e-mailadres: laat het zelf weten op 0470 / 12 34 56." in html
    assert not Email.objects.exists()


def test_an_address_is_enough(enter):
    enter(telephone="")
    assert Appointment.objects.get().telephone == ""


def test_an_address_is_stored_as_mail_goes_to_it(enter):
    enter(email="lotte@b\u00fccher.example")
    assert Appointment.objects.get().email == "lotte@xn--bcher-kva.example"
    assert Email.objects.get().to == ["lotte@xn--bcher-kva.example"]


def test_staff_need_no_notice(enter):
    enter(day="2026-12-01", time="10:00")
    assert Appointment.objects.get().starts_at == NOW + 2 * HOUR


WRONG = [
    ({"name": ""}, "verplicht"),
    ({"telephone": "", "email": ""}, "Vul een telefoonnummer of een e-mailadres in."),
    ({"telephone": "12"}, "telefoonnummer"),
    ({"email": "lotte"}, "e-mailadres"),
    ({"email": "lotte@\u200d.be"}, "teken waarmee we niet kunnen mailen"),
    ({"time": "09:10"}, "Kies een kwartier"),
    ({"time": "25:00"}, "geldige tijd"),
    ({"day": "2026-02-30"}, "geldige datum"),
    ({"day": "0001-01-01"}, "Deze dag is al voorbij."),
    ({"day": "2026-11-30"}, "Deze dag is al voorbij."),
    ({"day": "2026-12-01", "time": "08:00"}, "Dit moment is al voorbij."),
    ({"day": "9999-12-31", "time": "23:45"}, "ligt te ver weg"),
    ({"day": "2027-03-28", "time": "02:30"}, "verspringt de klok"),
    ({"day": "2027-10-31", "time": "02:30"}, "verspringt de klok"),
    ({"practitioner": "0"}, "geldige keuze"),
    ({"practitioner": str(10**30)}, "geldige keuze"),
    ({"treatment": "x"}, "geldige keuze"),
]


@pytest.mark.parametrize(("changed", "said"), WRONG)
def test_what_is_wrong_is_said_and_nothing_is_lost(enter, changed, said):
    before = everything()
    html = enter(**changed)
    assert said in html
    assert everything() == before
    assert 'name="day"' in html
    if "name" not in changed:
        assert 'value="Lotte"' in html


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"time": "20:00"}, "werkt dan niet."),
        ({"time": "16:15"}, "werkt dan niet."),
        ({"day": "2026-12-25"}, "Het is dan een feestdag: Kerstmis."),
        ({"day": "2026-12-10"}, "De praktijk is dan afwezig (Verhuis)."),
    ],
)
def test_outside_the_rules_it_asks_once_more(enter, practitioner, changed, said):
    day = dt.datetime(2026, 12, 10, tzinfo=dt.UTC)
    ClosureFactory(starts_at=day, ends_at=day + dt.timedelta(days=1), reason="Verhuis")
    html = enter(**changed)
    assert said in html
    assert 'value="Lotte"' in html
    assert not Appointment.objects.exists()
    tick = html.partition('name="anyway" value="')[2].partition('"')[0]
    enter(**changed, anyway=tick)
    assert Appointment.objects.get().status == Status.CONFIRMED


def test_who_does_not_give_the_treatment_is_pointed_out(enter):
    other = PractitionerFactory(name="Jo")
    html = enter(practitioner=other.pk)
    assert "Jo geeft deze behandeling niet." in html


def test_hours_for_another_treatment_are_none(enter, treatment, practitioner):
    practitioner.working_hours.all().delete()
    for weekday in Weekday.values:
        WorkingHoursFactory(
            practitioner=practitioner, weekday=weekday, treatments=[TreatmentFactory()]
        )
    assert "werkt dan niet." in enter()


@pytest.mark.parametrize("status", Appointment.OCCUPYING)
def test_never_over_another_appointment_not_even_with_a_tick(
    enter, treatment, practitioner, status
):
    in_status(status, treatment, practitioner)
    before = everything()
    html = enter(time="09:30", anyway=f"202612030830/{practitioner.pk}")
    assert "heeft dan al een afspraak, van 9.00 tot 10.00 uur. Er is niets bewaard." in html
    assert everything() == before


def test_the_pause_after_it_is_time_as_well(enter, treatment, practitioner):
    treatment.pause_minutes = 15
    treatment.save()
    in_status(Status.CONFIRMED, treatment, practitioner, START + HOUR)
    assert "heeft dan al een afspraak" in enter()


def test_who_loses_the_race_is_told_and_nothing_is_written(enter, treatment, practitioner):
    """Between the look and the writing somebody else was a moment earlier."""
    before = everything()
    rival = Meanwhile(
        'INSERT INTO "booking_appointment"',
        lambda: in_status(Status.CONFIRMED, treatment, practitioner),
    )
    with connection.execute_wrapper(rival):
        assert "Dit moment is niet meer vrij." in enter()
    assert everything() == before


def test_a_second_click_enters_it_once(enter):
    enter()
    assert "heeft dan al een afspraak" in enter()
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "day", "time"),
    [
        ({"dag": "2026-12-08"}, "2026-12-08", None),
        ({"start": "2026-12-08-0930"}, "2026-12-08", "09:30"),
        ({"dag": "9999-12-31"}, None, None),
        (
            {"dag": "x", "start": "2026-13-45-9999", "treatment": "x", "practitioner": "²"},
            None,
            None,
        ),
    ],
)
def test_links_fill_in_the_form(admin_client, treatment, practitioner, query, day, time):
    form = admin_client.get(ADD, query).context["adminform"].form
    assert form["day"].value() == (dt.date.fromisoformat(day) if day else None)
    assert form["time"].value() == (dt.time.fromisoformat(time) if time else None)
    assert form["treatment"].value() == treatment.pk
    assert form["practitioner"].value() == practitioner.pk


def test_who_may_not_add_gets_no_form(client, django_user_model):
    user = django_user_model.objects.create_user("kijker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_appointment"))
    sign_in(client, user)
    assert client.get(ADD).status_code == 403
    assert client.post(ADD).status_code == 403


def test_before_anything_was_entered_the_form_opens(admin_client):
    assert admin_client.get(ADD).status_code == 200
    assert admin_client.post(ADD).status_code == 200
