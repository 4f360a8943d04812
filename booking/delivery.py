"""Which mails don't get through."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString
from post_office.models import STATUS, Email

from booking.models import Worker
from booking.outbox import WAITING
from kinekracht.admin_marks import state_mark

PATIENCE = dt.timedelta(minutes=5)


def not_arriving(emails: Any) -> Any:
    """Those of ``emails`` that were tried in vain, whether they will be tried again or not."""
    return emails.filter(Q(status=STATUS.failed) | Q(status__in=WAITING, number_of_retries__gte=1))


def left_lying(emails: Any, now: dt.datetime) -> Any:
    """Those of ``emails`` that should have left some minutes ago, if nothing sends them."""
    if Worker.is_alive(now):
        return emails.none()
    due = Q(scheduled_time=None) | Q(scheduled_time__lte=now - PATIENCE)
    return emails.filter(due, status__in=WAITING, created__lte=now - PATIENCE)


def mail_mark(email: Email) -> SafeString:
    """How a mail stands, with its mark."""
    if email.status == STATUS.sent:
        return state_mark("public", "Verstuurd")
    if email.status == STATUS.failed or email.number_of_retries:
        return state_mark("missed", "Komt niet aan")
    if email.expires_at and email.expires_at <= timezone.now():
        return state_mark("off", "Gaat niet meer weg")
    return state_mark("scheduled", "Wacht")
