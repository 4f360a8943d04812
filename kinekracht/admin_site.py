"""The Dutch admin site, and its start page that says what to do now."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.i18n import JavaScriptCatalog


class PracticeAdminSite(admin.AdminSite):
    """Where staff work."""

    site_header = "KineKracht · beheer"
    site_title = "KineKracht beheer"
    index_title = "Wat moet ik nu doen?"
    index_template = "admin/start.html"
    enable_nav_sidebar = False

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from kinekracht.tasks import tasks_for  # noqa: PLC0415  needs models, loaded later

        return super().index(request, {"tasks": tasks_for(request.user)} | (extra_context or {}))

    def i18n_javascript(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The words of the admin's scripts, those in ``locale/`` included."""
        return JavaScriptCatalog.as_view()(request)
