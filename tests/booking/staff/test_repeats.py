"""Which requests staff look at twice."""

import pytest

from booking.models import Appointment, CallBack
from booking.staff.repeats import count_earlier, repeat_in_words
from tests.booking.factories import AppointmentFactory, CallBackFactory
from tests.booking.situation import HOUR, NOW, SECOND, START, Status
from tests.booking.situation import ask as ask_online
from tests.booking.staff_pages import look
from tests.staff import make_staff, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now", "practice")]

CHANGELIST = "/beheer/booking/appointment/"
CALL_BACKS = "/beheer/booking/callback/"
NUMBER, OTHER = "+32470123456", "+32470654321"


def ask(n, **fields):
    """A request, so many seconds after NOW."""
    return AppointmentFactory(created_at=NOW + n * SECOND, **fields)


def ask_to_be_called(n, **fields):
    return CallBackFactory(created_at=NOW + n * SECOND, **fields)


def words(request):
    return repeat_in_words(count_earlier(type(request).objects).get(pk=request.pk))


def test_each_from_the_third_on_says_which_one_it_is():
    asked = [ask(n, telephone=NUMBER, email="") for n in range(12)]
    assert [words(each) for each in asked[:4]] == [
        "",
        "",
        "derde aanvraag met dit telefoonnummer",
        "vierde aanvraag met dit telefoonnummer",
    ]
    assert words(asked[9]) == "tiende aanvraag met dit telefoonnummer"
    assert words(asked[11]) == "12e aanvraag met dit telefoonnummer"


@pytest.mark.parametrize(("most", "marked"), [(0, []), (1, ["tweede", "derde"]), (2, ["derde"])])
def test_the_setting_says_how_many_need_no_second_look(settings, most, marked):
    settings.OPEN_REQUESTS_PER_PERSON = most
    said = [words(each) for each in [ask(n, email="") for n in range(3)]]
    assert [each.split()[0] for each in said if each] == marked


def test_a_number_or_an_address_will_do_however_that_is_written():
    ask(0, telephone=NUMBER, email="lotte@example.com")
    ask(1, telephone=OTHER, email="LOTTE@example.com")
    third = ask(2, telephone="", email="Lotte@Example.com")
    assert words(third) == "derde aanvraag met dit e-mailadres"
    by_either = ask(3, telephone=NUMBER, email="lotte@example.com")
    assert words(by_either) == "vierde aanvraag met dit telefoonnummer of e-mailadres"


def test_what_was_not_filled_in_is_not_the_same():
    for n in range(3):
        ask(n, telephone="", email=f"a_{n}@example.com")
        ask(n, telephone=f"+3247012345{n}", email="")
    # An underscore stands for any letter in what a database compares.
    assert words(ask(4, telephone="", email="aX1@example.com")) == ""
    assert not any(map(words, Appointment.objects.all()))


def test_what_was_answered_counts_no_more_and_is_not_marked():
    first, _, third = (ask(n, email="") for n in range(3))
    assert words(third)
    Appointment.objects.filter(pk=first.pk).update(status=Status.CONFIRMED)
    assert words(third) == ""
    fourth = ask(3, email="")
    assert words(fourth) == "derde aanvraag met dit telefoonnummer"
    Appointment.objects.filter(pk=fourth.pk).update(status=Status.DECLINED)
    assert words(fourth) == ""


def test_call_backs_and_appointments_count_together():
    ask(0, telephone=NUMBER)
    ask_to_be_called(1, telephone=NUMBER)
    third = ask_to_be_called(2, telephone=NUMBER)
    assert words(third) == "derde aanvraag met dit telefoonnummer"
    assert words(ask(3, telephone=NUMBER, email="")) == "vierde aanvraag met dit telefoonnummer"
    CallBack.objects.update(handled_at=NOW)
    assert words(third) == ""


# Where staff see it


def test_the_form_the_list_and_the_call_backs_say_it(admin_client):
    asked = [ask(n, telephone=NUMBER, email="lotte@example.com") for n in range(3)]
    call_back = ask_to_be_called(3, telephone=NUMBER)
    said = "Derde aanvraag met dit telefoonnummer of e-mailadres"
    assert said in look(admin_client, asked[2])
    assert "aanvraag met dit" not in look(admin_client, asked[1])
    assert admin_client.get(CHANGELIST).content.decode().count(said) == 1
    for path in (CALL_BACKS, f"{CALL_BACKS}{call_back.pk}/change/"):
        page = admin_client.get(path).content.decode()
        assert "Vierde aanvraag met dit telefoonnummer<" in page


def test_a_therapist_is_told_the_number_and_not_whose_the_others_are(client, practitioner):
    user = make_staff("therapeut")
    practitioner.user = user
    practitioner.save()
    for n in range(2):
        ask(n, name="Elders", telephone=NUMBER)
    own = ask(2, telephone=NUMBER, practitioner=practitioner)
    page = look(sign_in(client, user), own)
    assert "Derde aanvraag met dit" in page
    assert "Elders" not in page


@pytest.mark.parametrize("was_held", [True, False])
def test_staff_read_whether_the_patient_was_told(admin_client, treatment, practitioner, was_held):
    details = {"name": "Lotte", "telephone": NUMBER}
    for n in range(3):
        email = "lotte@example.com" if was_held else f"lotte{n}@example.com"
        last = ask_online(
            treatment,
            START + n * HOUR,
            details=details | {"email": email},
            now=NOW + n * SECOND,
        )
    page = look(admin_client, last)
    assert "Derde aanvraag" in page
    assert ("ging nog geen mail naar de patiënt" in page) == was_held
    assert ("Gaat niet meer weg" in page) == was_held
