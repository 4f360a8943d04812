"""What may happen to an appointment: one function each, in one transaction each.

Whoever acts on an appointment says which ``version`` of it they saw. Was it changed since, then
nothing happens (``Outdated``). The cells of an appointment are written in the same transaction;
that there can't be two of one is what makes a double booking impossible (``NotFree``).
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from booking import erasures, mails
from booking.actors import NOBODY, PATIENT, Actor
from booking.availability import slot_at
from booking.limits import A_DAY, admit, has_heard_enough
from booking.models import Appointment, AuditEntry, CallBack
from booking.models.links import keyed_hash
from booking.occupancy import NotFree, NotPossible, settle, taking_cells
from booking.slots import Slot
from booking.transition import Outdated, change, new_appointment, record
from kinekracht.models import Practice, Practitioner, Treatment

Action = AuditEntry.Action
Status = Appointment.Status
MOVES_TOLD = 5  # of a request, by mail; staff see the latest moment where they answer it
MOVES_A_DAY = 5  # of one appointment by its patient, in any 24 hours: each of them is mailed
R = TypeVar("R", Appointment, CallBack)


def request(
    treatment: Treatment,
    start: dt.datetime,
    *,
    submission: UUID,
    details: dict[str, Any],
    now: dt.datetime,
    practitioner: Practitioner | None = None,
    sender: str = "",
) -> Appointment:
    """A patient asks for the time ``start``, which is theirs from now on.

    What has the same ``submission`` as an earlier one is that one. NotFree if nobody, or not
    ``practitioner``, is free; TooMany if ``sender``, a hashed address, asks too much, or if all
    of them do.
    """

    def write() -> Appointment:
        slot = slot_at(treatment, start, now=now, practitioner=practitioner)
        if slot is None:
            raise NotFree
        if sender:
            admit(sender, Appointment.objects.awaiting_reply(), now)
        appointment = new_appointment(
            treatment,
            slot,
            submission_hash=keyed_hash(str(submission)),
            created_at=now,
            changed_at=now,
            **details,
        )
        record(appointment, PATIENT, now=now)
        mails.requested(appointment, held=has_heard_enough(appointment, now))
        mails.staff_requested(appointment)
        return appointment

    return once(Appointment.objects.sent_as(submission), write)


def enter(
    treatment: Treatment,
    slot: Slot,
    *,
    details: dict[str, Any],
    by: Actor,
    now: dt.datetime,
) -> Appointment:
    """Staff enter an appointment that was made by telephone; it may lie outside working hours."""
    with taking_cells():
        appointment = new_appointment(
            treatment, slot, status=Status.CONFIRMED, created_at=now, changed_at=now, **details
        )
        record(appointment, by, now=now)
        mails.confirmed(appointment)
    return appointment


def confirm(appointment: Appointment, *, version: int, by: Actor, now: dt.datetime) -> Appointment:
    """The practice says yes to a request."""
    with transaction.atomic():
        refuse_past(appointment.starts_at, now)
        changed = change(
            appointment, version, [Status.REQUESTED], to=Status.CONFIRMED, by=by, now=now
        )
        mails.confirmed(changed)
    return changed


def decline(
    appointment: Appointment, *, version: int, by: Actor, now: dt.datetime, reason: str = ""
) -> Appointment:
    """The practice says no to a request; ``reason`` is for the patient."""
    with transaction.atomic():
        changed = change(
            appointment,
            version,
            [Status.REQUESTED, Status.PROPOSED],
            to=Status.DECLINED,
            by=by,
            now=now,
        )
        mails.declined(changed, reason)
    return changed


def propose(
    appointment: Appointment,
    slot: Slot,
    *,
    version: int,
    by: Actor,
    now: dt.datetime,
    reason: str = "",
) -> Appointment:
    """The practice proposes another time, which is kept free for the patient from now on."""
    with taking_cells():
        refuse_past(slot.start, now)
        changed = change(
            appointment, version, Appointment.LIVE, to=Status.PROPOSED, by=by, now=now, slot=slot
        )
        mails.proposed(changed, reason, before=appointment.starts_at)
    return changed


def accept(appointment: Appointment, *, version: int, by: Actor, now: dt.datetime) -> Appointment:
    """The patient agrees with the time that was proposed."""
    with transaction.atomic():
        refuse_past(appointment.starts_at, now)
        changed = change(
            appointment, version, [Status.PROPOSED], to=Status.CONFIRMED, by=by, now=now
        )
        mails.confirmed(changed)
        mails.staff_accepted(changed)
    return changed


def move_by_patient(
    appointment: Appointment, start: dt.datetime, *, version: int, now: dt.datetime
) -> Appointment:
    """The patient chooses another free time; what was confirmed stays so.

    NotPossible if they moved it MOVES_A_DAY times already.
    """

    def write() -> Appointment:
        refuse_late(appointment, now)
        slot = slot_at(
            appointment.treatment,
            start,
            now=now,
            practitioner=appointment.practitioner,
            ignoring=appointment,
        )
        if slot is None:
            raise NotFree
        confirmed = appointment.status == Status.CONFIRMED
        changed = change(
            appointment,
            version,
            Appointment.LIVE,
            to=Status.CONFIRMED if confirmed else Status.REQUESTED,
            by=PATIENT,
            now=now,
            slot=slot,
        )
        refuse_many_moves(changed, now)
        held = has_heard_enough(changed, now)
        mails.moved(changed, appointment.starts_at, held=held)
        if confirmed or changed.version <= MOVES_TOLD:
            mails.staff_moved(changed, appointment.starts_at)
        return changed

    return settle(write)


def move_by_staff(
    appointment: Appointment, slot: Slot, *, version: int, by: Actor, now: dt.datetime
) -> Appointment:
    """Staff agreed on another time with the patient; it may lie outside working hours."""
    with taking_cells():
        refuse_past(slot.start, now)
        changed = change(
            appointment, version, Appointment.LIVE, to=Status.CONFIRMED, by=by, now=now, slot=slot
        )
        mails.moved(changed, appointment.starts_at)
    return changed


def cancel(
    appointment: Appointment, *, version: int, by: Actor, now: dt.datetime, reason: str = ""
) -> Appointment:
    """The appointment is off; a patient can do this until the practice's limit."""
    with transaction.atomic():
        if by == PATIENT:
            refuse_late(appointment, now)
        changed = change(
            appointment, version, Appointment.LIVE, to=Status.CANCELLED, by=by, now=now
        )
        held = by == PATIENT and has_heard_enough(changed, now)
        mails.cancelled(changed, reason, by_patient=by == PATIENT, held=held)
        if by == PATIENT:
            mails.staff_cancelled(changed)
    return changed


