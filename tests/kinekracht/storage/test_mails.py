"""A mail as the database holds it, while it waits and once it was sent."""

import pytest
from django.core import mail as django_mail
from django.core.management import call_command
from post_office import mail
from post_office.models import STATUS, Email

from booking import mails, outbox
from booking.models import Appointment
from kinekracht.encryption import WrongKey
from kinekracht.storage.mails import forget_links_of_sent, queue_encrypted, words_of
from tests.booking.factories import AppointmentFactory
from tests.factories import PracticeFactory

pytestmark = pytest.mark.django_db

FOREIGN = "Zm9y" * 10 + "Zm8="


@pytest.fixture
def appointment():
    PracticeFactory()
    return AppointmentFactory(status=Appointment.Status.CONFIRMED)


@pytest.fixture
def email(appointment):
    """A mail with the patient's address in it, which waits."""
    mails.confirmed(appointment)
    return Email.objects.get()


def stored():
    """What a thief of the table reads."""
    return str(list(Email.objects.values()))


def send():
    mail.send_queued(processes=1)
    return django_mail.outbox


def test_what_waits_can_not_be_read(email, appointment):
    assert appointment.key not in stored()
    assert "afspraak/a/" not in stored()
    assert "/afspraak/a/…/" in words_of(email)  # nor by who of the staff reads along


def test_it_is_sent_as_it_was_written(email, appointment):
    [sent] = send()
    assert appointment.get_absolute_url() in sent.body
    [html] = sent.alternatives
    assert appointment.get_absolute_url() in html.content
    assert html.mimetype == "text/html"
    assert [name for name, *_ in sent.attachments] == ["afspraak.ics"]


def test_once_sent_it_keeps_no_address(email, appointment):
    send()
    assert forget_links_of_sent() == 1
    email.refresh_from_db()
    assert appointment.key not in words_of(email)
    assert "/afspraak/a/…/" in words_of(email)
    assert email.html_message == ""
    assert forget_links_of_sent() == 0


def test_the_worker_forgets_them_with_each_mail(email):
    call_command("worker", "--once")
    email.refresh_from_db()
    assert (email.status, email.html_message) == (STATUS.sent, "")


def test_what_still_waits_keeps_its_address(email):
    assert forget_links_of_sent() == 0
    email.refresh_from_db()
    assert email.html_message


def test_with_a_lost_key_it_goes_on_waiting(email, settings):
    settings.ENCRYPTION_KEYS = [FOREIGN]
    assert send() == []
    email.refresh_from_db()
    assert (email.status, email.number_of_retries) == (STATUS.requeued, 1)
    assert email.logs.get().exception_type == "WrongKey"
    with pytest.raises(WrongKey):
        words_of(email)


def test_one_that_was_sent_and_can_not_be_read_stops_no_other(email, appointment, settings):
    send()
    kept = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = [FOREIGN]
    mails.reminder(appointment)
    send()
    assert forget_links_of_sent() == 2
    settings.ENCRYPTION_KEYS = kept
    assert not Email.objects.exclude(html_message="").exists()


def test_what_somebody_typed_is_no_template():
    queue_encrypted("lotte@example.com", subject="{{ 1|add:41 }}", text="{% now %}", html="<p>")
    [sent] = send()
    assert (sent.subject, sent.body) == ("{{ 1|add:41 }}", "{% now %}")


def test_new_link_keys_reach_the_mails_that_wait(email, appointment, settings, capsys):
    before = appointment.key
    settings.LINK_KEYS = [FOREIGN, *settings.LINK_KEYS]
    call_command("rotate_keys")
    assert "1 waiting mails given an address of now" in capsys.readouterr().out
    email.refresh_from_db()
    assert before != appointment.key
    [sent] = send()
    for said in (sent.body, sent.alternatives[0].content):
        assert appointment.get_absolute_url() in said
        assert before not in said
    assert outbox.renew_links() == 0


def test_rotation_encrypts_mails_anew(email, settings):
    said = words_of(email)
    settings.ENCRYPTION_KEYS = [FOREIGN, *settings.ENCRYPTION_KEYS]
    call_command("rotate_keys")
    settings.ENCRYPTION_KEYS = [FOREIGN]
    email.refresh_from_db()
    assert words_of(email) == said
    assert len(send()) == 1
