"""When we work, who comes when, and what is kept about that."""

from booking.models.appointments import (
    COMPLAINT_LENGTH,
    SELF_TEST_LENGTH,
    Appointment,
    AppointmentQuerySet,
    Cell,
    Change,
)
from booking.models.audit import AuditEntry
from booking.models.hours import Closure, Weekday, WorkingHours
from booking.models.operations import CalendarFeed, Mail, Sender, Worker
from booking.models.requests import CallBack, CallBackQuerySet, PatientRequest

__all__ = [
    "COMPLAINT_LENGTH",
    "SELF_TEST_LENGTH",
    "Appointment",
    "AppointmentQuerySet",
    "AuditEntry",
    "CalendarFeed",
    "CallBack",
    "CallBackQuerySet",
    "Cell",
    "Change",
    "Closure",
    "Mail",
    "PatientRequest",
    "Sender",
    "Weekday",
    "Worker",
    "WorkingHours",
]
