"""What holds on the pages of every model in the admin, a package's as well as ours.

``PracticeAdminSite.register`` lays ``GuardedAdmin`` beneath each ModelAdmin: nobody has to
remember it. Why it is there: docs/decisions/021-generic-admin-routes.md.
"""

from datetime import UTC
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest


class OfferedChangeList(ChangeList):
    """A list that is narrowed by the filters it offers, and by nothing else.

    Django filters by any field of the model: ``?key__startswith=a`` would tell, letter by letter,
    what no page shows.
    """

    def get_filters(self, request: HttpRequest) -> Any:
        """As Django's, but DisallowedModelAdminLookup, a 400, for what no filter has taken."""
        try:
            filters = super().get_filters(request)
            left: dict[str, Any] = filters[2]
            bounds = self.bounds_of_year()
            for bound in bounds:
                left[bound][0].astimezone(UTC)
        except (ValueError, OverflowError) as error:  # a year that no calendar has
            raise IncorrectLookupParameters from error
        if not_offered := set(left) - bounds:
            raise DisallowedModelAdminLookup(f"Filtering by {min(not_offered)} not allowed")
        return filters

    def bounds_of_year(self) -> set[str]:
        """What Django makes of the year, month and day that the dates above a list offer."""
        if f"{self.date_hierarchy}__year" not in self.filter_params:
            return set()
        return {f"{self.date_hierarchy}__gte", f"{self.date_hierarchy}__lt"}


class GuardedAdmin(ModelAdmin):
    """Beneath every ModelAdmin of the site."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OfferedChangeList

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Only its number names a thing: Django allows more, and fails on some of it."""
        return to_field == self.opts.pk.name

    def view_on_site(self, obj: Any) -> str | None:
        """The path of its page, if everybody may see it: its model says so in ``is_public``."""
        return obj.get_absolute_url() if getattr(obj, "is_public", False) else None


def guarded(admin_class: type[ModelAdmin] | None) -> type[ModelAdmin]:
    """The class ``admin_class``, with GuardedAdmin between it and Django's ModelAdmin."""
    if admin_class is None or admin_class is ModelAdmin:
        return GuardedAdmin
    own = {"__module__": admin_class.__module__, "__doc__": admin_class.__doc__}
    return type(admin_class.__name__, (admin_class, GuardedAdmin), own)
