"""What patients confide: read by their own therapist, and each time it leaves a line."""

import pytest
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from booking.models import Appointment, AuditEntry
from tests.booking.factories import AppointmentFactory, in_days
from tests.booking.staff_pages import body, look, url
from tests.factories import PractitionerFactory
from tests.staff import make_staff, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]

COMPLAINT = "CANARY-KLACHT"
SELF_TEST = "CANARY-TEST\nVraag 2: nee"


@pytest.fixture
def therapist():
    """A user of the group, who treats patients."""
    user = make_staff("therapeut", name="ann")
    PractitionerFactory(user=user)
    return user


@pytest.fixture
def appointment(therapist):
    return AppointmentFactory(
        practitioner=therapist.practitioner,
        starts_at=in_days(3, 9),
        complaint=COMPLAINT,
        self_test=SELF_TEST,
    )


def page(appointment):
    return url("confided", appointment)


def lines():
    return list(AuditEntry.objects.order_by("pk").values_list("name", "action", "number"))


def words(appointment):
    return Appointment.objects.defer(None).get(pk=appointment.pk).complaint


def test_their_therapist_reads_it(client, therapist, appointment):
    sign_in(client, therapist)
    html = body(client.get(page(appointment)))
    assert COMPLAINT in html
    assert "CANARY-TEST<br>Vraag 2: nee" in html
    assert "is genoteerd" in html


def test_each_opening_leaves_a_line_that_says_who_when_and_which(client, therapist, appointment):
    sign_in(client, therapist)
    before = timezone.now()
    for _ in range(2):
        client.get(page(appointment))
    assert lines() == [("ann", "read", appointment.pk)] * 2
    entry = AuditEntry.objects.first()
    assert before <= entry.at <= timezone.now()
    assert entry.user == therapist
    assert "CANARY" not in repr(list(AuditEntry.objects.values()))


def test_where_there_is_nothing_to_read_there_is_nothing_to_note(client, therapist):
    appointment = AppointmentFactory(practitioner=therapist.practitioner)
    sign_in(client, therapist)
    client.get(page(appointment))
    assert lines() == []


def test_the_appointment_itself_is_handled_without_reading_it(client, therapist, appointment):
    sign_in(client, therapist)
    html = look(client, appointment)
    assert "Er staat waarover het gaat en een zelftest." in html
    assert page(appointment) in html
    assert "CANARY" not in html
    assert lines() == []


@pytest.mark.parametrize("group", ["onthaal", "beheerder"])
def test_who_arranges_appointments_learns_that_there_is_something_not_what(
    client, appointment, group
):
    sign_in(client, make_staff(group))
    html = look(client, appointment)
    assert f"Alleen {appointment.practitioner} kan het lezen." in html
    assert page(appointment) not in html
    assert client.get(page(appointment)).status_code == 403
    assert client.post(page(appointment), {"complaint": "x"}).status_code == 403
    assert words(appointment) == COMPLAINT
    assert lines() == []


def test_not_even_who_may_do_everything_reads_it(admin_client, appointment):
    assert admin_client.get(page(appointment)).status_code == 403
    assert lines() == []


def test_another_therapist_does_not_find_it(client, appointment):
    other = make_staff("therapeut")
    PractitionerFactory(user=other)
    sign_in(client, other)
    assert client.get(page(appointment)).status_code == 404
    assert client.post(page(appointment), {"complaint": "x"}).status_code == 404
    assert words(appointment) == COMPLAINT


def test_a_therapist_without_the_right_does_not_read_it(client):
    user = make_staff("onthaal")
    appointment = AppointmentFactory(
        practitioner=PractitionerFactory(user=user), complaint=COMPLAINT
    )
    sign_in(client, user)
    assert client.get(page(appointment)).status_code == 403


