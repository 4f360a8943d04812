"""Lists of lines that the site writes by itself, so that somebody can look who did what."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from kinekracht.formatting import moment


class LinesAdmin(admin.ModelAdmin):
    """Nothing of it can be changed, also not by the beheerder or a superuser."""

    title: str  # above the list
    list_display_links = None
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": self.title} | (extra_context or {}))

    @admin.display(description="wanneer", ordering="at")
    def when(self, line: Any) -> str:
        return moment(line.at)
