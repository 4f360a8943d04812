"""Who changed what somebody may: to look at."""

from django.contrib import admin

from kinekracht.staff.lines_admin import LinesAdmin
from kinekracht.staff.rights_log import RightsChange


@admin.register(RightsChange)
class RightsChangeAdmin(LinesAdmin):
    title = "Wie veranderde wat iemand mag"
    list_display = ["when", "by", "about", "what", "from_to"]
    list_filter = ["what"]
    search_fields = ["by", "about"]
    search_help_text = "Zoek op de naam van een account, een therapeut of een groep."
    fields = ["when", "by", "about", "what", "from_to"]

    @admin.display(description="van → naar")
    def from_to(self, change: RightsChange) -> str:
        return change.from_to or "–"
