"""Who works, whom it reminds, and what it does when something goes wrong."""

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, connection
from post_office.models import STATUS, Email, Log
from pytest_django.asserts import assertNumQueries

from booking import worker
from booking.models import Appointment, Mail, Worker
from kinekracht.storage.mails import queue_encrypted
from tests.booking.factories import AppointmentFactory, brussels
from tests.factories import PracticeFactory
from tests.smtp_server import smtp_server

pytestmark = pytest.mark.django_db

NOW = brussels(2026, 11, 20, 12)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
Status = Appointment.Status


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def confirmed(starts_in, *, changed=10 * DAY, **fields):
    """A confirmed appointment, in so long, that was last changed so long ago."""
    return AppointmentFactory(
        **{"status": Status.CONFIRMED, "starts_at": NOW + starts_in, "changed_at": NOW - changed}
        | fields
    )


def reminders(now=NOW):
    """The kinds of reminders that are queued at ``now``."""
    before = set(Mail.objects.values_list("pk", flat=True))
    worker.send_reminders(now)
    return [mail.kind for mail in Mail.objects.order_by("pk") if mail.pk not in before]


def hold(lease, now=NOW):
    return lease.hold(now)


@pytest.mark.parametrize(
    ("starts_in", "kinds"),
    [
        (48 * HOUR + MINUTE, []),
        (48 * HOUR, ["reminder"]),
        (3 * HOUR, ["reminder"]),
        (MINUTE, ["reminder"]),
        (dt.timedelta(), []),
        (-HOUR, []),
    ],
)
def test_a_patient_is_reminded_once_in_the_two_days_before(starts_in, kinds):
    confirmed(starts_in)
    assert reminders() == kinds
    assert reminders() == []


@pytest.mark.parametrize(
    ("starts_in", "kinds"),
    [
        (48 * HOUR, ["reminder"]),
        (2 * HOUR + MINUTE, ["reminder"]),
        (2 * HOUR, ["reminder_soon"]),
        (MINUTE, ["reminder_soon"]),
        (dt.timedelta(), []),
    ],
)
def test_who_wants_it_is_reminded_once_more_two_hours_before(starts_in, kinds):
    confirmed(starts_in, remind_soon=True)
    assert reminders() == kinds
    assert reminders() == []


def test_the_two_reminders_follow_each_other():
    appointment = confirmed(47 * HOUR, remind_soon=True)
    assert reminders() == ["reminder"]
    assert reminders(appointment.starts_at - 2 * HOUR) == ["reminder_soon"]
    assert reminders(appointment.starts_at - HOUR) == []


@pytest.mark.parametrize("status", [s for s in Status if s != Status.CONFIRMED])
def test_only_what_is_confirmed_is_reminded_of(status):
    confirmed(HOUR, status=status)
    assert reminders() == []


def test_who_left_no_address_is_not_reminded():
    confirmed(HOUR, email="", remind_soon=True)
    assert reminders() == []


def test_a_confirmation_in_the_last_two_days_is_reminder_enough():
    confirmed(47 * HOUR, changed=HOUR)
    confirmed(HOUR, changed=HOUR, remind_soon=True)
    confirmed(HOUR, changed=47 * HOUR)
    assert reminders() == []
    confirmed(47 * HOUR, changed=HOUR + MINUTE)
    assert reminders() == ["reminder"]


def test_what_was_moved_is_reminded_of_anew():
    appointment = confirmed(47 * HOUR)
    assert reminders() == ["reminder"]
    later = appointment.starts_at + 5 * DAY
    Appointment.objects.update(starts_at=later, changed_at=NOW, version=1)
    assert reminders() == []
    assert reminders(later - 2 * DAY) == ["reminder"]


@pytest.mark.parametrize("count", [1, 3])
def test_looking_who_must_be_reminded_takes_one_query(count):
    for n in range(count):
        confirmed(n * HOUR + 3 * HOUR)
    with assertNumQueries(1):
        assert len(worker.due_reminders(NOW)) == count


def test_who_cancelled_a_moment_ago_is_not_reminded():
    appointment = confirmed(HOUR)
    [(found, send)] = worker.due_reminders(NOW)
    Appointment.objects.filter(pk=appointment.pk).update(status=Status.CANCELLED, version=1)
    worker.remind(found, send)
    assert not Email.objects.exists()


def test_a_reminder_that_cannot_be_made_does_not_stop_the_others(caplog):
    confirmed(3 * HOUR, email="geen adres")
    confirmed(4 * HOUR)
    assert reminders() == ["reminder"]
    assert "ValidationError in outbox.py:" in caplog.text
    assert "geen adres" not in caplog.text


def test_one_of_two_workers_holds_the_lease():
    first, second = worker.Lease(), worker.Lease()
    assert hold(first)
    assert not hold(second)
    assert hold(first)
    first.give_back()
    assert hold(second)
    assert not hold(first, NOW + MINUTE)


def test_a_lease_is_over_when_nothing_is_heard_of_its_holder():
    first, second = worker.Lease(), worker.Lease()
    assert hold(first)
    late = NOW + Worker.LEASE
    assert not hold(second, late - dt.timedelta(seconds=1))
    assert hold(second, late)
    assert not hold(first, late)
    first.give_back()  # which it no longer has
    assert Worker.is_alive(late)


def test_who_works_says_so_every_ten_seconds():
    lease = worker.Lease()
    hold(lease)
    hold(lease, NOW + dt.timedelta(seconds=9))
    assert Worker.objects.get().beat_at == NOW
    hold(lease, NOW + dt.timedelta(seconds=10))
    assert Worker.objects.get().beat_at == NOW + dt.timedelta(seconds=10)
    hold(lease, NOW - HOUR)  # somebody set the clock back
    assert Worker.objects.get().beat_at == NOW - HOUR


