"""The practice, its people and its treatments, as staff edit them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.redirects.models import Redirect
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from kinekracht import staff_admin as staff_admin  # noqa: PLC0414  registers who logs in
from kinekracht.models import Practice, Practitioner, Treatment
from kinekracht.practice.addresses import is_path
from kinekracht.rich_text_admin import RichTextAdminMixin

FALLBACK_PAGE = Path(settings.BASE_DIR) / "templates" / "plain.html"


@admin.register(Practice)
class PracticeAdmin(RichTextAdminMixin, admin.ModelAdmin):
    """One row: its list is the form itself."""

    fieldsets = [
        (None, {"fields": ["name", "kind", "tagline", "introduction", "complaints"]}),
        (
            "Adres en telefoon",
            {
                "fields": [
                    "street",
                    ("postal_code", "city"),
                    ("telephone", "mobile"),
                    "email",
                    "opening_note",
                ]
            },
        ),
        (
            "Terugbetaling",
            {"fields": ["reimbursement", "reimbursement_source", "reimbursement_checked_on"]},
        ),
        (
            "Voorschrift",
            {
                "fields": [
                    "referral",
                    "referral_source",
                    "referral_checked_on",
                    "referral_valid_months",
                ]
            },
        ),
        (
            "Afspraken",
            {"fields": ["closed_on_holidays", "change_notice_hours", "notify_email"]},
        ),
        ("Bij spoed", {"fields": ["emergency"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Practice | None = None) -> list[str]:
        """Mails about requests go there: initials and moments, which are not for an editor."""
        if request.user.has_perm("auth.change_user"):
            return []
        is_told_elsewhere = obj is not None and obj.notify_email
        return ["notify_email"] if is_told_elsewhere else ["email", "notify_email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Practice.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        practice = Practice.objects.first()
        if practice is None:
            return HttpResponseRedirect(reverse("admin:kinekracht_practice_add"))
        return HttpResponseRedirect(reverse("admin:kinekracht_practice_change", args=[practice.pk]))

    def save_model(
        self, request: HttpRequest, obj: Practice, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        # The pages for when everything is broken can't look a number up.
        fallback = FALLBACK_PAGE.read_text(encoding="utf-8")
        for number in obj.telephones:
            if number.said not in fallback:
                messages.warning(
                    request,
                    f"De foutpagina (templates/plain.html) noemt {number.said} nog niet. "
                    "Vraag je webbeheerder om ze aan te passen.",
                )


@admin.register(Practitioner)
class PractitionerAdmin(RichTextAdminMixin, admin.ModelAdmin):
    list_display = ["name", "role", "bookable", "position"]
    list_editable = ["position"]
    prepopulated_fields = {"slug": ["name"]}
    fields = [("name", "slug"), "role", "biography", "portrait", ("bookable", "position"), "user"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        # Whoever gets this account sees the appointments; its name is what somebody logs in with.
        may = request.user.has_perm("auth.change_user")
        return [each for each in self.fields if may or each != "user"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "user":
            field.widget = field.widget.widget  # without the buttons to edit and delete accounts
        return field

    def save_model(
        self, request: HttpRequest, obj: Practitioner, form: ModelForm, change: bool
    ) -> None:
        if change and "user" not in form.changed_data:
            obj.refresh_from_db(fields=["user"])  # a beheerder may have taken it away meanwhile
        super().save_model(request, obj, form, change)


@admin.register(Treatment)
class TreatmentAdmin(RichTextAdminMixin, admin.ModelAdmin):
    list_display = ["name", "minutes", "who", "bookable", "position"]
    list_editable = ["position"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["practitioners"]
    fieldsets = [
        (None, {"fields": [("name", "slug"), "summary", "body", "first_consultation"]}),
        (
            "Afspraken",
            {
                "fields": [
                    ("duration_minutes", "pause_minutes", "step_minutes"),
                    ("notice_hours", "horizon_days"),
                    "practitioners",
                    ("bookable", "position"),
                ]
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Treatment]:
        return super().get_queryset(request).prefetch_related("practitioners")

    @admin.display(description="duur", ordering="duration_minutes")
    def minutes(self, treatment: Treatment) -> str:
        return f"{treatment.duration_minutes} min"

    @admin.display(description="therapeuten")
    def who(self, treatment: Treatment) -> str:
        return ", ".join(person.name for person in treatment.practitioners.all())


# There is one site, and its address is the setting SITE_URL.
admin.site.unregister(Site)
admin.site.unregister(Redirect)


class RedirectForm(ModelForm):
    """An old address and where it leads; no way round in circles."""

    class Meta:
        model = Redirect
        fields = ["old_path", "new_path"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_path"].help_text = "Alleen wat na de naam van de site komt: /oud.html"
        self.fields["new_path"].help_text = "Een pagina van deze site: /contact/"
        self.fields["new_path"].required = True

    def clean_old_path(self) -> str:
        path = str(self.cleaned_data["old_path"])
        if Redirect.objects.filter(old_path=path).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Dit adres wordt al doorverwezen.")
        return must_be_path(path)

    def clean_new_path(self) -> str:
        path = str(self.cleaned_data["new_path"])
        if path == self.cleaned_data.get("old_path"):
            raise ValidationError("Een adres kan niet naar zichzelf verwijzen.")
        further = Redirect.objects.filter(old_path=path).first()
        if further:
            raise ValidationError(
                f"Dit adres verwijst zelf door naar {further.new_path}. Vul dat meteen in."
            )
        return must_be_path(path)


def must_be_path(path: str) -> str:
    """``path`` itself, if it is an address on this site."""
    if not is_path(path):
        raise ValidationError("Begin met een schuine streep en gebruik geen spaties: /oud.html")
    return path


@admin.register(Redirect)
class RedirectAdmin(admin.ModelAdmin):
    """Old addresses: made by themselves when a page moves, or entered for an earlier site."""

    form = RedirectForm
    list_display = ["old_path", "new_path"]
    search_fields = ["old_path", "new_path"]

    def save_model(
        self, request: HttpRequest, obj: Redirect, form: ModelForm, change: bool
    ) -> None:
        obj.site_id = settings.SITE_ID
        super().save_model(request, obj, form, change)
