"""Asking for an appointment: from what for, over a free moment, to the form."""

import datetime as dt
import ipaddress
import uuid

import pytest
import time_machine
from django.test import Client
from phonenumber_field.phonenumber import PhoneNumber

from booking import limits
from booking.models import Appointment, CallBack, Cell, Closure, Sender
from tests.booking.factories import AppointmentFactory, WorkingHoursFactory, brussels
from tests.booking.pages import errors, form_data, heading, links, parse, texts
from tests.factories import PractitionerFactory, TreatmentFactory

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
QUARTER = dt.timedelta(minutes=15)
START = "/afspraak/"
TIMES = "/afspraak/rug/"
TUESDAY = "/afspraak/rug/2026-11-24-0900/"
CALL_BACK = "/afspraak/terugbellen/"
FILLED_IN = {
    "name": "Mia Claes",
    "email": "mia@example.com",
    "visit": "first",
    "referral": "not_yet",
}


def body(response):
    return response.content.decode()


def send(client, address=TUESDAY, **changes):
    """Open the form and send it filled in, with ``changes``."""
    page = client.get(address)
    return client.post(address, form_data(page) | FILLED_IN | changes)


def nothing_written():
    return not (Appointment.objects.exists() or Cell.objects.exists() or CallBack.objects.exists())


# What for, and with whom


def test_without_a_choice_it_goes_straight_to_the_free_times(client, clinic):
    response = client.get(START)
    assert (response.status_code, response["Location"]) == (302, TIMES)


def test_two_treatments_are_a_choice(client, clinic):
    TreatmentFactory(name="Nekkine", slug="nek").practitioners.add(clinic.an)
    response = client.get(START)
    assert texts(response, ".//main//ul//h2") == ["Nekkine", "Rugkine"]
    assert {TIMES, "/afspraak/nek/", CALL_BACK} <= set(links(response))


def test_two_people_are_a_choice_and_so_is_either(client, clinic):
    bo = PractitionerFactory(name="Bo Smet", slug="bo")
    clinic.treatment.practitioners.add(bo)
    response = client.get(START)
    assert {TIMES, f"{TIMES}?bij=an", f"{TIMES}?bij=bo"} <= set(links(response))
    assert "Maakt niet uit" in body(response)


def test_what_cannot_be_booked_is_not_offered(client, clinic):
    TreatmentFactory(bookable=False, slug="x").practitioners.add(clinic.an)
    TreatmentFactory(slug="niemand")
    TreatmentFactory(slug="y").practitioners.add(PractitionerFactory(bookable=False))
    assert client.get(START)["Location"] == TIMES
    for slug in ("x", "niemand", "y", "bestaat-niet"):
        assert client.get(f"/afspraak/{slug}/").status_code == 404
        assert client.get(f"/afspraak/{slug}/2026-11-24-0900/").status_code == 404


def test_a_practice_without_bookable_treatments_offers_the_telephone(client, clinic):
    clinic.an.bookable = False
    clinic.an.save()
    response = client.get(START)
    assert response.status_code == 200
    assert CALL_BACK in links(response)
    assert "tel:+3256941158" in links(response)


# Free times


def test_the_first_page_is_the_first_week_with_a_free_time(client, clinic):
    Closure.objects.create(starts_at=clinic.now, ends_at=brussels(2026, 12, 2))
    response = client.get(TIMES)
    assert texts(response, ".//h2")[0] == "30 november tot 6 december 2026"
    days = texts(response, ".//ol[@class='days']/li/h3")
    assert days[0] == "maandag 30 november"
    assert len(days) == 7
    assert "/afspraak/rug/2026-12-02-0900/" in links(response)
    assert not any("2026-12-01" in link for link in links(response))


def test_a_week_names_its_days_without_a_free_time_and_its_holidays(client, clinic):
    response = client.get(f"{TIMES}?week=2026-W52")
    assert texts(response, ".//li[@class='full']") == [
        "vrijdag 25 december Gesloten: Kerstmis",
        "zaterdag 26 december Geen vrij moment",
        "zondag 27 december Geen vrij moment",
    ]


def test_weeks_lead_to_each_other_within_what_can_be_booked(client, clinic):
    first = links(client.get(f"{TIMES}?week=2026-W47"))
    assert f"{TIMES}?week=2026-W48" in first
    assert f"{TIMES}?week=2026-W46" not in first
    last = links(client.get(f"{TIMES}?week=2027-W03"))  # 60 days on is Thursday 21 January
    assert f"{TIMES}?week=2027-W02" in last
    assert f"{TIMES}?week=2027-W04" not in last


