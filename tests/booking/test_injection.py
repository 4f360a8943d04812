"""No text that somebody enters becomes a header of a mail or a line of a calendar."""

import pytest
from django.urls import reverse
from icalendar import Calendar

from booking import mails
from booking.models import Appointment, CallBack
from booking.worker import Lease, Stop, send_mails
from kinekracht.models import Practice
from tests.booking.asking import CALL_BACK, FILLED_IN
from tests.booking.factories import CalendarFeedFactory, CallBackFactory
from tests.booking.pages import form_data
from tests.booking.test_ics import lines_of
from tests.booking.test_mails import ALL_MAILS, NINE, appointment_for
from tests.factories import PracticeFactory, PractitionerFactory, TreatmentFactory
from tests.smtp_server import calendar_of, smtp_server

pytestmark = [pytest.mark.django_db, pytest.mark.once]

BREAKS = ["\r\n", "\n", "\r", "\n ", "\r\n\t", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
HEADER, PROPERTY = "Bcc: kwaad@example.com", "ATTACH:https://kwaad.be"
TEXTS = [
    *(f"An{line}{HEADER}{line}{PROPERTY}{line}" for line in BREAKS),
    f"An\r\n\r\n--x\r\n{HEADER}",
    f"An\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n{PROPERTY}",
    f"An\\n{PROPERTY}",
    f"An;X=1:{PROPERTY}",
    'An";CN="x":mailto:kwaad@example.com',
    "An, Bea; Cato, <kwaad@example.com>",
    "=?utf-8?q?An=0D=0ABcc:_kwaad=40example.com?=",
    "é" * 90,
]
SENDERS = ALL_MAILS | {"staff_call_back": mails.staff_call_back}


@pytest.fixture
def server(settings, time_machine):
    time_machine.move_to(NINE.replace(day=20, month=11), tick=False)
    with smtp_server() as server:
        server.receive_from(settings)
        server.lease = Lease()
        yield server


@pytest.fixture
def practice(db):
    return PracticeFactory(notify_email="onthaal@example.com", email="praktijk@example.com")


def fill(instance, text):
    """Put ``text`` in everything that its form would let somebody type freely."""
    for field in instance._meta.concrete_fields:
        free = field.editable and not field.choices and field.name not in {"slug", "biography"}
        if free and type(field).__name__ in {"CharField", "TextField"}:
            setattr(instance, field.name, text[: field.max_length])
    instance.save()


def target_of(kind):
    """Somebody's appointment, which was confirmed once, or their wish to be called."""
    if kind == "staff_call_back":
        return CallBackFactory()
    own = {"treatment": TreatmentFactory(), "practitioner": PractitionerFactory()}
    appointment = appointment_for(kind, email="an@example.com", **own)
    appointment.changes.create(
        at=NINE, actor="staff", to_status=Appointment.Status.CONFIRMED, to_start=NINE
    )
    return appointment


def mail_about(server, kind, target, text):
    """The mail as it arrives, with ``text`` wherever somebody could have entered one."""
    fill(Practice.objects.get(), text)
    target.name = text[:100]
    if isinstance(target, Appointment):
        target.version += 1  # of each version there is one mail of a kind
        target.complaint = target.self_test = text
        fill(target.treatment, text)
        fill(target.practitioner, text)
    target.save()
    more = {"cancelled": {"by_patient": False}, "proposed": {"before": NINE}}.get(kind, {})
    if kind in {"declined", "proposed", "cancelled"}:
        getattr(mails, kind)(target, text, **more)  # the reason that staff gave
    else:
        SENDERS[kind](target)
    send_mails(server.lease, Stop())
    return server.mails[-1]


def shape(mail):
    """What a mail is made of, whatever it says."""
    calendar = calendar_of(mail)
    return {
        "recipients": mail.recipients,
        "headers": sorted(mail.keys()),
        "parts": [(part.get_content_type(), sorted(part.keys())) for part in mail.walk()],
        "addresses": [mail["From"], mail["To"], mail["Reply-To"]],
        "calendar": properties(calendar) if calendar else None,
    }


def properties(calendar):
    """The names of a calendar's lines; a calendar program can read it."""
    assert len(Calendar.from_ical(calendar).events) == 1
    return [line.partition(":")[0].partition(";")[0] for line in lines_of(calendar)]


@pytest.mark.parametrize("kind", SENDERS)
def test_a_mail_has_the_same_shape_whatever_was_entered(server, practice, kind):
    target = target_of(kind)
    plain = shape(mail_about(server, kind, target, "An"))
    for text in TEXTS:
        mail = mail_about(server, kind, target, text)
        assert shape(mail) == plain, text
        assert "\n" not in mail["Subject"]
        assert "kwaad" not in str(mail.items())
    assert len(server.mails) == 1 + len(TEXTS)


def test_the_shape_would_tell(server, practice):
    """The control: a header and a property more are seen."""
    target = target_of("confirmed")
    mail = mail_about(server, "confirmed", target, "An")
    plain = shape(mail)
    mail["Bcc"] = "kwaad@example.com"
    assert shape(mail) != plain
    calendar = calendar_of(mail)
    spoilt = calendar.replace(b"SUMMARY", PROPERTY.encode() + b"\r\nSUMMARY")
    assert properties(spoilt) != properties(calendar)


def test_a_calendar_has_the_same_lines_whatever_was_entered(client, practice, time_machine):
    time_machine.move_to(NINE.replace(day=20, month=11), tick=False)
    target = target_of("confirmed")
    own = reverse("booking:calendar", args=[target.key])
    feed = CalendarFeedFactory(practitioner=target.practitioner)
    theirs = reverse("booking:feed", args=[feed.key])
    plain = [properties(client.get(address).content) for address in (own, theirs)]
    for text in TEXTS:
        fill(practice, text)
        fill(target.treatment, text)
        fill(target.practitioner, text)
        Appointment.objects.update(name=text[:100])
        for address, lines in zip((own, theirs), plain, strict=True):
            response = client.get(address)
            assert properties(response.content) == lines, text
            assert response["Content-Disposition"].count("filename") == 1


@pytest.mark.parametrize("field", ["name", "email", "telephone"])
def test_what_patients_enter_is_one_line_or_refused(client, clinic, settings, field):
    settings.OPEN_REQUESTS_PER_PERSON = settings.REQUESTS_PER_ADDRESS = 0
    for number, text in enumerate(TEXTS):
        address = f"/afspraak/rug/2026-11-{24 + number // 8}-{9 + number % 8:02}00/"
        for path in (address, CALL_BACK):
            page = client.get(path)
            assert page.status_code == 200
            client.post(
                path, form_data(page) | FILLED_IN | {"telephone": "0470123456", field: text}
            )
    taken = [*Appointment.objects.all(), *CallBack.objects.all()]
    assert {type(one) for one in taken} >= ({CallBack, Appointment} if field == "name" else set())
    for one in taken:
        entered = [one.name, str(one.telephone), getattr(one, "email", "")]
        assert all(part.isprintable() for part in entered)
        assert "kwaad" not in entered[1] + entered[2]


@pytest.mark.parametrize("field", ["email", "notify_email", "telephone", "mobile"])
def test_where_the_practice_is_reached_is_one_line_or_refused(admin_client, practice, field):
    address = f"/beheer/kinekracht/practice/{practice.pk}/change/"
    untouched = form_data(admin_client.get(address))
    good = {"telephone": "056941158", "mobile": "0478931661"}.get(field, "praktijk@example.com")
    assert admin_client.post(address, untouched | {field: good}).status_code == 302
    for text in TEXTS:
        for value in (text, good + text[2:]):
            assert admin_client.post(address, untouched | {field: value}).status_code in {200, 302}
            stored = str(getattr(Practice.objects.get(), field))
            assert stored.isprintable()
            assert "kwaad" not in stored
