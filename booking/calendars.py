"""Which calendar a mail or an address holds of an appointment."""

import datetime as dt
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from booking import ics
from booking.models import Appointment
from kinekracht.models import Practice


def entry_of(appointment: Appointment, *, status: ics.Status, **texts: str) -> ics.Entry:
    """``appointment`` as an entry of a calendar, with nothing of the patient but in ``texts``."""
    return ics.Entry(
        uid=uid_of(appointment),
        sequence=appointment.version,
        changed=appointment.changed_at.astimezone(dt.UTC),
        start=appointment.starts_at,
        end=appointment.ends_at,
        status=status,
        **texts,
    )


def uid_of(appointment: Appointment) -> str:
    """What it is called in every calendar, as long as it exists."""
    return f"{appointment.uid}@{urlsplit(settings.SITE_URL).hostname}"


def status_of(appointment: Appointment) -> ics.Status:
    """How certain an appointment is that takes its time."""
    if appointment.status in {Appointment.Status.REQUESTED, Appointment.Status.PROPOSED}:
        return ics.Status.TENTATIVE
    return ics.Status.CONFIRMED


def for_patient(appointment: Appointment, method: ics.Method, practice: Practice) -> bytes:
    """The .ics file by which the patient's calendar enters, moves or removes the appointment."""
    status = ics.Status.CANCELLED if method == ics.Method.CANCEL else status_of(appointment)
    entry = entry_of(
        appointment,
        status=status,
        location=", ".join(address_lines(practice)),
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        # Who takes the file from their own page was not invited by mail (RFC 5546, 3.2.1).
        attendee="" if method == ics.Method.PUBLISH else appointment.email,
    )
    return ics.calendar([entry], method=method)


def address_lines(practice: Practice) -> list[str]:
    """Where the practice is, as far as that was filled in."""
    town = f"{practice.postal_code} {practice.city}".strip()
    return [line for line in (practice.street, town) if line]