def test_a_week_without_a_free_time_leads_to_the_next_that_has_one(client, clinic):
    Closure.objects.create(starts_at=brussels(2026, 11, 30), ends_at=brussels(2026, 12, 15))
    response = client.get(f"{TIMES}?week=2026-W49")
    assert "In deze week is niets meer vrij." in body(response)
    assert f"{TIMES}?week=2026-W51" in links(response)


def test_where_nothing_is_free_at_all_there_are_other_ways(client, clinic):
    Closure.objects.create(starts_at=clinic.now, ends_at=brussels(2028, 1, 1))
    response = client.get(TIMES)
    assert response.status_code == 200
    assert "geen vrij moment meer" in body(response)
    assert CALL_BACK in links(response)


@pytest.mark.parametrize(
    "week",
    ["2027-W04", "2026-W54", "2026-W00", "2026-49", "9999-W01", "0001-W01", "2026-W4",
     "2026-W49x", "²026-W49", "2099-W53", "-", "2026-W49\n"],
)  # fmt: skip
def test_a_week_that_is_none_or_can_not_be_booked_is_not_found(client, clinic, week):
    assert client.get(TIMES, {"week": week}).status_code == 404


def test_a_week_that_is_over_leads_to_the_first_that_has_a_free_time(client, clinic):
    page = client.get(f"{TIMES}?week=2026-W46")
    assert texts(page, ".//h2")[0] == "23 november tot 29 november 2026"


def test_a_holiday_is_named_only_where_the_practice_keeps_it(client, clinic):
    clinic.practice.closed_on_holidays = False
    clinic.practice.save()
    Closure.objects.create(starts_at=brussels(2026, 12, 25), ends_at=brussels(2026, 12, 26))
    assert "Kerstmis" not in body(client.get(f"{TIMES}?week=2026-W52"))


def test_a_choice_of_whom_is_kept_all_the_way(client, clinic):
    bo = PractitionerFactory(name="Bo Smet", slug="bo")
    clinic.treatment.practitioners.add(bo)
    WorkingHoursFactory(practitioner=bo)
    page = client.get(f"{TIMES}?bij=bo")
    assert f"{TIMES}?bij=bo&week=2026-W49" in links(page)
    assert "/afspraak/rug/2026-11-23-1100/?bij=bo" in links(page)
    assert not any("2026-11-24" in link for link in links(page))  # An's day
    send(client, "/afspraak/rug/2026-11-23-1100/?bij=bo")
    assert Appointment.objects.get().practitioner == bo


def test_somebody_else_than_who_gives_the_treatment_is_not_found(client, clinic):
    PractitionerFactory(slug="vreemd")
    assert client.get(f"{TIMES}?bij=vreemd").status_code == 404
    assert client.get(f"{TUESDAY}?bij=vreemd").status_code == 404


def test_either_is_offered_each_moment_once_and_finds_who_is_free(client, clinic):
    bo = PractitionerFactory(name="Bo Smet", slug="bo")
    clinic.treatment.practitioners.add(bo)
    WorkingHoursFactory(practitioner=bo)
    address = "/afspraak/rug/2026-11-23-1100/"
    assert links(client.get(TIMES)).count(address) == 1
    first, second = send(client, address), send(client, address, email="b@example.com")
    assert (first.status_code, second.status_code) == (302, 302)
    assert set(Appointment.objects.values_list("practitioner", flat=True)) == {clinic.an.pk, bo.pk}
    assert client.get(address).status_code == 409


def test_reading_sets_no_cookie(client, clinic):
    for address in (START, TIMES, f"{TIMES}?week=2026-W49"):
        assert not client.get(address).cookies


@pytest.mark.parametrize("many", [3, 300])
def test_free_times_cost_the_same_whatever_is_booked(
    client, clinic, django_assert_num_queries, many
):
    for n in range(many):  # the first quarters of the mornings of two months
        AppointmentFactory(
            treatment=clinic.treatment,
            practitioner=clinic.an,
            starts_at=clinic.now + n % 60 * DAY + n // 60 * QUARTER - 2 * HOUR,
            duration_minutes=15,
            pause_minutes=0,
        )
    # The treatment with its people, hours, closures, cells, the practice.
    for page in (TIMES, f"{TIMES}?week=2026-W48", f"{TIMES}?week=2026-W50"):
        with django_assert_num_queries(5, info=page):
            client.get(page)
    with django_assert_num_queries(7):  # whether Christmas is kept, for its times and its name
        client.get(f"{TIMES}?week=2026-W52")


