"""What is kept of one person: handed over, and erased."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.utils import timezone
from post_office.models import Attachment, Email

from booking import actors, erasures, mails, persons, workflow
from booking.models import Appointment, AuditEntry, CallBack, Cell, Change, Mail
from kinekracht.staff import mails as staff_mails
from tests.booking.factories import AppointmentFactory, CallBackFactory, in_days
from tests.booking.staff_pages import body
from tests.staff import make_staff, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice", "own_folder")]

TELEPHONE, EMAIL = "+32470123456", "lotte@example.com"
SHOW, EXPORT, ERASE = (f"/beheer/persoon/{path}" for path in ("", "gegevens/", "wissen/"))
NOW = timezone.now()


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.SHARED_DIR = tmp_path


@pytest.fixture
def lotte():
    """Somebody with a visit to come, one that was, and a question to be called."""
    coming = AppointmentFactory(
        name="Lotte Maes",
        telephone=TELEPHONE,
        email=EMAIL,
        starts_at=in_days(5, 9),
        complaint="CANARY-KLACHT",
        self_test="CANARY-TEST",
    )
    mails.requested(coming)
    workflow.confirm(coming, version=0, by=actors.NOBODY, now=NOW)
    past = AppointmentFactory(
        name="Lotte", telephone="", email="Lotte@Example.com", starts_at=in_days(-9, 9)
    )
    called = CallBackFactory(name="L. Maes", telephone=TELEPHONE)
    return coming, past, called


@pytest.fixture
def others():
    """Somebody else, of whom nothing may be touched."""
    appointment = AppointmentFactory(telephone="+32470999999", email="mia@example.com")
    mails.requested(appointment)
    CallBackFactory(telephone="+32470999999")


@pytest.fixture
def beheerder(client):
    return sign_in(client, make_staff("beheerder", name="els"))


def find(telephone=TELEPHONE, email=EMAIL):
    return persons.find(telephone=telephone, email=email)


def count(found):
    return len(found.appointments), len(found.call_backs), len(found.mails)


# Finding


def test_all_of_somebody_is_found_by_both(lotte, others):
    assert count(find()) == (2, 1, 2)


def test_by_one_of_them_what_was_given_with_it(lotte, others):
    assert count(find(email="")) == (1, 1, 2)
    assert count(find(telephone="")) == (2, 0, 2)


def test_case_makes_no_other_person(lotte):
    assert count(find(telephone="", email="LOTTE@EXAMPLE.COM")) == (2, 0, 2)


def test_mails_about_a_colleague_s_login_are_no_patient_s(lotte):
    """Who erases a person would else take the warning that waits for a colleague."""
    colleague = make_staff("beheerder", name="lotte")
    colleague.email = EMAIL
    staff_mails.password_known(colleague)
    staff_mails.rights_changed(EMAIL, [])
    waiting = set(Email.objects.filter(to=EMAIL, about=None).values_list("pk", flat=True))
    assert len(waiting) == 2
    assert count(find()) == (2, 1, 2)
    persons.erase(find(), by=actors.NOBODY, now=NOW)
    assert set(Email.objects.filter(to=EMAIL).values_list("pk", flat=True)) == waiting


def test_nobody_is_nobody(others):
    assert not find()
    assert not find(telephone="", email="")


def test_what_was_made_anonymous_is_nobodys(lotte):
    Appointment.objects.update(telephone="", email="")
    assert count(find(telephone="", email="")) == (0, 0, 0)


# Handing over


def test_the_export_holds_all_of_it(lotte):
    data = persons.export(find(), by=actors.NOBODY, now=NOW)
    said = json.dumps(data, ensure_ascii=False)
    for part in (
        "Lotte Maes", "L. Maes", "0470 / 12 34 56", EMAIL, "CANARY-KLACHT", "CANARY-TEST",
        "bevestigd", "We kregen je aanvraag", "afspraak.ics",
    ):  # fmt: skip
        assert part in said
    [first, second] = data["afspraken"]
    assert {first["naam"], second["naam"]} == {"Lotte Maes", "Lotte"}


def test_the_readable_export_holds_the_same(lotte):
    data = persons.export(find(), by=actors.NOBODY, now=NOW)
    text = persons.as_text(data)
    for part in ("naam: Lotte Maes", "zelftest: CANARY-TEST", "mails: 2", "\n  1.\n"):
        assert part in text


def test_each_appointment_in_an_export_gets_a_line(lotte):
    user = make_staff("beheerder", name="els")
    persons.export(find(), by=actors.staff(user), now=NOW)
    noted = set(AuditEntry.objects.values_list("name", "action", "number"))
    assert noted == {("els", "exported", each.pk) for each in lotte[:2]}


def test_the_export_says_who_looked_before_without_naming_staff(lotte):
    user = make_staff("beheerder", name="els-van-het-onthaal")
    persons.export(find(), by=actors.staff(user), now=NOW)
    data = persons.export(find(), by=actors.staff(user), now=NOW)
    assert len(data["afspraken"][0]["ingezien in de praktijk"]) == 2
    assert "els-van-het-onthaal" not in json.dumps(data)


# Erasing


def test_nothing_is_left_and_nobody_else_is_touched(lotte, others):
    before = list(Appointment.objects.filter(email="mia@example.com").values())
    LogEntry.objects.create(
        user=make_staff(),
        action_flag=2,
        object_repr="L.M. op 3/12/2026",
        object_id=str(lotte[0].pk),
        content_type=ContentType.objects.get_for_model(Appointment),
    )
    persons.erase(find(), by=actors.NOBODY, now=NOW)
    assert not find()
    assert list(Appointment.objects.values()) == before
    assert CallBack.objects.count() == 1
    assert {email.to[0] for email in Email.objects.all()} <= {"mia@example.com", "x@y.be"}
    for model in (Cell, Change, Mail):
        assert not model.objects.exclude(appointment__email="mia@example.com").exists()
    assert not LogEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_attachments_go_along(lotte):
    [attached] = Attachment.objects.all()
    assert storages["mail"].exists(attached.file.name)
    persons.erase(find(), by=actors.NOBODY, now=NOW)
    assert not Attachment.objects.exists()
    assert not storages["mail"].exists(attached.file.name)


def test_erasing_tells_nobody(lotte):
    persons.erase(find(), by=actors.NOBODY, now=NOW)
    assert not Email.objects.exists()


def test_who_read_what_no_longer_says_which(lotte):
    user = make_staff("beheerder", name="els")
    persons.export(find(), by=actors.staff(user), now=NOW)
    persons.erase(find(), by=actors.staff(user), now=NOW)
    assert set(AuditEntry.objects.values_list("action", "number")) == {
        ("exported", None),
        ("erased", None),
    }
    assert AuditEntry.objects.filter(action="erased").count() == 2


def test_it_stands_on_the_list_of_erasures(lotte):
    persons.erase(find(), by=actors.NOBODY, now=NOW)
    listed = erasures.file().read_text()
    for each in lotte:
        assert erasures.fingerprint(each) in listed
    assert "otte" not in listed


# In the admin


def test_the_beheerder_looks_somebody_up(beheerder, lotte):
    html = body(beheerder.post(SHOW, {"telephone": "0470 12 34 56", "email": EMAIL}))
    assert "2 afspraken" in html
    assert "1 vraag om terug te bellen" in html
    assert "2 mails" in html
    assert "CANARY" not in html
    assert not AuditEntry.objects.exists()


def test_another_spelling_of_an_address_finds_the_same_person(beheerder, lotte):
    html = body(beheerder.post(SHOW, {"email": "lotte@\uff45xample.com"}))
    assert "2 afspraken" in html


def test_no_address_of_a_page_says_who(beheerder, lotte):
    html = body(beheerder.get(SHOW, {"telephone": TELEPHONE, "email": EMAIL}))
    assert "Dit bewaren we" not in html
    assert TELEPHONE not in html


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Vul een telefoonnummer of een e-mailadres in."),
        ({"telephone": "12"}, "geldig telefoonnummer"),
        ({"email": "lotte"}, "geldig e-mailadres"),
    ],
)
@pytest.mark.parametrize("path", [SHOW, EXPORT, ERASE])
def test_nonsense_names_nobody_and_does_nothing(beheerder, lotte, path, sent, said):
    html = body(beheerder.post(path, sent | {"certain": "1", "format": "json"}))
    assert said in html
    assert count(find()) == (2, 1, 2)
    assert not AuditEntry.objects.exists()


def test_somebody_unknown_is_said_to_be_so(beheerder):
    assert "Hierover bewaren we niets" in body(beheerder.post(SHOW, {"email": EMAIL}))


@pytest.mark.parametrize(
    ("extension", "kind"), [("json", "application/json"), ("txt", "text/plain")]
)
def test_it_is_handed_over_as_a_file_that_no_cache_keeps(beheerder, lotte, extension, kind):
    sent = {"telephone": TELEPHONE, "email": EMAIL, "format": extension}
    response = beheerder.post(EXPORT, sent)
    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="gegevens.{extension}"'
    assert "no-store" in response["Cache-Control"]
    assert "CANARY-KLACHT" in body(response)
    assert AuditEntry.objects.filter(name="els", action="exported").count() == 2


def test_another_format_is_none(beheerder, lotte):
    response = beheerder.post(EXPORT, {"email": EMAIL, "format": "exe"})
    assert "CANARY" not in body(response)
    assert not AuditEntry.objects.exists()


def test_erasing_asks_first_and_says_what_would_be_cancelled(beheerder, lotte):
    html = body(beheerder.post(ERASE, {"telephone": TELEPHONE, "email": EMAIL}))
    assert "Alles wissen?" in html
    assert "Er staat nog een afspraak te gebeuren" in html
    assert count(find()) == (2, 1, 2)


def test_then_it_erases(beheerder, lotte):
    sent = {"telephone": TELEPHONE, "email": EMAIL, "certain": "1"}
    assert "Alles is gewist." in body(beheerder.post(ERASE, sent, follow=True))
    assert not find()


def test_a_get_does_nothing(beheerder, lotte):
    for path in (EXPORT, ERASE):
        assert beheerder.get(path, {"email": EMAIL, "certain": "1"}).status_code == 405
    assert count(find()) == (2, 1, 2)


@pytest.mark.parametrize("group", ["redacteur", "onthaal", "therapeut"])
def test_it_is_for_the_beheerder_only(client, lotte, group):
    sign_in(client, make_staff(group))
    for path in (SHOW, EXPORT, ERASE):
        sent = {"email": EMAIL, "certain": "1", "format": "json"}
        assert client.post(path, sent).status_code == 403
    assert client.get(SHOW).status_code == 403
    assert "Gegevens van één persoon" not in body(client.get("/beheer/"))
    assert count(find()) == (2, 1, 2)


# On the command line


def test_the_command_prints_it(lotte, capsys):
    call_command("export_person", telephone="0470 12 34 56", email=EMAIL)
    assert len(json.loads(capsys.readouterr().out)["afspraken"]) == 2
    call_command("export_person", email=EMAIL, format="text")
    assert "naam: Lotte Maes" in capsys.readouterr().out
    assert AuditEntry.objects.filter(name="beheer op de server").exists()


def test_the_command_erases_only_when_told_so_twice(lotte, capsys):
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_person", telephone=TELEPHONE, email=EMAIL)
    assert capsys.readouterr().out == "2 appointments, 1 call-backs, 2 mails\n"
    assert count(find()) == (2, 1, 2)
    call_command("erase_person", telephone=TELEPHONE, email=EMAIL, yes=True)
    assert not find()


@pytest.mark.parametrize("command", ["export_person", "erase_person"])
def test_a_command_wants_to_know_who(command):
    with pytest.raises(CommandError, match="Vul een telefoonnummer"):
        call_command(command)
    with pytest.raises(CommandError, match="geldig telefoonnummer"):
        call_command(command, telephone="12")
