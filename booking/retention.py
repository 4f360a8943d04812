"""What is kept no longer than it is needed. How long that is, is said in the settings.

An appointment ends as a line that belongs to nobody: when, what for and with whom, so that the
practice can count, without a name, a number or words.
"""

import datetime as dt
import uuid
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q
from post_office.models import Attachment, Email

from booking import outbox
from booking.erasures import forget_history
from booking.limits import forget_senders
from booking.models import Appointment, AuditEntry, CallBack
from booking.outbox import drop_attachments
from kinekracht.staff.accounts import forget_attempts
from kinekracht.staff.guesses import forget_networks, forget_wrong_codes
from kinekracht.staff.rights_log import forget_rights_changes

# What an appointment has that tells whose it was, and what stands there afterwards.
ANONYMOUS: dict[str, Any] = {
    "name": "",
    "telephone": "",
    "email": "",
    "voicemail": False,
    "discreet": False,
    "visit": "",
    "referral": "",
    "referral_date": None,
    "complaint": "",
    "self_test": "",
    "remind_soon": False,
}


def purge(now: dt.datetime) -> dict[str, int]:
    """Delete what is older than it may be; of what, and how many."""
    steps = {
        "complaints and self-tests": forget_confided,
        "appointments made anonymous": anonymise_appointments,
        "call-backs": forget_call_backs,
        "mails": forget_mails,
        "hashed addresses": forget_senders,
        "audit entries": forget_audit,
        "rights changes": forget_rights_changes,
        "failed logins": forget_attempts,
        "wrong codes": forget_wrong_codes,
        "known networks": forget_networks,
        "sessions": forget_sessions,
    }
    done = {name: step(now) for name, step in steps.items()}
    empty_log(now)
    return done


def empty_log(_now: dt.datetime) -> None:
    """Let nothing that was deleted stand in SQLite's log of writes, beside the database."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            # Not now if somebody reads: while it waited for them, nobody could write.
            [patience] = cursor.execute("PRAGMA busy_timeout").fetchone()
            cursor.execute("PRAGMA busy_timeout = 0")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {patience}")


def forget_confided(now: dt.datetime) -> int:
    """Delete what was confided: it served the appointment, and that is over, or off, long ago."""
    before = now - dt.timedelta(days=settings.COMPLAINT_DAYS)
    is_off = ~Q(status__in=Appointment.OCCUPYING)
    over = Appointment.objects.filter(
        Q(starts_at__lt=before) | is_off & Q(changed_at__lt=before)
    ).exclude(complaint="", self_test="")
    return over.update(complaint="", self_test="")


def anonymise_appointments(now: dt.datetime) -> int:
    """Take from old appointments all that tells whose they were, history and mails included."""
    before = now - relativedelta(months=settings.APPOINTMENT_MONTHS)
    old = Appointment.objects.filter(starts_at__lt=before).exclude(name="")
    count = 0
    for appointment in old.iterator():
        with transaction.atomic():
            outbox.forget(appointment)
            forget_history(appointment)
            # Its address too: that stands in mails and browsers of the patient.
            address = {"uid": uuid.uuid4(), "old_key": None, "submission_hash": None}
            Appointment.objects.filter(pk=appointment.pk).update(**ANONYMOUS, **address)
        count += 1
    return count


def forget_call_backs(now: dt.datetime) -> int:
    """Delete who was called, and who asked so long ago that nobody will call."""
    called = Q(handled_at__lt=now - dt.timedelta(days=settings.CALL_BACK_DAYS))
    stale = Q(created_at__lt=now - relativedelta(months=settings.APPOINTMENT_MONTHS))
    deleted, _ = CallBack.objects.filter(called | stale).delete()
    return deleted


def forget_mails(now: dt.datetime) -> int:
    """Delete mails, sent or not, with what was attached."""
    old = Email.objects.filter(created__lt=now - dt.timedelta(days=settings.MAIL_DAYS))
    with transaction.atomic():
        drop_attachments(Attachment.objects.filter(emails__in=old))
        count: int = old.count()
        old.delete()
    return count


def forget_audit(now: dt.datetime) -> int:
    """Delete old lines about who read what."""
    before = now - relativedelta(months=settings.AUDIT_MONTHS)
    return AuditEntry.objects.filter(at__lt=before).delete()[0]


def forget_sessions(now: dt.datetime) -> int:
    """Delete logins that have ended."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