def test_when_two_weeks_are_full_it_looks_at_the_rest_once(
    client, clinic, django_assert_num_queries
):
    Closure.objects.create(starts_at=clinic.now, ends_at=brussels(2026, 12, 7))
    with django_assert_num_queries(9):  # of which one for the holidays up to the horizon
        page = client.get(TIMES)
    assert texts(page, ".//h2")[0] == "7 december tot 13 december 2026"


# The form


def test_a_request_takes_its_time_and_leads_to_its_own_page(client, clinic):
    response = send(
        client,
        name="  Mia   Claes\r\nBcc: x ",
        telephone="0470 12 34 56",
        voicemail="on",
        complaint="Regel een\r\nregel twee",
    )
    appointment = Appointment.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/afspraak/a/{appointment.key}/")
    assert appointment.status == Appointment.Status.REQUESTED
    assert appointment.starts_at == brussels(2026, 11, 24, 9)
    assert (appointment.practitioner, appointment.duration_minutes) == (clinic.an, 45)
    assert appointment.cells.count() == 4
    assert appointment.name == "Mia Claes Bcc: x"
    assert appointment.telephone == PhoneNumber.from_string("+32470123456")
    assert appointment.complaint == "Regel een\nregel twee"
    assert (appointment.voicemail, appointment.discreet) == (True, False)
    assert client.get("/afspraak/rug/2026-11-24-0930/").status_code == 409


def test_the_form_says_which_moment_it_is_for_and_how_old_a_referral_may_be(client, clinic):
    page = body(client.get(TUESDAY))
    assert "dinsdag 24 november 2026 om 9.00 uur" in page
    assert "24 september 2026 of later" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "Vul je naam in."),
        (
            {"email": ""},
            "Vul een e-mailadres of een telefoonnummer in, zodat we kunnen antwoorden.",
        ),
        ({"visit": ""}, "Kom je voor het eerst naar hier? Kies een antwoord."),
        ({"referral": ""}, "Heb je een voorschrift van een arts? Kies een antwoord."),
        ({"referral": "have", "referral_date": "2026-11-23"}, "Deze datum ligt in de toekomst."),
        ({"referral": "have", "referral_date": "2026-02-30"}, "Voer een geldige datum in."),
        ({"referral": "have", "referral_date": "0000-01-01"}, "Voer een geldige datum in."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost_or_written(client, clinic, changes, message):
    typed = {"telephone": "", "complaint": "Alleen dit.", "discreet": "on"}
    response = send(client, **(typed | changes))
    assert response.status_code == 400
    assert message in errors(response)
    assert "<title>Fout: je gegevens" in body(response)
    kept = form_data(response)
    assert kept["complaint"] == "Alleen dit."
    assert kept["discreet"] == "on"
    assert nothing_written()


@pytest.mark.parametrize("field", ["name", "telephone", "email", "complaint", "referral_date"])
def test_nonsense_in_a_field_is_refused_and_nothing_is_written(client, clinic, field):
    response = send(client, referral="have", **{field: "x" * 20_000})
    assert response.status_code == 400
    assert errors(response)
    assert nothing_written()


def test_a_telephone_alone_is_enough(client, clinic):
    assert send(client, email="", telephone="056 94 11 58").status_code == 302


def test_five_hundred_characters_fit_however_lines_are_sent(client, clinic):
    text = "x" * 249 + "\r\n" + "x" * 250
    assert send(client, complaint=text).status_code == 302
    assert len(Appointment.objects.get().complaint) == 500


def test_a_referral_that_will_be_too_old_is_a_warning_not_a_refusal(client, clinic):
    old = {"referral": "have", "referral_date": "2026-09-23"}
    response = send(client, **old)
    assert response.status_code == 400
    assert "24 september 2026 of later" in errors(response)[0]
    assert client.post(TUESDAY, form_data(response)).status_code == 302
    assert str(Appointment.objects.get().referral_date) == "2026-09-23"


def test_a_referral_of_exactly_two_months_is_fine(client, clinic):
    assert send(client, referral="have", referral_date="2026-09-24").status_code == 302


def test_a_date_without_a_referral_is_not_kept(client, clinic):
    send(client, referral="unknown", referral_date="2026-09-01")
    assert Appointment.objects.get().referral_date is None


# Never twice


def test_sending_twice_is_one_appointment_and_the_same_answer(client, clinic):
    data = form_data(client.get(TUESDAY)) | FILLED_IN
    first, second = client.post(TUESDAY, data), client.post(TUESDAY, data)
    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1


def test_a_moment_that_went_while_typing_keeps_what_was_typed_and_offers_others(client, clinic):
    data = (
        form_data(client.get(TUESDAY)) | FILLED_IN | {"complaint": "Blijft staan", "discreet": "on"}
    )
    send(Client(), email="eerder@example.com")
    response = client.post(TUESDAY, data)
    assert response.status_code == 409
    assert heading(response) == "Dit moment is niet meer vrij"
    assert Appointment.objects.count() == 1
    buttons = texts(response, ".//form//button")
    assert buttons[0] == "dinsdag 24 november, 10.00 uur"
    assert len(buttons) == 6
    # One click on another moment sends all of it there.
    response = client.post("/afspraak/rug/2026-11-24-1000/", form_data(response))
    assert response.status_code == 302
    appointment = Appointment.objects.get(email="mia@example.com")
    assert (appointment.complaint, appointment.discreet, appointment.voicemail) == (
        "Blijft staan",
        True,
        False,
    )


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-20-0900",  # past
        "2026-11-22-1200",  # today, and a Sunday
        "2026-11-23-0900",  # within the notice
        "2026-11-24-0905",  # off the grid
        "2026-11-24-0845",  # before the working hours
        "2026-11-24-1630",  # reaches past them
        "2026-11-28-0900",  # Saturday
        "2026-12-25-0900",  # Christmas
        "2027-01-22-0900",  # past the horizon
        "2099-12-31-2345",
        "2027-10-31-0230",  # exists twice
    ],
)
def test_what_is_not_free_can_not_be_asked_for(client, clinic, moment):
    address = f"/afspraak/rug/{moment}/"
    page = client.get(address)
    assert page.status_code == 409
    assert "Deze momenten zijn nog vrij" in body(page)
    response = client.post(address, form_data(client.get(TUESDAY)) | FILLED_IN)
    assert response.status_code == 409
    assert nothing_written()


