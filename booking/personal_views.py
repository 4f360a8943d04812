"""What belongs to one patient: whoever knows the key may see it, change it and erase it.

Mail programs and scanners follow links, so a GET changes nothing. A key that is wrong, or whose
time is over, leads to one and the same 404.
"""

import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from booking import actors, erasures, workflow
from booking.availability import slot_at
from booking.forms import ActionForm, is_too_old
from booking.holidays import working_day_after
from booking.models import Appointment, CallBack
from booking.occupancy import NotFree, NotPossible
from booking.slots import local
from booking.views import offers, weeks
from booking.worker import REMIND
from kinekracht.limits import limited
from kinekracht.models import Practice

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def appointment_or_404(key: str) -> Appointment:
    """The appointment with this key, as long as its page works."""
    oldest = timezone.now() - dt.timedelta(days=settings.LINK_DAYS)
    found = Appointment.objects.with_key(key).saying_what_is_confided()
    return get_object_or_404(
        found.select_related("treatment", "practitioner"), starts_at__gt=oldest
    )


@require_safe
def appointment(request: HttpRequest, key: str) -> HttpResponse:
    """What somebody asked for, how it stands, and what they can do about it."""
    return show(request, appointment_or_404(key))


def show(
    request: HttpRequest, shown: Appointment, *, problem: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    """The page of an appointment, with the reason why something could not be done."""
    context = {
        "appointment": shown,
        "Status": Appointment.Status,
        "problem": problem,
        "may_change": may_change(shown),
        "may_erase": may_erase(shown),
        "is_reminded": shown.starts_at - timezone.now() > REMIND,
        "given_up": given_up(shown),
        "is_over": shown.starts_at <= timezone.now(),
        "limit": workflow.patient_limit(shown),
        "answer_by": answer_by(shown),
        "late_referral": is_too_old(shown.referral_date, shown.starts_at),
    }
    return render(request, "booking/appointment.html", context, status=status)


def may_erase(shown: Appointment) -> bool:
    """Whether the patient can erase it by themselves: what is to come is called off by that."""
    return not shown.is_live or shown.starts_at <= timezone.now() or may_change(shown)


def given_up(shown: Appointment) -> dt.datetime | None:
    """The moment that a proposal takes the place of."""
    return (
        shown.changes.filter(to_status=Appointment.Status.PROPOSED)
        .values_list("from_start", flat=True)
        .last()
    )


def may_change(shown: Appointment) -> bool:
    """Whether the patient can still move it, or call it off."""
    return shown.is_live and timezone.now() <= workflow.patient_limit(shown)


def answer_by(asked: Appointment | CallBack) -> dt.date | None:
    """The day on which we have answered; None if that is only just before the appointment."""
    days = Practice.objects.current().reply_days
    if isinstance(asked, CallBack):
        return working_day_after(local(asked.created_at).date(), days)
    day = working_day_after(local(asked.changed_at).date(), days)
    return day if day < local(asked.starts_at).date() else None


def act(
    request: HttpRequest, shown: Appointment, do: Callable[..., object], **options: Any
) -> HttpResponse:
    """Do what the patient confirmed; or say on the appointment's page why it can't be done."""
    form = ActionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else -1
    try:
        do(shown, version=version, now=timezone.now(), **options)
    except NotFree:
        raise  # which has a page of its own, with other moments
    except NotPossible as reason:
        shown = appointment_or_404(shown.key)
        return show(request, shown, problem=str(reason), status=HTTPStatus.CONFLICT)
    return redirect(shown)


def confirm_page(request: HttpRequest, shown: Appointment, name: str, **more: Any) -> HttpResponse:
    """The question whether to do it, with a button."""
    context = {"appointment": shown, "form": ActionForm(initial={"version": shown.version})}
    return render(request, f"booking/{name}.html", context | more)


@limited("booking")
@get_or_post
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Agree with the moment that the practice proposed."""
    shown = appointment_or_404(key)
    if request.method == "POST":
        return act(request, shown, workflow.accept, by=actors.PATIENT)
    if shown.status != Appointment.Status.PROPOSED:
        return redirect(shown)
    return confirm_page(request, shown, "accept")


@limited("booking")
@get_or_post
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Call it off."""
    shown = appointment_or_404(key)
    if request.method == "POST":
        return act(request, shown, workflow.cancel, by=actors.PATIENT)
    if not may_change(shown):
        return redirect(shown)
    return confirm_page(request, shown, "cancel")


@require_safe
def move(request: HttpRequest, key: str) -> HttpResponse:
    """Other free times, a week a page."""
    shown = appointment_or_404(key)
    if not may_change(shown):
        return redirect(shown)
    week, elsewhere = weeks(
        request, shown.treatment, practitioner=shown.practitioner, ignoring=shown
    )
    context = {"appointment": shown, "week": week, "elsewhere": elsewhere}
    return render(request, "booking/move.html", context)


@limited("booking")
@get_or_post
def move_to(request: HttpRequest, key: str, start: dt.datetime) -> HttpResponse:
    """Move it to a free time."""
    shown = appointment_or_404(key)
    if not may_change(shown) or start == shown.starts_at:
        return redirect(shown)
    now = timezone.now()
    who = shown.practitioner
    if slot_at(shown.treatment, start, now=now, practitioner=who, ignoring=shown) is None:
        return gone(request, shown, start)
    if request.method != "POST":
        return confirm_page(request, shown, "move_to", start=start)
    try:
        return act(request, shown, workflow.move_by_patient, start=start)
    except NotFree:
        return gone(request, shown, start)


def gone(request: HttpRequest, shown: Appointment, start: dt.datetime) -> HttpResponse:
    """The moment was taken: others, nearby."""
    context = {
        "appointment": shown,
        "start": start,
        "offers": offers(shown.treatment, start, practitioner=shown.practitioner, ignoring=shown),
    }
    return render(request, "booking/gone.html", context, status=HTTPStatus.CONFLICT)


@limited("booking")
@get_or_post
def erase(request: HttpRequest, key: str) -> HttpResponse:
    """Erase all of it."""
    shown = appointment_or_404(key)
    if request.method != "POST":
        if not may_erase(shown):
            return redirect(shown)
        return confirm_page(
            request,
            shown,
            "erase",
            back=shown.get_absolute_url(),
            may_change=may_change(shown),
        )
    response = act(request, shown, workflow.erase)
    if response.status_code == HTTPStatus.CONFLICT:
        return response
    return render(request, "booking/erased.html")


@limited("booking")
@get_or_post
def withdraw_self_test(request: HttpRequest, key: str) -> HttpResponse:
    """Erase the self-test that was sent along, and nothing else."""
    shown = appointment_or_404(key)
    if request.method == "POST":
        workflow.withdraw_self_test(shown, now=timezone.now())
    elif shown.has_self_test:
        return confirm_page(request, shown, "withdraw_self_test")
    return redirect(shown)


def call_back_or_404(key: str) -> CallBack:
    """The request to be called with this key, as long as its page works."""
    oldest = timezone.now() - dt.timedelta(days=settings.LINK_DAYS)
    return get_object_or_404(CallBack.objects.with_key(key), created_at__gt=oldest)


@require_safe
def call_back(request: HttpRequest, key: str) -> HttpResponse:
    """A request to be called, and whether we did."""
    asked = call_back_or_404(key)
    context = {"call_back": asked, "answer_by": answer_by(asked)}
    return render(request, "booking/call_back_sent.html", context)


@limited("booking")
@get_or_post
def erase_call_back(request: HttpRequest, key: str) -> HttpResponse:
    """Erase a request to be called."""
    asked = call_back_or_404(key)
    if request.method != "POST":
        context = {"form": ActionForm(initial={"version": 0}), "back": asked.get_absolute_url()}
        return render(request, "booking/erase.html", context)
    erasures.erase(asked, now=timezone.now())
    return render(request, "booking/erased.html")
