"""How a mail is made, queued with what it reports, and forgotten."""

import datetime as dt
import re
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from post_office.models import STATUS, Attachment, Email

from booking import calendars, ics
from booking.models import Appointment, CallBack, Mail
from booking.slots import local
from kinekracht.encryption import WrongKey, decrypt, encrypt
from kinekracht.models import Practice
from kinekracht.storage.mails import queue_encrypted, render

WAITING = (STATUS.queued, STATUS.requeued)
UNSENT = (STATUS.failed, *WAITING)
OWN_PAGE = re.compile(r"(/afspraak/a/)[\w-]+/")
KEEP_FILES = dt.timedelta(hours=1)  # longer than a transaction that may still want them


@transaction.atomic
def to_patient(
    appointment: Appointment,
    kind: str,
    subject: str,
    *,
    expires_at: dt.datetime | None = None,
    with_calendar: bool = True,
    **context: Any,
) -> None:
    """Queue the mail ``kind`` for the patient, if there is an address, with its calendar file.

    It is not sent any more from ``expires_at`` on. It takes the place of reminders that could
    not be sent yet.
    """
    if not appointment.email:
        return
    reminders = Email.objects.filter(about__kind__startswith="reminder", status__in=WAITING)
    reminders.filter(about__appointment=appointment).delete()
    practice = Practice.objects.current()
    calendar = calendar_file(appointment, practice) if with_calendar else {}
    email = queue(
        appointment.email,
        kind,
        subject,
        practice=practice,
        attachments=calendar,
        expires_at=expires_at,
        context={
            # Without a name: a mail that ends up with somebody else says nothing of anybody.
            "for_patient": True,
            **when(appointment.starts_at),
            "limit": limit_in_words(appointment, practice),
            "practitioner": appointment.practitioner.name,
            "ended": not appointment.is_live,
            "has_calendar": bool(calendar),
            "link": settings.SITE_URL + appointment.get_absolute_url(),
            "start": settings.SITE_URL + reverse("booking:start"),
            **context,
        },
    )
    remember(appointment, kind, email)


@transaction.atomic
def to_staff(target: Appointment | CallBack, kind: str, subject: str, **context: Any) -> None:
    """Queue the mail ``kind`` for the practice, if it has an address: initials, and a link."""
    practice = Practice.objects.current()
    recipient = practice.hears_of_requests
    if not recipient:
        return
    form = reverse(f"admin:booking_{target._meta.model_name}_change", args=[target.pk])
    context |= {"initials": target.initials, "link": settings.SITE_URL + form}
    email = queue(recipient, kind, subject, practice=practice, context=context)
    if isinstance(target, Appointment):
        remember(target, kind, email)


def queue(
    recipient: str,
    kind: str,
    subject: str,
    *,
    practice: Practice,
    context: dict[str, Any],
    attachments: dict[str, Any] | None = None,
    expires_at: dt.datetime | None = None,
) -> Email:
    """Put a mail in the queue, in the transaction that is going on."""
    context = context | {
        "subject": subject,
        "practice": practice,
        "address": calendars.address_lines(practice),
        "telephones": practice.telephones,
    }
    text, html = render(kind, context)
    return queue_encrypted(
        recipient,
        subject=subject,
        text=text,
        html=html,
        headers={"Reply-To": practice.email} if practice.email else None,
        attachments=attachments,
        expires_at=expires_at,
    )


def calendar_file(appointment: Appointment, practice: Practice) -> dict[str, Any]:
    """What the patient's calendar should know now: nothing, before it was ever confirmed."""
    confirmed = Appointment.Status.CONFIRMED
    if appointment.status != confirmed and not (
        appointment.changes.filter(to_status=confirmed).exists()
    ):
        return {}
    method = ics.Method.REQUEST if appointment.is_live else ics.Method.CANCEL
    content = ContentFile(calendars.for_patient(appointment, method, practice))
    return {"afspraak.ics": {"file": content, "mimetype": f"text/calendar; method={method}"}}


def remember(appointment: Appointment, kind: str, email: Email) -> None:
    """Note what a mail is about; IntegrityError if there is one of this kind and version."""
    Mail.objects.create(
        appointment=appointment, kind=kind, version=appointment.version, email=email
    )


def forget(appointment: Appointment) -> None:
    """Delete all mails about ``appointment``, with what was attached."""
    emails = Email.objects.filter(about__appointment=appointment)
    drop_attachments(Attachment.objects.filter(emails__in=emails))
    emails.delete()


def redirect_unsent(appointment: Appointment, old: str) -> int:
    """Send what has not left yet to the address of now, instead of ``old``; how many mails."""
    emails = Email.objects.filter(about__appointment=appointment, to=old, status__in=UNSENT)
    if appointment.email:
        return int(emails.update(to=[appointment.email]))
    emails.delete()
    return 0


def renew_links() -> int:
    """Put the patient's address of now in mails that wait, as LINK_KEYS may be others by then.

    How many mails had another one. A mail that belongs to no key stays as it is.
    """
    count = 0
    waiting = Mail.objects.filter(email__status__in=UNSENT).select_related("email", "appointment")
    for mail in waiting:
        email, address = mail.email, rf"\g<1>{mail.appointment.key}/"
        with suppress(WrongKey):
            text, html = decrypt(email.message), decrypt(email.html_message)
            now = [OWN_PAGE.sub(address, words) for words in (text, html)]
            if now != [text, html]:
                message, html_message = map(encrypt, now)
                same = Email.objects.filter(pk=email.pk, status__in=UNSENT)
                count += same.update(message=message, html_message=html_message)
    return count


def tidy(now: dt.datetime) -> None:
    """Delete what no mail needs any more: sent calendars, and reminders that came too late.

    A transaction that is rolled back takes its mail along, but not a file.
    """
    Email.objects.filter(status__in=WAITING, expires_at__lte=now).delete()
    drop_attachments(Attachment.objects.exclude(emails__status__in=UNSENT))
    folder = Path(storages["mail"].path(""))
    old = [
        path
        for path in folder.rglob("*.ics")
        if path.stat().st_mtime < (now - KEEP_FILES).timestamp()
    ]
    if old:
        known = set(Attachment.objects.values_list("file", flat=True))
        for path in old:
            if str(path.relative_to(folder)) not in known:
                path.unlink(missing_ok=True)


def drop_attachments(attachments: Any) -> None:
    """Delete attachments; their files go when that is settled."""
    for attachment in list(attachments):
        storage, name = attachment.file.storage, attachment.file.name
        attachment.delete()
        transaction.on_commit(partial(storage.delete, name))


def limit_in_words(appointment: Appointment, practice: Practice) -> str:
    """Until when the patient may move or cancel online; nothing if that is over."""
    at = appointment.starts_at
    if appointment.status == Appointment.Status.CONFIRMED:
        at -= dt.timedelta(hours=practice.change_notice_hours)
    return in_words(at) if at > timezone.now() else ""


def when(moment: dt.datetime) -> dict[str, str]:
    """A moment for a template, in words, as the clocks in Brussels show it."""
    at = local(moment)
    return {"day": date_format(at, "l j F Y"), "time": f"{at:%-H.%M} uur"}


def in_words(moment: dt.datetime) -> str:
    """A moment in a sentence: dinsdag 1 december 2026 om 9.00 uur."""
    return "{day} om {time}".format(**when(moment))


def short(moment: dt.datetime) -> str:
    """A moment in a subject: dinsdag 1 december, 9.00 uur."""
    at = local(moment)
    return f"{date_format(at, 'l j F')}, {at:%-H.%M} uur"