@pytest.mark.parametrize(
    "moment",
    ["2027-03-28-0230", "2026-02-30-0900", "0001-01-01-0900", "9999-12-31-2345", "2026-11-24-2400",
     "2026-11-24-0960", "2026-11-24", "2026-11-24T09:00+99:00", "2026-11-24-0900+9900", "x",
     "２０２６-11-24-0900", "2026-11-24-0900%00"],
)  # fmt: skip
def test_a_moment_that_does_not_exist_is_not_found(client, clinic, moment):
    for method in (client.get, client.post):
        assert 400 <= method(f"/afspraak/rug/{moment}/").status_code < 405
    assert nothing_written()


# Robots


def test_the_trap_catches_and_says_so(client, clinic):
    response = send(client, leave_empty="http://spam.example")
    assert response.status_code == 400
    assert "robots" in errors(response)[0]
    assert nothing_written()
    assert client.post(TUESDAY, form_data(response)).status_code == 302


@pytest.mark.parametrize("began", ["", "x", "MTIz:forged"])
def test_a_forged_time_takes_another_click(client, clinic, began):
    response = send(client, began=began)
    assert response.status_code == 400
    assert "stond lang open" in errors(response)[0]
    assert client.post(TUESDAY, form_data(response)).status_code == 302


def test_a_form_left_open_overnight_is_taken_after_one_more_click(client, clinic):
    data = form_data(client.get("/afspraak/rug/2026-11-26-0900/")) | FILLED_IN
    with time_machine.travel(brussels(2026, 11, 23, 8), tick=False):
        response = client.post("/afspraak/rug/2026-11-26-0900/", data)
        assert response.status_code == 400
        assert "stond lang open" in errors(response)[0]
        assert client.post("/afspraak/rug/2026-11-26-0900/", form_data(response)).status_code == 302


def test_who_is_faster_than_a_person_is_asked_to_look_again(client, clinic, settings):
    settings.FORM_MIN_SECONDS = 2
    response = send(client)
    assert response.status_code == 400
    assert "heel snel" in errors(response)[0]
    assert nothing_written()


@pytest.mark.parametrize("submission", ["", "x", "1" * 500])
def test_a_form_without_its_number_gets_a_new_one(client, clinic, submission):
    response = send(client, submission=submission)
    assert response.status_code == 400
    assert uuid.UUID(form_data(response)["submission"])
    assert nothing_written()


