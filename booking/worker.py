"""What goes on by itself: mail is sent, patients are reminded, what nobody answered expires.

However many workers there are, on however many machines, one works: who holds the lease, a row in
the database. The others wait for it to be given back, or to become too old.
"""

import datetime as dt
import logging
import os
import secrets
import socket
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from django.core.mail import get_connection
from django.db import close_old_connections, reset_queries, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from post_office import mail

from booking import limits, mails, outbox, retention, workflow
from booking.models import Appointment, Mail, Worker
from kinekracht.staff import rights_log
from kinekracht.storage.mails import forget_links_of_sent
from kinekracht.web.ahead import Ahead

IDLE_SECONDS = 1.5  # between two looks at the queue
FAILURES_A_ROUND = 20  # of mails, before a pause
CHORES_SECONDS = 60
BEAT = dt.timedelta(seconds=10)  # how often the lease is renewed

REMIND = dt.timedelta(hours=48)
REMIND_SOON = dt.timedelta(hours=2)

Reminder = Callable[[Appointment], None]

logger = logging.getLogger(__name__)


class Stop:
    """Whether somebody asked us to stop; as a handler of signals, it is how they ask."""

    def __init__(self) -> None:
        self.asked = False
        # Of all ways to wake who waits, putting is the one that a handler may use at any moment.
        self._bell: SimpleQueue[None] = SimpleQueue()

    def __call__(self, *_signal: Any) -> None:
        self.asked = True
        self._bell.put(None)

    def wait(self, seconds: float) -> None:
        """Return after so many seconds, or as soon as somebody asks."""
        with suppress(Empty):
            self._bell.get(timeout=seconds)


class Daily:
    """Does its work at the first chance of each day in Brussels."""

    def __init__(self, work: Callable[[dt.datetime], Any]) -> None:
        self.work = work
        self.done_on: dt.date | None = None

    def __call__(self, now: dt.datetime) -> None:
        today = timezone.localdate(now)
        if today != self.done_on:
            self.work(now)
            self.done_on = today


class Lease:
    """The right to work: of one worker at a time, for ``Worker.LEASE`` after its last beat."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()[:32]} {os.getpid()} {secrets.token_hex(4)}"
        self._beat_at: dt.datetime | None = None

    def hold(self, now: dt.datetime) -> bool:
        """Whether it is ours; it is taken if that is possible, and renewed when it is time."""
        if self._beat_at is None or not self._beat_at <= now < self._beat_at + BEAT:
            self._beat_at = None
            if self._take(now):
                self._beat_at = now
        return self._beat_at is not None

    def _take(self, now: dt.datetime) -> bool:
        """Compare and swap: the database lets one of many have it."""
        Worker.objects.get_or_create(pk=1, defaults={"beat_at": now})
        stale = Q(beat_at__lte=now - Worker.LEASE)
        free = Worker.objects.filter(Q(holder__in=["", self.holder]) | stale, pk=1)
        return bool(free.update(holder=self.holder, beat_at=now))

    def give_back(self) -> None:
        """Let another worker begin at once."""
        self._beat_at = None
        Worker.objects.filter(holder=self.holder).update(holder="")


def run(stop: Stop, *, once: bool = False) -> None:
    """Work, or wait for our turn, until ``stop`` is asked; or just ``once``, if it is our turn."""
    lease = Lease()
    render_ahead = Ahead()
    chores_at = -float("inf")
    purge = Daily(retention.purge)
    chores = (
        workflow.expire,
        send_reminders,
        rights_log.tell,
        outbox.tidy,
        limits.forget_senders,
        purge,
        retention.empty_log,  # what patients erased since
    )
    while not stop.asked:
        if attempt(lease.hold, timezone.now()):
            if time.monotonic() >= chores_at + CHORES_SECONDS:
                chores_at = time.monotonic()
                for chore in chores:
                    attempt(chore, timezone.now())
            attempt(send_mails, lease, stop)
            attempt(render_ahead, lambda: stop.asked or not lease.hold(timezone.now()))
        if once:
            break
        close_old_connections()  # also one that broke: the next round opens another
        reset_queries()  # which DEBUG would keep for ever
        stop.wait(IDLE_SECONDS)
    attempt(lease.give_back)


def attempt(work: Callable[..., Any], *arguments: Any) -> Any:
    """What ``work`` returns; None if it failed, as it may go better in the next round.

    What an error says may quote a patient, so only its name and its place are logged.
    """
    try:
        return work(*arguments)
    except Exception as error:  # noqa: BLE001  a mail that can't be made must not stop the others
        logger.error("%s in %s", type(error).__name__, place_of(error))  # noqa: TRY400
        return None


def place_of(error: Exception) -> str:
    """The innermost line of this app that led to ``error``."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent == Path(__file__).parent
    ]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"


def send_mails(lease: Lease, stop: Stop) -> None:
    """Send what is queued, one mail at a time, as long as the lease is ours.

    After a mail that can't be sent comes the next one, and each is tried once. After
    FAILURES_A_ROUND of them, or once the mail server lets nobody in, comes the pause between
    rounds: it is not asked without end.
    """
    failed: set[int] = set()
    forget_links_of_sent()  # by a worker that was killed
    while len(failed) < FAILURES_A_ROUND and not stop.asked and lease.hold(timezone.now()):
        due = {email.pk for email in mail.get_queued()}  # one
        if not due or due & failed:
            break
        sent, *_ = mail.send_queued(processes=1)
        forget_links_of_sent()
        if not sent:
            if not lets_us_in():
                break
            failed |= due


def lets_us_in() -> bool:
    """Whether the mail server takes a connection, so that what failed was one mail."""
    try:
        with get_connection():
            return True
    except OSError:  # those of smtplib and ssl are of its kind
        return False


def send_reminders(now: dt.datetime) -> None:
    """Queue the reminders that are due."""
    for appointment, send in due_reminders(now):
        attempt(remind, appointment, send)


def due_reminders(now: dt.datetime) -> list[tuple[Appointment, Reminder]]:
    """Whom to remind, and by which mail; one query.

    Who made or moved the appointment shortly before needs none: that mail says it all.
    """
    coming = (
        Appointment.objects.filter(
            status=Appointment.Status.CONFIRMED, starts_at__gt=now, starts_at__lte=now + REMIND
        )
        .exclude(email="")
        .annotate(
            reminded=has_mail("reminder"),
            reminded_soon=has_mail("reminder_soon"),
        )
    )
    due: list[tuple[Appointment, Reminder]] = []
    for appointment in coming:
        soon = appointment.remind_soon and appointment.starts_at <= now + REMIND_SOON
        done = appointment.reminded_soon if soon else appointment.reminded
        before = REMIND_SOON if soon else REMIND
        if not done and appointment.changed_at < appointment.starts_at - before:
            due.append((appointment, mails.reminder_soon if soon else mails.reminder))
    return due


def has_mail(kind: str) -> Exists:
    """Whether an appointment, as it is now, has a mail of this kind."""
    same = {"appointment": OuterRef("pk"), "version": OuterRef("version")}
    return Exists(Mail.objects.filter(kind=kind, **same))


def remind(appointment: Appointment, send: Reminder) -> None:
    """Queue a reminder, unless the appointment has changed in the meantime."""
    with transaction.atomic():
        same = Appointment.objects.filter(pk=appointment.pk, version=appointment.version)
        unchanged = same.select_for_update().first()
        if unchanged is not None:
            send(unchanged)
