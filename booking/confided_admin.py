"""What a patient confided, for their own therapist; every opening leaves a line.

It stands on a page of its own: an appointment can be handled, also with others looking on, without
it being read from the database.
"""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from booking import actors, workflow
from booking.models import Appointment
from booking.staff_forms import ComplaintForm


class ConfidedPages(admin.ModelAdmin):
    """The page with what was confided, beside the appointment's own."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.confided_view)
        name = "booking_appointment_confided"
        return [path("<int:pk>/vertrouwelijk/", view, name=name), *super().get_urls()]

    def may_read(self, request: HttpRequest, appointment: Appointment) -> bool:
        """Whether the user is the therapist whom it was confided to."""
        is_own: bool = appointment.practitioner.user_id == request.user.pk
        return is_own and request.user.has_perm("booking.read_complaint")

    def confided_things(self, appointment: Appointment) -> list[str]:
        """What there is to read, by its name."""
        [there] = Appointment.objects.filter(pk=appointment.pk).saying_what_is_confided()
        things = {"waarover het gaat": there.has_complaint, "een zelftest": there.has_self_test}
        return [name for name, is_there in things.items() if is_there]

    def confided_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        appointment: Appointment = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_read(request, appointment):
            raise PermissionDenied
        workflow.read_confided(appointment, by=actors.staff(request.user), now=timezone.now())
        form = ComplaintForm(request.POST or None, initial={"complaint": appointment.complaint})
        if form.is_valid():
            if form.has_changed():
                self.keep(request, appointment, form.cleaned_data["complaint"])
            return redirect("admin:booking_appointment_change", pk)
        context = self.admin_site.each_context(request) | {
            "title": "Alleen voor jou",
            "opts": self.opts,
            "appointment": appointment,
            "form": form,
        }
        return render(request, "admin/booking/appointment/confided.html", context)

    def keep(self, request: HttpRequest, appointment: Appointment, complaint: str) -> None:
        """Store other words for what it is about."""
        workflow.change_complaint(
            appointment, complaint, by=actors.staff(request.user), now=timezone.now()
        )
        messages.success(request, "Bewaard." if complaint else "Gewist.")