def test_it_moves_along_with_the_appointment(client, therapist, appointment):
    other = make_staff("therapeut")
    Appointment.objects.update(practitioner=PractitionerFactory(user=other))
    sign_in(client, therapist)
    assert client.get(page(appointment)).status_code == 404
    sign_in(client, other)
    assert COMPLAINT in body(client.get(page(appointment)))


def test_the_therapist_puts_it_in_other_words(client, therapist, appointment):
    sign_in(client, therapist)
    answer = client.post(page(appointment), {"complaint": "Korter.\r\nZo."}, follow=True)
    assert words(appointment) == "Korter.\nZo."
    assert "Bewaard." in body(answer)
    assert lines() == [("ann", "read", appointment.pk), ("ann", "changed", appointment.pk)]


def test_an_empty_answer_erases_it(client, therapist, appointment):
    sign_in(client, therapist)
    assert "Gewist." in body(client.post(page(appointment), {"complaint": ""}, follow=True))
    assert words(appointment) == ""


def test_what_was_not_changed_is_not_written(client, therapist, appointment):
    sign_in(client, therapist)
    client.post(page(appointment), {"complaint": COMPLAINT})
    assert [action for _, action, _ in lines()] == ["read"]


def test_what_a_patient_may_write_the_therapist_may_keep_and_no_more(
    client, therapist, appointment
):
    sign_in(client, therapist)
    longest = "a\n" * 250
    client.post(page(appointment), {"complaint": longest.replace("\n", "\r\n")})
    assert words(appointment) == longest.strip()
    answer = client.post(page(appointment), {"complaint": "x" * 501})
    html = body(answer)
    assert "Er is nog niets bewaard." in html
    assert "x" * 501 in html  # nothing typed is lost
    assert words(appointment) == longest.strip()


def test_lists_never_read_it_from_the_database(client, therapist, appointment, settings):
    # With this key, reading it would fail.
    settings.ENCRYPTION_KEYS = ["I" * 43 + "="]
    sign_in(client, therapist)
    for path in ("/beheer/", "/beheer/agenda/", "/beheer/booking/appointment/"):
        assert client.get(path).status_code == 200
    assert "Er staat" in look(client, appointment)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_queries(client, therapist, appointment, count):
    for _ in range(count):
        AppointmentFactory(practitioner=therapist.practitioner, complaint=COMPLAINT)
    sign_in(client, therapist)
    client.get(page(appointment))
    with assertNumQueries(10):
        client.get(page(appointment))


# The list of who read what


@pytest.fixture
def noted(client, therapist, appointment):
    sign_in(client, therapist)
    client.get(page(appointment))
    client.logout()
    return AuditEntry.objects.get()


def test_the_beheerder_sees_who_read_what(client, noted):
    sign_in(client, make_staff("beheerder"))
    html = body(client.get("/beheer/booking/auditentry/"))
    assert "ann" in html
    assert "gelezen" in html
    assert f"nr. {noted.number}" in html
    assert "CANARY" not in html


def test_nobody_changes_it(admin_client, noted):
    base = "/beheer/booking/auditentry/"
    assert admin_client.get(f"{base}add/").status_code == 403
    assert admin_client.post(f"{base}{noted.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_client.post(f"{base}{noted.pk}/change/", {"name": "iemand anders"})
    noted.refresh_from_db()
    assert noted.name == "ann"


def test_it_can_be_taken_along_for_an_inspection(client, noted):
    AuditEntry.objects.update(name="=HYPERLINK(1)")
    sign_in(client, make_staff("beheerder"))
    answer = client.get("/beheer/booking/auditentry/inzages.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    header, line = body(answer).lstrip("\ufeff").splitlines()
    assert header == '"wanneer";"wie";"wat";"afspraak"'
    assert line.endswith(f""";"'=HYPERLINK(1)";"gelezen";"{noted.number}\"""")


def test_it_outlives_the_account(noted, therapist):
    therapist.delete()
    noted.refresh_from_db()
    assert (noted.user, noted.name) == (None, "ann")
