"""Mail is queued with what it reports, sent once, and forgotten with it."""

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone
from post_office.models import STATUS, Attachment, Email

from booking import actors, mails, outbox, workflow
from booking.models import Appointment, Mail
from booking.worker import Lease, Stop, send_mails
from tests.booking.factories import AppointmentFactory
from tests.factories import PracticeFactory
from tests.smtp_server import smtp_server

pytestmark = pytest.mark.django_db

STAFF = actors.staff(None)


@pytest.fixture(autouse=True)
def mail_folder():
    """Where attachments are, empty at first."""
    folder = Path(storages["mail"].path(""))
    shutil.rmtree(folder, ignore_errors=True)
    return folder


@pytest.fixture
def server(settings):
    PracticeFactory(notify_email="onthaal@voorbeeld.be")
    settings.POST_OFFICE = settings.POST_OFFICE | {"RETRY_INTERVAL": dt.timedelta()}
    with smtp_server() as server:
        server.receive_from(settings)
        yield server


def send():
    lease = Lease()
    send_mails(lease, Stop())
    lease.give_back()


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def confirmed():
    return workflow.confirm(AppointmentFactory(), version=0, by=STAFF, now=timezone.now())


def test_a_mail_goes_back_with_the_transaction_that_queued_it(server):
    appointment = AppointmentFactory()
    with transaction.atomic():
        workflow.confirm(appointment, version=0, by=STAFF, now=timezone.now())
        transaction.set_rollback(True)
    send()
    assert server.mails == []
    assert not Mail.objects.exists()
    assert not Attachment.objects.exists()
    workflow.confirm(appointment, version=0, by=STAFF, now=timezone.now())
    send()
    assert len(server.mails) == 1


def test_a_kind_of_mail_is_queued_once_for_a_version():
    appointment = AppointmentFactory()
    mails.requested(appointment)
    with pytest.raises(IntegrityError), transaction.atomic():
        mails.requested(appointment)
    assert Email.objects.count() == 1
    appointment.version += 1
    mails.requested(appointment)
    assert Email.objects.count() == 2


def test_a_mail_server_that_is_down_loses_nothing(server):
    server.stop()
    appointment = AppointmentFactory()
    mails.requested(appointment)
    mails.staff_requested(appointment)
    send()
    assert Appointment.objects.get() == appointment
    first, second = Email.objects.order_by("pk")
    assert (first.status, first.number_of_retries) == (STATUS.requeued, 1)
    assert first.logs.get().exception_type == "ConnectionRefusedError"
    assert second.status == STATUS.queued
    server.start()
    send()
    send()
    assert len(server.mails) == 2
    assert set(Email.objects.values_list("status", flat=True)) == {STATUS.sent}


@pytest.mark.parametrize("answer", ["451 Later", "550 Nooit"])
def test_a_mail_that_is_refused_is_tried_again(server, answer):
    server.refuse = answer
    mails.requested(AppointmentFactory())
    send()
    send()
    assert Email.objects.get().number_of_retries == 2
    server.refuse = ""
    send()
    assert len(server.mails) == 1


def test_one_address_that_is_refused_holds_up_nobody(server):
    wrong, right = AppointmentFactory.create_batch(2)
    mails.requested(wrong)
    mails.requested(right)
    server.unknown = wrong.email
    send()
    assert [mail["To"] for mail in server.mails] == [right.email]


def test_a_mail_is_the_same_when_it_is_sent_again(server):
    mails.requested(AppointmentFactory())
    send()
    Email.objects.update(status=STATUS.queued)
    send()
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@testserver>")


def test_what_changes_an_appointment_takes_back_a_reminder_that_was_not_sent(server):
    appointment = confirmed()
    send()
    mails.reminder(appointment)
    workflow.cancel(appointment, version=1, by=STAFF, now=timezone.now())
    send()
    kinds = Mail.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["confirmed", "cancelled"]
    assert len(server.mails) == 2


def test_a_reminder_is_not_sent_after_the_beginning(server, time_machine):
    appointment = confirmed()
    mails.reminder(appointment)
    assert Email.objects.get(about__kind="reminder").expires_at == appointment.starts_at
    time_machine.move_to(appointment.starts_at, tick=False)
    send()
    assert len(server.mails) == 1
    outbox.tidy(timezone.now())
    assert not Email.objects.filter(about__kind="reminder").exists()


def test_to_forget_an_appointment_leaves_none_of_its_mails(
    mail_folder, django_capture_on_commit_callbacks
):
    appointment, other = confirmed(), confirmed()
    assert len(files_in(mail_folder)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        mails.forget(appointment)
    assert [email.to for email in Email.objects.all()] == [[other.email]]
    assert Mail.objects.get().appointment == other
    assert [mail_folder / Attachment.objects.get().file.name] == files_in(mail_folder)


def test_what_was_to_be_forgotten_is_still_there_if_that_failed(mail_folder):
    appointment = confirmed()
    with transaction.atomic():
        mails.forget(appointment)
        transaction.set_rollback(True)
    assert Email.objects.get().attachments.count() == 1
    assert len(files_in(mail_folder)) == 1


def test_attachments_are_kept_until_they_are_sent(
    server, mail_folder, django_capture_on_commit_callbacks
):
    confirmed()
    outbox.tidy(timezone.now())
    assert files_in(mail_folder)[0].stat().st_mode & 0o777 == 0o600
    send()
    with django_capture_on_commit_callbacks(execute=True):
        outbox.tidy(timezone.now())
    assert files_in(mail_folder) == []
    assert Email.objects.count() == 1


def test_a_file_whose_mail_never_was_is_cleared_after_a_while(mail_folder):
    confirmed()
    [kept] = files_in(mail_folder)
    now = timezone.now()
    young, old = (kept.with_name(name) for name in ("young.ics", "old.ics"))
    for path, age in ((kept, 48), (young, 0), (old, 2)):
        path.touch()
        at = (now - dt.timedelta(hours=age)).timestamp()
        os.utime(path, (at, at))
    outbox.tidy(now)
    assert sorted(files_in(mail_folder)) == sorted([kept, young])
