"""/beheer/agenda/: a week or a day, on screen and on paper."""

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking.agenda import Agenda, agenda
from booking.converters import monday_of, week_of
from booking.offers import day_said
from booking.slots import monday
from kinekracht.models import Practitioner

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """A day (``?dag=2026-12-01``) or else a week (``?week=2026-W49``), by default the current one.

    ``therapeut`` shows one person's, ``namen`` names instead of initials, ``afdruk`` the day as a
    list for paper.
    """
    if not request.user.has_perm("booking.view_appointment"):
        raise PermissionDenied
    if "dag" not in request.GET:
        return show_week(request)
    day = day_said(request.GET["dag"])
    if day is None:
        messages.warning(request, "Die dag bestaat niet. Je ziet vandaag.")
        day = timezone.localdate()
    return show_day(request, day)


def show_week(request: HttpRequest) -> HttpResponse:
    """A week, with a grid for each practitioner."""
    begin = monday(timezone.localdate())
    if "week" in request.GET:
        try:
            begin = monday_of(request.GET["week"])
        except ValueError:
            messages.warning(request, "Die week bestaat niet. Je ziet de huidige.")
    end = begin + WEEK - DAY
    found = agenda(begin, end, **choice(request))
    return answer(
        request,
        "week",
        found,
        begin=begin,
        end=end,
        earlier=week_of(begin - WEEK),
        later=week_of(begin + WEEK),
        day=max(begin, min(timezone.localdate(), end)),
    )


def show_day(request: HttpRequest, day: dt.date) -> HttpResponse:
    """A day, with a column for each practitioner; or the list of it, for paper."""
    found = agenda(day, day, **choice(request))
    columns = [column for columns in found.columns.values() for column in columns]
    return answer(
        request,
        "print" if "afdruk" in request.GET else "day",
        found,
        day=day,
        columns=columns,
        holiday=columns[0].holiday if columns else "",
        week=week_of(day),
        earlier=day - DAY,
        later=day + DAY,
    )


def choice(request: HttpRequest) -> dict[str, Any]:
    """Whose agenda was asked for, of those that the user may see."""
    user: Any = request.user
    sees_all = user.has_perm("booking.view_every_appointment")
    among = None if sees_all else Practitioner.objects.filter(user=user)
    return {"only": request.GET.get("therapeut", ""), "among": among}


def answer(request: HttpRequest, name: str, found: Agenda, **more: Any) -> HttpResponse:
    """The page ``name`` of the agenda."""
    chosen = request.GET.get("therapeut")
    context = admin.site.each_context(request) | {
        "title": "Agenda",
        "agenda": found,
        "only": next((p.pk for p in found.people if str(p.pk) == chosen), None),
        "today": timezone.localdate(),
        "names": "namen" in request.GET,
        **more,
    }
    return render(request, f"admin/booking/agenda/{name}.html", context)
