"""Who opened what patients confided: to look at, and to take along for an inspection."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from booking.models import AuditEntry
from booking.slots import local
from kinekracht.spreadsheets import csv_response


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """Nothing of it can be changed, also not by the beheerder."""

    list_display = ["when", "name", "action", "which"]
    list_display_links = None
    list_filter = ["action"]
    search_fields = ["name"]
    search_help_text = "Zoek op de naam van een collega."
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        name = "booking_auditentry_export"
        return [path("inzages.csv", view, name=name), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = "Wie las wat patiënten ons toevertrouwden"
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    @admin.display(description="wanneer", ordering="at")
    def when(self, entry: AuditEntry) -> str:
        return date_format(local(entry.at), "j F Y, G.i") + " uur"

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