def test_who_gave_the_lease_back_is_not_at_work():
    lease = worker.Lease()
    hold(lease)
    assert Worker.is_alive(NOW)
    lease.give_back()
    assert not Worker.is_alive(NOW)


def test_no_mail_is_sent_without_the_lease(settings):
    confirmed(HOUR)
    worker.send_reminders(NOW)
    other = worker.Lease()
    hold(other)
    with smtp_server() as server:
        server.receive_from(settings)
        worker.send_mails(worker.Lease(), worker.Stop())
        assert server.mails == []
        worker.send_mails(other, worker.Stop())
        assert len(server.mails) == 1


def queue(recipient):
    return queue_encrypted(recipient, subject="Je afspraak", text="Dag.", html="<p>Dag.")


def send_round():
    """One look at the queue, by who holds the lease."""
    worker.send_mails(worker.Lease(), worker.Stop())
    Worker.objects.update(holder="")


UNMAILABLE = "x@\u200d.be"  # which no form takes any more


def test_mails_that_can_not_be_sent_do_not_keep_others_waiting(settings):
    for _ in range(worker.FAILURES_A_ROUND - 1):
        queue(UNMAILABLE)
    queue("mia@example.com")
    with smtp_server() as server:
        server.receive_from(settings)
        send_round()
        assert [mail["To"] for mail in server.mails] == ["mia@example.com"]


def test_what_was_never_tried_goes_before_what_failed(settings, time_machine):
    for _ in range(2 * worker.FAILURES_A_ROUND):
        queue(UNMAILABLE)
    with smtp_server() as server:
        server.receive_from(settings)
        send_round()
        send_round()
        time_machine.move_to(NOW + HOUR, tick=False)  # they may all be tried again
        queue("mia@example.com")
        send_round()
        assert [mail["To"] for mail in server.mails] == ["mia@example.com"]


def test_of_what_failed_what_has_waited_longest_goes_first(settings, time_machine):
    """A mail that the server didn't take at first comes after many that it never will."""
    for _ in range(3 * worker.FAILURES_A_ROUND):
        queue(UNMAILABLE)
    late = queue("mia@example.com")
    soon = {"status": STATUS.requeued, "number_of_retries": 1}
    Email.objects.exclude(pk=late.pk).update(scheduled_time=NOW, **soon)
    Email.objects.filter(pk=late.pk).update(scheduled_time=NOW + 5 * MINUTE, **soon)
    with smtp_server() as server:
        server.receive_from(settings)
        for minutes in range(0, 30, 6):
            time_machine.move_to(NOW + minutes * MINUTE, tick=False)
            send_round()
        assert [mail["To"] for mail in server.mails] == ["mia@example.com"]


def test_a_server_that_takes_nothing_is_left_alone_for_a_while(settings):
    for _ in range(2 * worker.FAILURES_A_ROUND):
        queue("mia@example.com")
    with smtp_server() as server:
        server.receive_from(settings)
        server.refuse = "451 Later"
        send_round()
    assert Log.objects.count() == worker.FAILURES_A_ROUND


def test_a_server_that_is_down_is_asked_once_a_round(settings):
    queue("mia@example.com")
    queue("an@example.com")
    with smtp_server() as server:
        server.receive_from(settings)
        server.stop()
        send_round()
        assert Log.objects.count() == 1
        server.start()
        send_round()
        assert [mail["To"] for mail in server.mails] == ["an@example.com"]


def test_a_round_expires_reminds_and_sends(settings):
    PracticeFactory(email="praktijk@voorbeeld.be")
    unanswered = AppointmentFactory(starts_at=NOW - HOUR)
    coming = confirmed(3 * HOUR)
    with smtp_server() as server:
        server.receive_from(settings)
        worker.run(worker.Stop(), once=True)
    unanswered.refresh_from_db()
    assert unanswered.status == Status.EXPIRED
    assert sorted(mail["To"] for mail in server.mails) == sorted(
        [unanswered.email, coming.email, "praktijk@voorbeeld.be"]
    )
    assert Worker.objects.get().holder == ""


def test_a_round_does_nothing_while_another_works():
    AppointmentFactory(starts_at=NOW - HOUR)
    hold(worker.Lease())
    worker.run(worker.Stop(), once=True)
    assert Appointment.objects.get().status == Status.REQUESTED


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_is_tried_again(caplog):
    """Three rounds: the first two find no database, the third does its work."""
    AppointmentFactory(starts_at=NOW - HOUR)
    waits = []

    class Impatient(worker.Stop):
        def wait(self, seconds):
            waits.append(seconds)
            self.asked = len(waits) == 3

    def broken(execute, *args):
        if len(waits) < 2:
            raise DatabaseError("An Peeters")
        return execute(*args)

    with connection.execute_wrapper(broken):
        worker.run(Impatient())
    assert Appointment.objects.get().status == Status.EXPIRED
    assert caplog.text.count("DatabaseError in worker.py:") == 2
    assert "Peeters" not in caplog.text
    assert waits == [worker.IDLE_SECONDS] * 3


def test_who_is_asked_to_stop_does_not_wait_any_longer():
    stop = worker.Stop()
    thread = threading.Thread(target=stop.wait, args=(600,))
    thread.start()
    stop()
    thread.join(10)
    assert not thread.is_alive()
    assert stop.asked


def test_nothing_is_sent_by_who_was_asked_to_stop():
    confirmed(HOUR)
    stop = worker.Stop()
    stop()
    worker.run(stop)
    assert not Worker.objects.exists()
    assert not Email.objects.exists()