def complete(appointment: Appointment, *, version: int, by: Actor, now: dt.datetime) -> Appointment:
    """The patient came."""
    return close(appointment, version, to=Status.COMPLETED, by=by, now=now)


def no_show(appointment: Appointment, *, version: int, by: Actor, now: dt.datetime) -> Appointment:
    """The patient did not come."""
    return close(appointment, version, to=Status.NO_SHOW, by=by, now=now)


def expire(now: dt.datetime) -> int:
    """Close the requests and proposals whose time has come unanswered; how many."""
    unanswered = Appointment.objects.filter(
        status__in=[Status.REQUESTED, Status.PROPOSED], starts_at__lte=now
    )
    count = 0
    for appointment in unanswered.select_related("treatment", "practitioner"):
        try:
            with transaction.atomic():
                changed = change(
                    appointment,
                    appointment.version,
                    [appointment.status],
                    to=Status.EXPIRED,
                    by=NOBODY,
                    now=now,
                )
                mails.expired(changed)
                mails.staff_expired(changed)
        except Outdated:
            continue  # somebody answered after all
        count += 1
    return count


def erase(appointment: Appointment, *, version: int, now: dt.datetime, by: Actor = PATIENT) -> None:
    """Nothing is left of an appointment, its mails included; one that was on is cancelled.

    The patient gets no mail: what would be left of them is what they want gone.
    """
    with transaction.atomic():
        mails.forget(appointment)
        if by == PATIENT and appointment.is_live and appointment.starts_at > now:
            refuse_late(appointment, now)
            appointment = change(
                appointment, version, Appointment.LIVE, to=Status.CANCELLED, by=PATIENT, now=now
            )
            mails.staff_cancelled(appointment)
        erasures.erase(appointment, now=now)
        if by != PATIENT:
            AuditEntry.write(Action.ERASED, by=by.user, now=now)