def test_an_address_that_asks_too_much_is_told_to_call(client, clinic, settings):
    settings.REQUESTS_PER_ADDRESS = 2
    for n in range(2):
        address = f"/afspraak/rug/2026-11-24-{9 + n:02}00/"
        assert send(client, address, email=f"{n}@example.com").status_code == 302
    response = send(client, "/afspraak/rug/2026-11-25-0900/", email="x@example.com")
    assert response.status_code == 429
    assert response["Retry-After"] == str(14 * 3600)  # the end of the day in UTC
    assert "tel:+3256941158" in links(response)
    assert Appointment.objects.count() == 2
    assert Sender.objects.get().count == 2
    assert send(client, CALL_BACK, telephone="0470123456").status_code == 429


def test_an_address_is_kept_as_a_hash_and_for_a_day(client, clinic):
    send(client)
    assert "127.0.0.1" not in Sender.objects.get().address
    limits.forget_senders(brussels(2026, 11, 22, 23))
    assert Sender.objects.exists()
    limits.forget_senders(brussels(2026, 11, 23, 12))
    assert not Sender.objects.exists()


def test_addresses_are_told_apart_through_a_trusted_proxy_only(client, clinic, settings):
    settings.REQUESTS_PER_ADDRESS = 1
    settings.TRUSTED_PROXY = [ipaddress.ip_network("127.0.0.1")]
    for n in range(2):
        client = Client(headers={"x-forwarded-for": f"192.0.2.{n}"})
        address = f"/afspraak/rug/2026-11-24-{9 + n:02}00/"
        assert send(client, address, email=f"{n}@example.com").status_code == 302
    settings.TRUSTED_PROXY = []
    for n, expected in ((2, 302), (3, 429)):
        client = Client(headers={"x-forwarded-for": f"192.0.2.{n}"})
        address = f"/afspraak/rug/2026-11-24-{9 + n:02}00/"
        assert send(client, address, email=f"{n}@example.com").status_code == expected


@pytest.mark.parametrize(
    "same", [{"email": "MIA@example.com"}, {"email": "", "telephone": "+32470123456"}]
)
def test_two_open_requests_of_a_person_are_the_limit(client, clinic, same):
    for hour in ("09", "10"):
        send(client, f"/afspraak/rug/2026-11-24-{hour}00/", telephone="0470 123 456")
    response = send(client, "/afspraak/rug/2026-11-25-0900/", **same)
    assert response.status_code == 429
    assert Appointment.objects.count() == 2
    # Once one is answered there is room again.
    Appointment.objects.filter(pk=Appointment.objects.first().pk).update(status="confirmed")
    assert send(client, "/afspraak/rug/2026-11-25-0900/", **same).status_code == 302


def test_another_site_can_not_send_the_form(clinic):
    client = Client(enforce_csrf_checks=True)
    data = form_data(client.get(TUESDAY)) | FILLED_IN
    assert Client(enforce_csrf_checks=True).post(TUESDAY, data).status_code == 403
    assert nothing_written()
    assert client.post(TUESDAY, data).status_code == 302


@pytest.mark.parametrize("count", [1000, 6000])
def test_a_thousand_fields_are_refused(client, clinic, count):
    response = send(client, **{f"veld{n}": "x" for n in range(count)})
    assert response.status_code == 400
    assert nothing_written()


@pytest.mark.parametrize("address", [TUESDAY, CALL_BACK, TIMES, START])
def test_three_megabytes_are_refused_in_plain_words(clinic, address):
    client = Client(raise_request_exception=False)
    data = {"complaint": "x" * 3_000_000, "agreed": "on", "self_test": "x"}
    response = client.post(address, data)
    assert response.status_code == 400
    assert "<h1>" in body(response)
    assert nothing_written()


# Being called


def test_asking_to_be_called_needs_a_name_and_a_telephone_only(client, clinic):
    page = client.get(CALL_BACK)
    assert "email" not in form_data(page)
    response = client.post(
        CALL_BACK,
        form_data(page)
        | {"name": "Mia", "telephone": "0470123456", "parts_of_day": ["morning", "evening"]},
    )
    call_back = CallBack.objects.get()
    assert (response.status_code, response["Location"]) == (302, call_back.get_absolute_url())
    assert call_back.parts_of_day == "voormiddag of avond"
    sent = client.get(response["Location"])
    assert heading(sent) == "We bellen je terug"
    assert "dinsdag 24 november" in body(sent)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Vul je naam in."),
        ({"telephone": ""}, "Vul je telefoonnummer in."),
        (
            {"parts_of_day": "nacht"},
            "Selecteer een geldige keuze. nacht is geen beschikbare keuze.",
        ),
    ],
)
def test_a_call_back_without_what_it_needs_is_not_stored(client, clinic, changes, message):
    response = send(client, CALL_BACK, **({"telephone": "0470123456"} | changes))
    assert response.status_code == 400
    assert message in errors(response)
    assert nothing_written()


