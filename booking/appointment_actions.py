"""What staff can do with an appointment: each a POST, each one function of ``workflow``."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from booking import actors, transition, workflow
from booking.models import Appointment
from booking.occupancy import NotPossible
from booking.offers import free_moments, refuse_taken
from booking.slots import Slot
from booking.staff_forms import ActForm, MoveForm, ProposalForm, ReasonForm, SlotForm
from kinekracht.formatting import belgian

Status = Appointment.Status

REASONS = {
    "decline": "Dit uur past niet in onze agenda.",
    "propose": "Het uur dat je vroeg, past niet in onze agenda.",
}


def offered(appointment: Appointment, now: dt.datetime) -> set[str]:
    """What staff can do with an appointment as it stands, by the names of the addresses."""
    has_begun = appointment.starts_at <= now
    match appointment.status:
        case Status.REQUESTED:
            return {"decline"} if has_begun else {"confirm", "decline", "propose", "move"}
        case Status.PROPOSED:
            return {"cancel"} if has_begun else {"accept", "propose", "move", "cancel"}
        case Status.CONFIRMED:
            return {"complete", "no_show"} if has_begun else {"propose", "move", "cancel"}
        case Status.COMPLETED:
            return {"no_show"}
        case Status.NO_SHOW:
            return {"complete"}
    return set()


class AppointmentActions(admin.ModelAdmin):
    """The addresses of what can be done; after each comes the appointment's own page."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        everybodys: Any = super().get_queryset(request)
        appointments: QuerySet[Appointment] = everybodys.visible_to(request.user)
        return appointments.select_related("treatment", "practitioner")

    def back_to(self, request: HttpRequest, appointment: Appointment) -> HttpResponse:
        """To the page of an appointment, or to the list when it is no longer theirs to see."""
        if Appointment.objects.visible_to(request.user).filter(pk=appointment.pk).exists():
            return redirect("admin:booking_appointment_change", appointment.pk)
        return redirect("admin:booking_appointment_changelist")

    def get_urls(self) -> list[URLPattern]:
        views = {
            "confirm": ("bevestigen", self.confirm_view),
            "accept": ("akkoord", self.accept_view),
            "decline": ("weigeren", self.decline_view),
            "complete": ("geweest", self.complete_view),
            "no_show": ("niet-gekomen", self.no_show_view),
            "cancel": ("annuleren", self.cancel_page),
            "cancel_now": ("annuleren/nu", self.cancel_view),
            "propose": ("voorstellen", self.propose_page),
            "propose_slot": ("voorstellen/nu", self.propose_view),
            "move": ("verplaatsen", self.move_page),
            "move_slot": ("verplaatsen/nu", self.move_slot_view),
            "move_to": ("verplaatsen/naar", self.move_to_view),
        }
        return [
            path(
                f"<int:pk>/{words}/",
                self.admin_site.admin_view(view),
                name=f"booking_appointment_{name}",
            )
            for name, (words, view) in views.items()
        ] + super().get_urls()

    @method_decorator(require_POST)
    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request, pk, workflow.confirm, "Bevestigd.")

    @method_decorator(require_POST)
    def accept_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request, pk, workflow.accept, "De afspraak staat vast.")

    @method_decorator(require_POST)
    def decline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request, pk, workflow.decline, "Geweigerd.", form_class=ReasonForm)

    @method_decorator(require_POST)
    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request, pk, workflow.cancel, "Geannuleerd.", form_class=ReasonForm)

    @method_decorator(require_POST)
    def complete_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request, pk, workflow.complete, "Genoteerd: geweest.", mails=False)

    @method_decorator(require_POST)
    def no_show_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request, pk, workflow.no_show, "Genoteerd: niet gekomen.", mails=False)

    @method_decorator(require_POST)
    def propose_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(
            request, pk, propose_free, "Het voorstel is klaar.", form_class=ProposalForm
        )

    @method_decorator(require_POST)
    def move_slot_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request, pk, move_free, "Verplaatst.", form_class=SlotForm)

    @method_decorator(require_safe)
    def cancel_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.changeable(request, pk)
        return self.page(request, appointment, "cancel", "Deze afspraak annuleren?")

    @method_decorator(require_safe)
    def propose_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.changeable(request, pk)
        moments = free_moments(appointment, request.GET.get("vanaf", ""), now=timezone.now())
        return self.page(request, appointment, "propose", "Een ander moment voorstellen", **moments)

    @method_decorator(require_safe)
    def move_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.changeable(request, pk)
        return self.show_move(request, appointment, MoveForm(appointment=appointment))

    @method_decorator(require_POST)
    def move_to_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment = self.changeable(request, pk)
        form = MoveForm(request.POST, appointment=appointment)
        if not form.is_valid():
            return self.show_move(request, appointment, form)
        return self.carry_out(
            request,
            appointment,
            workflow.move_by_staff,
            "Verplaatst.",
            slot=form.slot,
            version=form.cleaned_data["version"],
        )

    def show_move(
        self, request: HttpRequest, appointment: Appointment, form: MoveForm
    ) -> HttpResponse:
        """Where somebody can be moved to: a free moment, or any other."""
        moments = free_moments(appointment, request.GET.get("vanaf", ""), now=timezone.now())
        return self.page(request, appointment, "move", "Verplaatsen", form=form, **moments)

    def changeable(self, request: HttpRequest, pk: int) -> Appointment:
        """The appointment, if it is theirs to change; else Http404 or PermissionDenied."""
        appointment: Appointment = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, appointment):
            raise PermissionDenied
        return appointment

    def page(
        self, request: HttpRequest, appointment: Appointment, name: str, title: str, **more: Any
    ) -> HttpResponse:
        """A page on the way to an action, or to its own page when it can't be done now."""
        if name not in offered(appointment, timezone.now()):
            messages.error(request, str(transition.Outdated()))
            return redirect("admin:booking_appointment_change", appointment.pk)
        context = self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "appointment": appointment,
            "reason": REASONS.get(name, ""),
            **more,
        }
        return render(request, f"admin/booking/appointment/{name}.html", context)

    def act(
        self,
        request: HttpRequest,
        pk: int,
        do: Callable[..., Appointment],
        said: str,
        *,
        form_class: type[Form] = ActForm,
        mails: bool = True,
    ) -> HttpResponse:
        """Do what was posted."""
        appointment = self.changeable(request, pk)
        form = form_class(request.POST)
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, " ".join(map(str, errors)))
            return redirect("admin:booking_appointment_change", pk)
        return self.carry_out(request, appointment, do, said, mails=mails, **form.cleaned_data)

    def carry_out(
        self,
        request: HttpRequest,
        appointment: Appointment,
        do: Callable[..., Appointment],
        said: str,
        *,
        mails: bool = True,
        **details: Any,
    ) -> HttpResponse:
        """Do it, and say what came of it; was it not possible, then nothing has changed."""
        now = timezone.now()
        try:
            changed = do(appointment, by=actors.staff(request.user), now=now, **details)
        except NotPossible as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{said} {told(changed)}" if mails else said)
        return self.back_to(request, appointment)


def propose_free(
    appointment: Appointment, *, slot: Slot, now: dt.datetime, **details: Any
) -> Appointment:
    """``workflow.propose``, for a moment that is still on offer; else NotFree."""
    refuse_taken(appointment, slot, now)
    return workflow.propose(appointment, slot, now=now, **details)


def move_free(
    appointment: Appointment, *, slot: Slot, now: dt.datetime, **details: Any
) -> Appointment:
    """``workflow.move_by_staff``, for a moment that is still on offer; else NotFree."""
    refuse_taken(appointment, slot, now)
    return workflow.move_by_staff(appointment, slot, now=now, **details)


def told(appointment: Appointment) -> str:
    """How the patient hears of it."""
    if appointment.email:
        return "De patiënt krijgt een mail."
    return f"Geen e-mailadres: laat het zelf weten op {belgian(appointment.telephone)}."
