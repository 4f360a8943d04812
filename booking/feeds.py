"""Appointments for calendar programs."""

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking import calendars, ics
from booking.models import Appointment, CalendarFeed
from kinekracht.models import Practice

PAST = dt.timedelta(days=30)  # that a practitioner can look back


@require_safe
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """One confirmed appointment, for the patient's own calendar."""
    appointment = get_object_or_404(
        Appointment.objects.with_key(key), status=Appointment.Status.CONFIRMED
    )
    if appointment.ends_at + dt.timedelta(days=settings.LINK_DAYS) < timezone.now():
        raise Http404
    practice = Practice.objects.current()
    return answer(calendars.for_patient(appointment, ics.Method.PUBLISH, practice), "afspraak.ics")


@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    """The appointments of a practitioner, by initials, for their own calendar program."""
    found = get_object_or_404(CalendarFeed.objects.with_key(key))
    appointments = Appointment.objects.occupying().filter(
        practitioner_id=found.practitioner_id, starts_at__gte=timezone.now() - PAST
    )
    entries = [
        calendars.entry_of(each, status=calendars.status_of(each), summary=each.initials)
        for each in appointments
    ]
    content = ics.calendar(entries, method=ics.Method.PUBLISH, name="Afspraken")
    return answer(content, "afspraken.ics")


def answer(content: bytes, name: str) -> HttpResponse:
    """The file ``name``, which no search engine may show."""
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Robots-Tag": "noindex",
        },
    )