def withdraw_self_test(appointment: Appointment, *, now: dt.datetime) -> None:
    """The patient takes back the self-test that was sent along; all else stays as it is."""
    if not appointment.self_test:
        return
    with transaction.atomic():
        appointment.self_test = ""
        appointment.save(update_fields=["self_test"])
        before = appointment.status, appointment.starts_at
        record(appointment, PATIENT, now=now, before=before)
        erasures.note(appointment, now=now, part=erasures.SELF_TEST)


def read_confided(appointment: Appointment, *, by: Actor, now: dt.datetime) -> None:
    """Fetch the complaint and the self-test of an appointment; was there one, it leaves a line."""
    with transaction.atomic():
        appointment.refresh_from_db(fields=["complaint", "self_test"])
        if appointment.complaint or appointment.self_test:
            AuditEntry.write(Action.READ, by=by.user, now=now, number=appointment.pk)


def change_complaint(
    appointment: Appointment, complaint: str, *, by: Actor, now: dt.datetime
) -> None:
    """A therapist puts what it is about in other words, or in none."""
    with transaction.atomic():
        appointment.complaint = complaint
        appointment.save(update_fields=["complaint"])
        AuditEntry.write(Action.CHANGED, by=by.user, now=now, number=appointment.pk)


def ask_to_be_called(
    *, submission: UUID, details: dict[str, Any], now: dt.datetime, sender: str = ""
) -> CallBack:
    """Somebody wants to be called; the same ``submission`` twice is one. TooMany as in request."""

    def write() -> CallBack:
        if sender:
            admit(sender, CallBack.objects.open(), now)
        call_back = CallBack.objects.create(
            submission_hash=keyed_hash(str(submission)), created_at=now, **details
        )
        mails.staff_call_back(call_back)
        return call_back

    return once(CallBack.objects.sent_as(submission), write)


def once(sent: QuerySet[R], write: Callable[[], R]) -> R:
    """What was ``sent`` before, or else what ``write`` stores.

    What is sent twice in one moment may find its time taken, or the limit reached, by itself.
    """
    try:
        return settle(lambda: sent.first() or write())
    except NotPossible:
        known = sent.first()
        if known is None:
            raise
        return known


def patient_limit(appointment: Appointment) -> dt.datetime:
    """Until when a patient may move or cancel: what nobody confirmed, until it begins."""
    if appointment.status != Status.CONFIRMED:
        return appointment.starts_at
    hours = Practice.objects.current().change_notice_hours
    return appointment.starts_at - dt.timedelta(hours=hours)


def refuse_late(appointment: Appointment, now: dt.datetime) -> None:
    """NotPossible if the patient's limit has passed."""
    if now > patient_limit(appointment):
        raise NotPossible("Online kan dit niet meer, daarvoor is het te laat. Bel ons.")


def refuse_many_moves(moved: Appointment, now: dt.datetime) -> None:
    """NotPossible if the patient's last move, whose line is written, is one too many for a day.

    To be called where ``change`` has found the version right: then no other move is going on.
    """
    moves = moved.changes.filter(
        actor=PATIENT.kind, at__gt=now - A_DAY, from_start__isnull=False
    ).exclude(from_start=F("to_start"))
    if moves.count() > MOVES_A_DAY:
        raise NotPossible(
            f"Je verplaatste deze afspraak al {MOVES_A_DAY} keer in 24 uur. Er is niets gewijzigd. "
            "Bel ons, dan zoeken we samen een moment."
        )


def refuse_past(start: dt.datetime, now: dt.datetime) -> None:
    """NotPossible if ``start`` is no longer to come."""
    if start <= now:
        raise NotPossible("Dit moment is voorbij.")


def close(
    appointment: Appointment, version: int, *, to: Status, by: Actor, now: dt.datetime
) -> Appointment:
    """After the time of an appointment: what came of it. Staff may correct themselves."""
    with transaction.atomic():
        if appointment.starts_at > now:
            raise NotPossible("De afspraak moet nog beginnen.")
        from_ = {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW} - {to}
        return change(appointment, version, from_, to=to, by=by, now=now)


def handle(call_back: CallBack, *, by: Actor, now: dt.datetime) -> None:
    """Somebody was called. NotPossible if a colleague had done that already."""
    still_open = CallBack.objects.open().filter(pk=call_back.pk)
    if not still_open.update(handled_at=now, handled_by=by.user):
        raise NotPossible("Een collega heeft al gebeld. Er is niets gewijzigd.")