def test_a_call_back_sent_twice_is_one(client, clinic):
    data = form_data(client.get(CALL_BACK)) | {"name": "Mia", "telephone": "0470123456"}
    assert client.post(CALL_BACK, data)["Location"] == client.post(CALL_BACK, data)["Location"]
    assert CallBack.objects.count() == 1


# With the self-test

ANSWERS = {"agreed": "on", "self_test": "Vraag 1: ja <b>&\nVraag 2: nee"}


def test_answers_travel_from_page_to_page_and_in_no_address(clinic):
    client = Client(enforce_csrf_checks=True)
    response = client.post(START, ANSWERS)
    assert (response.status_code, response["Location"]) == (307, TIMES)
    page = client.post(TIMES, ANSWERS)
    assert form_data(page) == ANSWERS
    assert "Vraag 1" not in "".join(filter(None, links(page)))
    response = client.post(f"{TUESDAY}met-zelftest/", form_data(page))
    assert parse(response).find(".//main//form").get("action") == TUESDAY
    data = form_data(response)
    assert data["self_test"] == ANSWERS["self_test"]
    assert "self_test_agreed" not in data  # never ticked beforehand
    sent = client.post(TUESDAY, data | FILLED_IN | {"self_test_agreed": "on"})
    assert sent.status_code == 302
    assert Appointment.objects.get().self_test == ANSWERS["self_test"]


def test_a_choice_of_treatment_takes_the_answers_along(client, clinic):
    TreatmentFactory(slug="nek").practitioners.add(clinic.an)
    assert form_data(client.post(START, ANSWERS)) == ANSWERS


def test_answers_without_the_last_tick_are_not_kept(client, clinic):
    data = form_data(client.post(f"{TUESDAY}met-zelftest/", ANSWERS))
    client.post(TUESDAY, data | FILLED_IN)
    assert Appointment.objects.get().self_test == ""


def test_answers_without_the_first_tick_go_nowhere(client, clinic):
    page = client.post(START, ANSWERS | {"agreed": ""}, follow=True)
    assert "Vraag 1" not in body(page)
    assert "Vraag 1" not in body(client.post(TIMES, {"self_test": "Vraag 1"}))


def test_answers_are_kept_when_the_moment_has_gone_already(client, clinic):
    send(Client(), email="eerder@example.com")
    page = client.post(f"{TUESDAY}met-zelftest/", ANSWERS)
    assert page.status_code == 409
    assert form_data(page) == ANSWERS
    page = client.post("/afspraak/rug/2026-11-24-1000/met-zelftest/", form_data(page))
    assert form_data(page)["self_test"] == ANSWERS["self_test"]


@pytest.mark.parametrize("name", ["\u200b", "\u202e \u200f", "\x07\x1b"])
def test_a_name_that_nobody_can_read_is_none(client, clinic, name):
    response = send(client, name=name)
    assert errors(response) == ["Vul je naam in."]
    assert nothing_written()


def test_an_address_that_mail_programs_read_as_two_is_refused(client, clinic):
    response = send(client, email='"a,evil@example.com,b"@example.com')
    assert "zonder aanhalingstekens" in errors(response)[0]
    assert nothing_written()


def test_answers_stay_with_the_form_when_something_is_missing_and_when_the_moment_goes(
    client, clinic
):
    data = form_data(client.post(f"{TUESDAY}met-zelftest/", ANSWERS)) | FILLED_IN
    response = client.post(TUESDAY, data | {"name": "", "self_test_agreed": "on"})
    assert form_data(response)["self_test"] == ANSWERS["self_test"]
    assert form_data(response)["self_test_agreed"] == "on"
    send(Client(), email="eerder@example.com")
    response = client.post(TUESDAY, data | {"self_test_agreed": "on"})
    assert response.status_code == 409
    client.post("/afspraak/rug/2026-11-24-1000/", form_data(response))
    assert Appointment.objects.get(email="mia@example.com").self_test == ANSWERS["self_test"]
