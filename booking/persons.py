"""Everything that is kept of one person: to hand it over, or to erase it.

A person is a telephone number or an e-mail address, as there are no accounts. Somebody who used
several is looked up by each of them.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from phonenumber_field.phonenumber import PhoneNumber
from post_office.models import Attachment, Email

from booking import actors, erasures, workflow
from booking.models import Appointment, AuditEntry, CallBack
from booking.outbox import drop_attachments, in_words
from kinekracht.formatting import belgian
from kinekracht.staff.mails import about_staff
from kinekracht.storage.mails import words_of

Action = AuditEntry.Action


@dataclass(frozen=True)
class Found:
    """What is kept of somebody; ``mails`` are those about the appointments and to the address.

    Those about logins and rights are left out: they are the practice's, and stay.
    """

    appointments: list[Appointment]
    call_backs: list[CallBack]
    mails: list[Email]

    def __bool__(self) -> bool:
        return bool(self.appointments or self.call_backs or self.mails)


def find(*, telephone: PhoneNumber | str, email: str) -> Found:
    """What is kept under a telephone number, an e-mail address, or either of both."""
    by_telephone = Q(telephone=telephone) if telephone else Q(pk=None)
    by_email = Q(email__iexact=email) if email else Q(pk=None)
    appointments = list(
        Appointment.objects.filter(by_telephone | by_email)
        .select_related("treatment", "practitioner")
        .prefetch_related("changes")
    )
    about = Q(about__appointment__in=appointments)
    # A colleague's mails about logins and rights are no patient's, and warn them.
    to = Q(to__iexact=email) & ~about_staff() if email else Q(pk=None)
    mails = Email.objects.filter(about | to).distinct().order_by("pk")
    return Found(appointments, list(CallBack.objects.filter(by_telephone)), list(mails))


def export(found: Found, *, by: actors.Actor, now: dt.datetime) -> dict[str, Any]:
    """All of it, in words; what was confided too, so each appointment gets a line that says so."""
    with transaction.atomic():
        for appointment in found.appointments:
            appointment.refresh_from_db(fields=["complaint", "self_test"])
            AuditEntry.write(Action.EXPORTED, by=by.user, now=now, number=appointment.pk)
        if not found.appointments:
            AuditEntry.write(Action.EXPORTED, by=by.user, now=now)
        return {
            "opgemaakt op": in_words(now),
            "afspraken": [about_appointment(each) for each in found.appointments],
            "vragen om terug te bellen": [about_call_back(each) for each in found.call_backs],
            "mails": [about_mail(each) for each in found.mails],
        }


def erase(found: Found, *, by: actors.Actor, now: dt.datetime) -> None:
    """Delete all of it, for good: a backup that is restored doesn't bring it back. Nobody is told.

    An appointment that is still to come is off, and its time is free again.
    """
    with transaction.atomic():
        for appointment in found.appointments:
            workflow.erase(appointment, version=appointment.version, now=now, by=by)
        for call_back in found.call_backs:
            erasures.erase(call_back, now=now)
        mails = Email.objects.filter(pk__in=[mail.pk for mail in found.mails])
        drop_attachments(Attachment.objects.filter(emails__in=mails))
        mails.delete()
        if not found.appointments:
            AuditEntry.write(Action.ERASED, by=by.user, now=now)


def about_appointment(appointment: Appointment) -> dict[str, Any]:
    """An appointment, who read along, and what became of it."""
    read = AuditEntry.objects.filter(number=appointment.pk).order_by("at")
    return about_request(appointment) | {
        "e-mail": appointment.email,
        "wanneer": in_words(appointment.starts_at),
        "voor": str(appointment.treatment),
        "bij": str(appointment.practitioner),
        "toestand": appointment.get_status_display(),
        "eerste keer hier": appointment.get_visit_display(),
        "voorschrift": appointment.get_referral_display(),
        "datum van het voorschrift": str(appointment.referral_date or ""),
        "waarover het gaat": appointment.complaint,
        "zelftest": appointment.self_test,
        "wat er gebeurde": [
            f"{in_words(change.at)}: {change.get_to_status_display()}, "
            f"door de {change.get_actor_display()}"
            for change in appointment.changes.all()
        ],
        "ingezien in de praktijk": [
            f"{in_words(entry.at)}: {entry.get_action_display()}" for entry in read
        ],
    }


def about_call_back(call_back: CallBack) -> dict[str, Any]:
    """A question to be called, and whether that was done."""
    handled = call_back.handled_at
    return about_request(call_back) | {
        "past": call_back.parts_of_day,
        "gebeld": in_words(handled) if handled else "nog niet",
    }


def about_request(request: Appointment | CallBack) -> dict[str, Any]:
    """What every request has."""
    return {
        "gevraagd op": in_words(request.created_at),
        "naam": request.name,
        "telefoon": belgian(request.telephone) if request.telephone else "",
        "bericht inspreken mag": "ja" if request.voicemail else "nee",
        "naam van de praktijk niet noemen": "ja" if request.discreet else "nee",
    }


def about_mail(email: Email) -> dict[str, Any]:
    """A mail as it was written."""
    return {
        "geschreven op": in_words(email.created),
        "aan": ", ".join(email.to),
        "onderwerp": email.subject,
        "tekst": words_of(email),
        "bijlagen": [attachment.name for attachment in email.attachments.all()],
    }


def as_text(data: dict[str, Any]) -> str:
    """The same, to read on paper."""
    return "\n".join(lines_of(data)) + "\n"


def lines_of(value: Any, indent: str = "") -> Iterator[str]:
    """The lines of what ``export`` gives, each part a step further to the right."""
    for name, part in value.items():
        if isinstance(part, list):
            yield f"{indent}{name}: {len(part) or 'geen'}"
            for number, item in enumerate(part, start=1):
                if isinstance(item, dict):
                    yield f"{indent}  {number}."
                    yield from lines_of(item, indent + "    ")
                else:
                    yield f"{indent}  {item}"
        elif "\n" in part:
            yield f"{indent}{name}:"
            yield from (f"{indent}  {line}".rstrip() for line in part.splitlines())
        else:
            yield f"{indent}{name}: {part or '–'}"
