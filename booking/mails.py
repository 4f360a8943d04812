"""One function for each mail.

A mail is read over somebody's shoulder and shown on a locked telephone. None says what the
appointment is for, what the practitioner is, or what the patient told us.

Mails about what a patient does themselves may be ``held`` back, where an address had too many of
them (``booking.limits``). Such a mail is written and never sent: it costs what any other costs, so
that who asked, and may be a stranger, can't tell by the time it takes.
"""

import datetime as dt

from django.utils import timezone

from booking.models import Appointment, CallBack
from booking.outbox import forget as forget  # noqa: PLC0414  what sends also forgets
from booking.outbox import in_words, short, to_patient, to_staff, when

Status = Appointment.Status
A_DAY = dt.timedelta(days=1)  # further than the clocks of two machines are ever apart


def requested(appointment: Appointment, *, held: bool = False) -> None:
    """To the patient: we have your request."""
    to_patient(
        appointment,
        "requested",
        f"We kregen je aanvraag voor {short(appointment.starts_at)}",
        expires_at=end_of(held=held),
    )


def confirmed(appointment: Appointment) -> None:
    """To the patient: your appointment is settled."""
    to_patient(appointment, "confirmed", f"Je afspraak op {short(appointment.starts_at)}")


def declined(appointment: Appointment, reason: str) -> None:
    """To the patient: it can't be done, and what else can."""
    at = short(appointment.starts_at)
    to_patient(appointment, "declined", f"Je aanvraag voor {at} kan niet doorgaan", reason=reason)


def proposed(appointment: Appointment, reason: str, *, before: dt.datetime) -> None:
    """To the patient: another time than ``before``, if it suits you."""
    at = short(appointment.starts_at)
    to_patient(
        appointment,
        "proposed",
        f"Ons voorstel voor je afspraak: {at}",
        before=in_words(before),
        reason=reason,
    )


def moved(appointment: Appointment, before: dt.datetime, *, held: bool = False) -> None:
    """To the patient: another time than ``before``."""
    is_confirmed = appointment.status == Status.CONFIRMED
    what = "afspraak" if is_confirmed else "aanvraag"
    to_patient(
        appointment,
        "moved",
        f"Je {what} is verplaatst naar {short(appointment.starts_at)}",
        expires_at=end_of(held=held),
        before=in_words(before),
        is_confirmed=is_confirmed,
    )


def cancelled(
    appointment: Appointment, reason: str, *, by_patient: bool, held: bool = False
) -> None:
    """To the patient: it is off."""
    at = short(appointment.starts_at)
    to_patient(
        appointment,
        "cancelled",
        f"Je afspraak op {at} gaat niet door",
        expires_at=end_of(held=held),
        reason=reason,
        by_patient=by_patient,
    )


def expired(appointment: Appointment) -> None:
    """To the patient: nobody answered in time, for which we are sorry."""
    at = short(appointment.starts_at)
    to_patient(
        appointment,
        "expired",
        f"Je aanvraag voor {at} is vervallen",
        was_proposed=was_proposed(appointment),
    )


def reminder(appointment: Appointment) -> None:
    """To the patient, two days before."""
    remind(appointment, "reminder")


def reminder_soon(appointment: Appointment) -> None:
    """To the patient, two hours before."""
    remind(appointment, "reminder_soon")


def remind(appointment: Appointment, kind: str) -> None:
    """To the patient, unless the appointment has begun by the time it can be sent."""
    to_patient(
        appointment,
        kind,
        f"Herinnering: je afspraak op {short(appointment.starts_at)}",
        expires_at=appointment.starts_at,
        with_calendar=False,
    )


def end_of(*, held: bool) -> dt.datetime | None:
    """From when on a mail is not sent any more: never, or for long already if it is ``held``."""
    return timezone.now() - A_DAY if held else None


def staff_requested(appointment: Appointment) -> None:
    """To the practice: somebody asks for an appointment."""
    about(appointment, "staff_requested", "Nieuwe aanvraag")


def staff_call_back(call_back: CallBack) -> None:
    """To the practice: somebody asks to be called."""
    to_staff(
        call_back,
        "staff_call_back",
        "Iemand wil dat we bellen",
        parts_of_day=call_back.parts_of_day,
    )


def staff_accepted(appointment: Appointment) -> None:
    """To the practice: the patient agrees with the proposal."""
    about(appointment, "staff_accepted", "Akkoord met het voorstel")


def staff_moved(appointment: Appointment, before: dt.datetime) -> None:
    """To the practice: the patient chose another time than ``before``."""
    about(
        appointment,
        "staff_moved",
        "Verplaatst",
        before=in_words(before),
        is_confirmed=appointment.status == Status.CONFIRMED,
    )


def staff_cancelled(appointment: Appointment) -> None:
    """To the practice: the patient won't come."""
    about(appointment, "staff_cancelled", "Geannuleerd")


def staff_expired(appointment: Appointment) -> None:
    """To the practice: a request went unanswered."""
    about(appointment, "staff_expired", "Vervallen", was_proposed=was_proposed(appointment))


def about(appointment: Appointment, kind: str, what: str, **context: object) -> None:
    """To the practice: ``what`` happened to an appointment."""
    to_staff(
        appointment,
        kind,
        f"{what}: {appointment.initials}, {short(appointment.starts_at)}",
        **when(appointment.starts_at),
        **context,
    )


def was_proposed(appointment: Appointment) -> bool:
    """Whether what expired is a proposal, which the patient left unanswered, and not we."""
    return appointment.changes.filter(
        to_status=Status.EXPIRED, from_status=Status.PROPOSED
    ).exists()
