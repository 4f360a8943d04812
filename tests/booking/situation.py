"""Something may be done with an appointment, and what of it one looks at afterwards.

It is Tuesday the first of December 2026, 8.00 in Brussels. The appointment is on Thursday at nine;
its practitioner works from 9 to 17, every day.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import NamedTuple

from post_office.models import Email

from booking import workflow
from booking.actors import PATIENT
from booking.models import Appointment, CallBack, Cell, Change, Mail, Sender, Weekday
from booking.slots import CELL, Slot
from tests.booking.factories import AppointmentFactory, WorkingHoursFactory, brussels
from tests.factories import PractitionerFactory

Status = Appointment.Status
NOW = brussels(2026, 12, 1, 8)
START = brussels(2026, 12, 3, 9)
HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
DETAILS = {"name": "Lotte", "telephone": "+32470123456", "email": "lotte@example.com"}


def works(treatment):
    """Somebody who gives the treatment, from 9 to 17 on every day."""
    practitioner = PractitionerFactory()
    practitioner.treatments.add(treatment)
    for weekday in Weekday.values:
        WorkingHoursFactory(practitioner=practitioner, weekday=weekday)
    return practitioner


def in_status(status, treatment, practitioner, start=START, **fields):
    return AppointmentFactory(
        status=status, treatment=treatment, practitioner=practitioner, starts_at=start, **fields
    )


def ask(treatment, start=START, **options):
    """A request by Lotte."""
    given = {"submission": uuid.uuid4(), "details": DETAILS, "now": NOW}
    return workflow.request(treatment, start, **given | options)


def slot(appointment, hours):
    """So many hours after START, with the same practitioner."""
    return Slot(START + hours * HOUR, appointment.practitioner_id)


def quarters(appointment):
    """Which cells it has, in quarters of an hour after START."""
    starts = appointment.cells.order_by("start").values_list("start", flat=True)
    return [(start - START) // CELL for start in starts]


def everything():
    """All rows that a change would touch."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Appointment, Cell, Change, Mail, Email, CallBack, Sender)
    ]


def line(appointment):
    """The last thing that was written about it."""
    change = appointment.changes.last()
    return change.from_status, change.to_status, change.from_start, change.to_start


class Act(NamedTuple):
    """Something that can be done, from where, and what becomes of it."""

    do: Callable
    allowed: tuple = Appointment.LIVE
    to: Status | None = None  # None: as it was, or asked anew
    actor: Change.Actor = Change.Actor.STAFF
    at: dt.datetime = NOW
    moves: bool = False


def two_hours_later(appointment):
    return slot(appointment, 2)


ACTS = {
    "confirm": Act(workflow.confirm, (Status.REQUESTED,), Status.CONFIRMED),
    "decline": Act(workflow.decline, (Status.REQUESTED, Status.PROPOSED), Status.DECLINED),
    "propose": Act(
        lambda a, **o: workflow.propose(a, two_hours_later(a), **o), to=Status.PROPOSED, moves=True
    ),
    "accept": Act(workflow.accept, (Status.PROPOSED,), Status.CONFIRMED, Change.Actor.PATIENT),
    "move by patient": Act(
        lambda a, by, **o: workflow.move_by_patient(a, START + 2 * HOUR, **o),
        actor=Change.Actor.PATIENT,
        moves=True,
    ),
    "move by staff": Act(
        lambda a, **o: workflow.move_by_staff(a, two_hours_later(a), **o),
        to=Status.CONFIRMED,
        moves=True,
    ),
    "cancel by patient": Act(workflow.cancel, to=Status.CANCELLED, actor=Change.Actor.PATIENT),
    "cancel by staff": Act(workflow.cancel, to=Status.CANCELLED),
    "complete": Act(
        workflow.complete, (Status.CONFIRMED, Status.NO_SHOW), Status.COMPLETED, at=START
    ),
    "no show": Act(
        workflow.no_show, (Status.CONFIRMED, Status.COMPLETED), Status.NO_SHOW, at=START
    ),
}


def perform(act, appointment, by, version=None):
    return act.do(
        appointment,
        version=appointment.version if version is None else version,
        by=by if act.actor == Change.Actor.STAFF else PATIENT,
        now=act.at,
    )


class Meanwhile:
    """Somebody acts in the middle of what somebody else does: at its first ``kind`` of query."""

    def __init__(self, kind, act):
        self.kind, self.act = kind, act

    def __call__(self, execute, sql, params, many, context):
        if self.act and sql.startswith(self.kind):
            act, self.act = self.act, None
            act()
        return execute(sql, params, many, context)
