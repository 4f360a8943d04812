"""The forms: to ask for a moment, and to be called; what is stored, and what is refused."""

import pytest
from django.test import Client
from phonenumber_field.phonenumber import PhoneNumber
from post_office.models import Email

from booking.models import Appointment, CallBack
from tests.booking.asking import (
    CALL_BACK,
    FILLED_IN,
    START,
    TIMES,
    TUESDAY,
    body,
    nothing_written,
    send,
)
from tests.booking.factories import brussels
from tests.booking.pages import errors, form_data, heading, links, parse, texts
from tests.factories import TreatmentFactory

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


@pytest.mark.parametrize(
    "spelling",
    [
        "mia@\uff45xample.com",
        "mia@example\u2024com",
        "MIA@EX\uff21MPLE.COM",
        "m\uff49a@example.com",
    ],
)
def test_another_spelling_of_an_address_gets_no_more_mails(client, clinic, spelling):
    for hour, email in enumerate(["mia@example.com", "mia@example.com", spelling], start=9):
        sent = send(client, f"/afspraak/rug/2026-11-24-{hour:02}00/", email=email)
        assert sent.status_code == 302
    asked = Appointment.objects.all()
    assert {each.email.lower() for each in asked} == {"mia@example.com"}
    assert Email.objects.filter(about__kind="requested", expires_at=None).count() == 2


@pytest.mark.parametrize(
    "address", ["mia@e\u00adxample.com", "mia@\u200d.be", "mia@stra\u00dfe.example"]
)
def test_an_address_that_no_mail_can_be_written_to_is_refused(client, clinic, address):
    response = send(client, email=address)
    assert "staat een teken waarmee we niet kunnen mailen" in errors(response)[0]
    assert nothing_written()


def test_an_address_that_becomes_two_is_refused(client, clinic):
    response = send(client, email="a@x\uff0cmia\uff20example.com")
    assert "geldig e-mailadres" in errors(response)[0]
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
