"""Who opened what patients confided: to look at, and to take along for an inspection."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from booking.models import AuditEntry
from booking.slots import local
from kinekracht.spreadsheets import csv_response
from kinekracht.staff.lines_admin import LinesAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(LinesAdmin):
    title = "Wie las wat patiënten ons toevertrouwden"
    list_display = ["when", "name", "action", "which"]
    list_filter = ["action"]
    search_fields = ["name"]
    search_help_text = "Zoek op de naam van een collega."

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        name = "booking_auditentry_export"
        return [path("inzages.csv", view, name=name), *super().get_urls()]

    @admin.display(description="afspraak", ordering="number")
    def which(self, entry: AuditEntry) -> str:
        if entry.number is None:
            return "–"
        page = reverse("admin:booking_appointment_change", args=[entry.number])
        return format_html('<a href="{}">nr. {}</a>', page, entry.number)

    @method_decorator(require_safe)
    def export_view(self, request: HttpRequest) -> HttpResponse:
        """All of it, for a spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = (
            [f"{local(entry.at):%Y-%m-%d %H:%M:%S}", entry.name, entry.get_action_display(),
             "" if entry.number is None else str(entry.number)]
            for entry in AuditEntry.objects.iterator()
        )  # fmt: skip
        name = f"inzages-{timezone.localdate():%Y-%m-%d}.csv"
        return csv_response(name, ["wanneer", "wie", "wat", "afspraak"], rows)
