"""The Dutch admin site, and its start page that says what to do now."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.views.i18n import JavaScriptCatalog

from kinekracht.limits import limited
from kinekracht.staff.guarded_admin import guarded

# Routes of Django's that answer for any model by its number. "r" leads every staff account to
# the page of whatever it names, also to what only a secret link should; "autocomplete" finds
# things by the letters of their names, and no form here uses it.
UNWANTED = {"view_on_site", "autocomplete"}


class PracticeAdminSite(admin.AdminSite):
    """Where staff work."""

    site_header = "KineKracht · beheer"
    site_title = "KineKracht beheer"
    index_title = "Wat moet ik nu doen?"
    index_template = "admin/start.html"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        super().register(model_or_iterable, guarded(admin_class), **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Every page of the admin asks this: nobody is in without a code."""
        from kinekracht.staff.accounts import is_verified_staff  # noqa: PLC0415  needs models, as below

        return is_verified_staff(request.user)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from kinekracht import second_factor_views as views  # noqa: PLC0415

        return [
            # For who gave a password and no code yet, who may also think better of it
            path("login/code/", views.ask_code, name="code"),
            path("login/instellen/", views.enrol, name="enrol"),
            path("logout/", self.logout, name="logout"),
            # Their own login
            path("account/", self.admin_view(views.account), name="account"),
            path(
                "account/herstelcodes/",
                self.admin_view(views.new_recovery_codes),
                name="recovery_codes",
            ),
            path("account/toestel/", self.admin_view(views.other_device), name="other_device"),
            path("account/afmelden/", self.admin_view(views.end_sessions), name="end_sessions"),
            *(url for url in super().get_urls() if getattr(url, "name", "") not in UNWANTED),
        ]

    @limited("login")
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Name and password; the page for the code comes next."""
        from kinekracht import second_factor_views as views  # noqa: PLC0415

        if request.method == "GET" and super().has_permission(request):
            return views.onward(request, then=views.next_page(request))
        answer = super().login(request, extra_context)
        if isinstance(answer, HttpResponseRedirect):
            return views.onward(request, then=answer.url)
        return answer

    @limited("login")
    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Another password, for who says the one of now."""
        from kinekracht.staff.password_views import OwnPasswordView  # noqa: PLC0415

        context = self.each_context(request) | (extra_context or {})
        return OwnPasswordView.as_view(extra_context=context)(request)

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
