"""Who changed what somebody may: to look at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from kinekracht.staff.rights_log import RightsChange


@admin.register(RightsChange)
class RightsChangeAdmin(admin.ModelAdmin):
    """Nothing of it can be changed, also not by the beheerder or a superuser."""

    list_display = ["when", "by", "about", "what", "from_to"]
    list_display_links = None
    list_filter = ["what"]
    search_fields = ["by", "about"]
    search_help_text = "Zoek op de naam van een account, een therapeut of een groep."
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    fields = ["when", "by", "about", "what", "from_to"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = "Wie veranderde wat iemand mag"
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    @admin.display(description="wanneer", ordering="at")
    def when(self, change: RightsChange) -> str:
        return date_format(timezone.localtime(change.at), "j F Y, G.i") + " uur"

    @admin.display(description="van → naar")
    def from_to(self, change: RightsChange) -> str:
        return change.from_to
