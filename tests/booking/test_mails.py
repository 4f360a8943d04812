"""What mails say, to whom, and what they leave unsaid."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from icalendar import Calendar
from post_office.models import Email

from booking import actors, mails, workflow
from booking.models import Appointment, Mail
from booking.slots import Slot
from booking.worker import Lease, Stop, send_mails
from tests.booking.factories import AppointmentFactory, CallBackFactory, brussels, in_days
from tests.factories import PracticeFactory, PractitionerFactory, TreatmentFactory
from tests.smtp_server import calendar_of, smtp_server, words_of

pytestmark = pytest.mark.django_db

NINE = brussels(2026, 12, 1, 9)
TEN = brussels(2026, 12, 2, 10)
STAFF = actors.staff(None)

HOSTILE = ["{{ 1|add:41 }}", "{% x %}", "<b>x</b>", "{# weg #}", "&amp; Zoon", "{{ link|safe }}"]

PATIENT_MAILS = {
    "requested": mails.requested,
    "confirmed": mails.confirmed,
    "declined": lambda a: mails.declined(a, "Met verlof."),
    "proposed": lambda a: mails.proposed(a, "Met verlof.", before=TEN),
    "moved": lambda a: mails.moved(a, TEN),
    "cancelled": lambda a: mails.cancelled(a, "Met verlof.", by_patient=False),
    "expired": mails.expired,
    "reminder": mails.reminder,
    "reminder_soon": mails.reminder_soon,
}
STAFF_MAILS = {
    "staff_requested": mails.staff_requested,
    "staff_accepted": mails.staff_accepted,
    "staff_moved": lambda a: mails.staff_moved(a, TEN),
    "staff_cancelled": mails.staff_cancelled,
    "staff_expired": mails.staff_expired,
}
ALL_MAILS = PATIENT_MAILS | STAFF_MAILS
STATUS_AFTER = {
    "confirmed": "confirmed",
    "declined": "declined",
    "proposed": "proposed",
    "cancelled": "cancelled",
    "expired": "expired",
    "reminder": "confirmed",
    "reminder_soon": "confirmed",
}


@pytest.fixture(autouse=True)
def practice(time_machine):
    time_machine.move_to(brussels(2026, 11, 20, 12), tick=False)
    return PracticeFactory(notify_email="onthaal@voorbeeld.be", email="praktijk@voorbeeld.be")


@pytest.fixture
def server(settings):
    with smtp_server() as server:
        server.receive_from(settings)
        yield server


def delivered(server):
    """What the mail server has after all queued mails were sent."""
    send_mails(Lease(), Stop())
    return server.mails


def appointment_for(kind="requested", **fields):
    fields = {"status": STATUS_AFTER.get(kind, "requested"), "starts_at": NINE} | fields
    return AppointmentFactory(**{"name": "An Peeters"} | fields)


@pytest.mark.parametrize("kind", ALL_MAILS)
def test_every_mail_arrives_as_text_and_as_html(server, settings, kind):
    settings.DEFAULT_FROM_EMAIL = "KineKracht <noreply@voorbeeld.be>"
    appointment = appointment_for(kind)
    ALL_MAILS[kind](appointment)
    [mail] = delivered(server)
    text, html = words_of(mail)
    assert "1 december" in mail["Subject"]
    assert "9.00 uur" in mail["Subject"]
    assert "dinsdag 1 december 2026 om 9.00 uur" in text
    assert "dinsdag 1 december 2026<br>om 9.00 uur" in html
    assert mail["From"] == "KineKracht <noreply@voorbeeld.be>"
    assert mail["Reply-To"] == "praktijk@voorbeeld.be"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert html.startswith('<!DOCTYPE html>\n<html lang="nl-BE">')
    assert re.search(r"<h1>\S.*</h1>", html)
    assert "{%" not in text + html
    assert not re.search(r"\n\n\n| \n", text)
    for remote in ("<img", "<link", "<script", "url(", "@import"):
        assert remote not in html


@pytest.mark.parametrize("kind", PATIENT_MAILS)
def test_a_patient_finds_the_way_back_and_to_the_telephone(server, kind):
    appointment = appointment_for(kind)
    PATIENT_MAILS[kind](appointment)
    [mail] = delivered(server)
    assert mail.recipients == [appointment.email]
    for words in words_of(mail):
        assert "Dag," in words
        assert "Peeters" not in words
        assert f"http://testserver/afspraak/a/{appointment.key}/" in words
        for fact in ("Hoogmolenstraat 13", "8790 Waregem", "056 / 94 11 58", "0478 / 93 16 61"):
            assert fact in words


@pytest.mark.parametrize("kind", STAFF_MAILS)
def test_staff_get_initials_a_moment_and_a_link(server, kind):
    appointment = appointment_for(kind)
    STAFF_MAILS[kind](appointment)
    [mail] = delivered(server)
    assert mail.recipients == ["onthaal@voorbeeld.be"]
    assert "A.P." in mail["Subject"]
    for words in words_of(mail):
        assert "A.P." in words
        link = f"http://testserver/beheer/booking/appointment/{appointment.pk}/change/"
        assert link in words
    for personal in ("Peeters", appointment.email, "70123456", "70 12 34 56", appointment.key):
        assert personal.encode() not in mail.content


def test_staff_are_asked_to_call_back(server):
    call_back = CallBackFactory(name="An Peeters", morning=True, evening=True)
    mails.staff_call_back(call_back)
    [mail] = delivered(server)
    assert mail["Subject"] == "Iemand wil dat we bellen"
    for words in words_of(mail):
        assert "voormiddag of avond" in words
        assert f"/beheer/booking/callback/{call_back.pk}/change/" in words
    assert b"Peeters" not in mail.content


@pytest.mark.parametrize(
    ("notify", "public", "to"),
    [("a@b.be", "c@d.be", ["a@b.be"]), ("", "c@d.be", ["c@d.be"]), ("", "", None)],
)
def test_staff_are_written_to_where_they_want_it(practice, notify, public, to):
    practice.notify_email, practice.email = notify, public
    practice.save()
    mails.staff_requested(appointment_for())
    assert [email.to for email in Email.objects.all()] == ([to] if to else [])


def test_a_patient_without_address_gets_no_mail():
    for kind, send in PATIENT_MAILS.items():
        send(appointment_for(kind, email=""))
    assert not Email.objects.exists()


@pytest.mark.parametrize("kind", ALL_MAILS)
def test_no_mail_names_what_it_is_about(server, kind):
    appointment = appointment_for(
        kind,
        complaint="CANARY-KLACHT",
        self_test="CANARY-TEST",
        treatment=TreatmentFactory(name="CANARY-BEHANDELING", slug="canary-slug"),
        practitioner=PractitionerFactory(name="Els", role="CANARY-ROL", biography="CANARY-BIO"),
    )
    # So that a calendar comes with it.
    appointment.changes.create(
        at=timezone.now(), actor="staff", to_status="confirmed", to_start=NINE
    )
    ALL_MAILS[kind](appointment)
    [mail] = delivered(server)
    for part in mail.walk():
        said = str(part.get_payload(decode=True) or b"") + str(part.items())
        assert "canary" not in said.lower()
        for word in ("bekkenbodem", "kinesist", "kinesitherap", "behandeling", "klacht"):
            assert word not in said.lower()


@pytest.mark.parametrize("name", HOSTILE)
def test_initials_stay_initials(server, name):
    STAFF_MAILS["staff_requested"](appointment_for(name=name))
    [mail] = delivered(server)
    text, html = words_of(mail)
    initials = "".join(f"{word[0].upper()}." for word in name.split())
    assert initials in text
    assert initials.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in html


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028"])
def test_a_name_adds_no_header_and_no_line(server, line_break):
    name = f"An{line_break}Bcc: x@voorbeeld.be{line_break}{line_break}Betaal hier"
    appointment = appointment_for(name=name)
    mails.requested(appointment)
    mails.staff_requested(appointment)
    for mail in delivered(server):
        assert mail["Bcc"] is None
        assert len(mail.recipients) == 1
        for words in words_of(mail):
            assert "voorbeeld.be Betaal" not in words


@pytest.mark.parametrize("reason", [*HOSTILE, "Eerste regel.\nTweede regel."])
@pytest.mark.parametrize("kind", ["declined", "proposed", "cancelled"])
def test_a_reason_is_told_as_it_was_written(server, kind, reason):
    appointment = appointment_for(kind)
    send = getattr(mails, kind)
    more = {"cancelled": {"by_patient": False}, "proposed": {"before": TEN}}
    send(appointment, reason, **more.get(kind, {}))
    [mail] = delivered(server)
    text, html = words_of(mail)
    assert f"\n\n{reason}\n\n" in text
    escaped = reason.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert "<p>{}</p>".format(escaped.replace("\n", "<br>")) in html


def test_it_is_said_until_when_a_patient_can_change_their_mind(server, practice):
    mails.confirmed(appointment_for("confirmed"))
    practice.change_notice_hours = 24 * 30
    practice.save()
    mails.confirmed(appointment_for("confirmed", starts_at=TEN))
    in_time, too_late = (words_of(mail)[0] for mail in delivered(server))
    assert "Tot maandag 30 november 2026 om 9.00 uur verplaats of annuleer je online." in in_time
    assert "Bel ons dan zo snel mogelijk." in too_late
    assert "online" not in too_late


def test_a_proposal_that_nobody_answered_is_no_fault_of_ours(server):
    unanswered = {}
    for status in ("requested", "proposed"):
        unanswered[status] = AppointmentFactory(status=status, starts_at=in_days(-1))
    workflow.expire(timezone.now())
    texts = {mail["To"]: words_of(mail)[0] for mail in delivered(server)}
    assert "Het spijt ons" in texts[unanswered["requested"].email]
    assert "Het spijt ons" not in texts[unanswered["proposed"].email]


def test_summer_and_winter_time_are_told_as_the_clocks_show_them(server):
    mails.requested(appointment_for(starts_at=brussels(2027, 3, 26, 9)))
    mails.requested(appointment_for(starts_at=brussels(2027, 3, 29, 9)))
    for mail in delivered(server):
        assert "9.00 uur" in mail["Subject"]


def test_the_calendar_follows_what_happens(server):
    """Of a request nothing; entered once it is sure; moved; in doubt; taken out."""
    appointment = appointment_for()
    mails.requested(appointment)
    change = {"by": STAFF, "now": timezone.now()}
    slot = Slot(TEN, appointment.practitioner_id)
    appointment = workflow.confirm(appointment, version=0, **change)
    appointment = workflow.move_by_staff(appointment, slot, version=1, **change)
    back = Slot(NINE, appointment.practitioner_id)
    appointment = workflow.propose(appointment, back, version=2, **change)
    appointment = workflow.cancel(appointment, version=3, **change)
    requested, *others = delivered(server)
    assert calendar_of(requested) is None
    told = [Calendar.from_ical(calendar_of(mail)) for mail in others]
    assert [(c["method"], c.events[0]["status"], c.events[0]["sequence"]) for c in told] == [
        ("REQUEST", "CONFIRMED", 1),
        ("REQUEST", "CONFIRMED", 2),
        ("REQUEST", "TENTATIVE", 3),
        ("CANCEL", "CANCELLED", 4),
    ]
    assert [c.events[0].start.astimezone(dt.UTC) for c in told] == [NINE, TEN, NINE, NINE]
    assert len({c.events[0]["uid"] for c in told}) == 1
    assert appointment.key not in told[0].events[0]["uid"]


@pytest.mark.parametrize("kind", ["requested", "declined", "cancelled", "expired"])
def test_what_was_never_confirmed_is_in_no_calendar(server, kind):
    PATIENT_MAILS[kind](appointment_for(kind))
    [mail] = delivered(server)
    assert calendar_of(mail) is None


def test_the_calendar_comes_as_mail_programs_expect_it(server, settings):
    settings.DEFAULT_FROM_EMAIL = "KineKracht <noreply@voorbeeld.be>"
    appointment = appointment_for("confirmed")
    mails.confirmed(appointment)
    [mail] = delivered(server)
    [attachment] = mail.iter_attachments()
    assert attachment.get_content_type() == "text/calendar"
    assert attachment.get_param("method") == "REQUEST"
    assert attachment.get_content_charset() == "utf-8"
    assert attachment.get_filename() == "afspraak.ics"
    [event] = Calendar.from_ical(calendar_of(mail)).events
    assert event["summary"] == "Afspraak"
    assert event["organizer"] == "mailto:noreply@voorbeeld.be"
    assert event["attendee"] == f"mailto:{appointment.email}"
    assert appointment.key.encode() not in calendar_of(mail)


def test_of_each_mail_is_noted_what_it_is_about():
    appointment = appointment_for()
    mails.requested(appointment)
    mails.staff_requested(appointment)
    noted = Mail.objects.order_by("pk").values_list("appointment", "kind", "version")
    assert list(noted) == [
        (appointment.pk, "requested", 0),
        (appointment.pk, "staff_requested", 0),
    ]
    assert isinstance(Mail.objects.first().email.about.appointment, Appointment)
