"""When we work and when we don't, who asks to be called, and who follows along."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from booking import actors, erasures, workflow
from booking import appointment_admin as appointment_admin  # noqa: PLC0414  registers
from booking import audit_admin as audit_admin  # noqa: PLC0414  the same
from booking import mail_admin as mail_admin  # noqa: PLC0414  the same
from booking.hours_forms import ClosureForm, WorkingHoursForm
from booking.models import CalendarFeed, CallBack, Closure, WorkingHours
from booking.occupancy import NotPossible
from booking.slots import local
from booking.staff.repeats import count_earlier, repeat_in_words
from booking.wording import day_and_hour, waiting
from kinekracht.admin_marks import state_mark, with_note
from kinekracht.formatting import belgian


class OneButton(admin.ModelAdmin):
    """A form with a button beside it that does one thing, by POST; ``press`` says what."""

    button: str  # how it is called in addresses

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_{self.button}"
        view = self.admin_site.admin_view(self.pressed)
        return [path(f"<int:pk>/{self.button}/", view, name=name), *super().get_urls()]

    def press(self, request: HttpRequest, instance: Any) -> str:
        """Do it; what to say afterwards. NotPossible if it can't be done."""
        raise NotImplementedError

    @method_decorator(require_POST)
    def pressed(self, request: HttpRequest, pk: int) -> HttpResponse:
        instance = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, instance):
            raise PermissionDenied
        try:
            messages.success(request, self.press(request, instance))
        except NotPossible as error:
            messages.error(request, str(error))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)


class NoDetours(admin.ModelAdmin):
    """Forms without buttons to edit, add or delete what is chosen from a list."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


@admin.register(WorkingHours)
class WorkingHoursAdmin(NoDetours):
    form = WorkingHoursForm
    list_display = ["day", "practitioner", "hours", "how_often", "valid", "only_for"]
    list_filter = ["practitioner", "weekday"]
    list_select_related = ["practitioner"]
    fields = [
        ("practitioner", "weekday"),
        ("starts", "ends"),
        "every_weeks",
        ("valid_from", "valid_until"),
        "treatments",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingHours]:
        return super().get_queryset(request).prefetch_related("treatments")

    @admin.display(description="dag", ordering="weekday")
    def day(self, hours: WorkingHours) -> str:
        return hours.get_weekday_display().capitalize()

    @admin.display(description="uren", ordering="starts")
    def hours(self, hours: WorkingHours) -> str:
        return f"{hours.starts:%-H.%M} – {hours.ends:%-H.%M} uur"

    @admin.display(description="hoe vaak", ordering="every_weeks")
    def how_often(self, hours: WorkingHours) -> str:
        return "elke week" if hours.every_weeks == 1 else f"om de {hours.every_weeks} weken"

    @admin.display(description="geldig", ordering="valid_from")
    def valid(self, hours: WorkingHours) -> str:
        since = f"vanaf {date_format(hours.valid_from, 'j b Y')}"
        if hours.valid_until is None:
            return since
        return f"{since} tot en met {date_format(hours.valid_until, 'j b Y')}"

    @admin.display(description="alleen voor")
    def only_for(self, hours: WorkingHours) -> str:
        return ", ".join(treatment.name for treatment in hours.treatments.all()) or "–"


@admin.register(Closure)
class ClosureAdmin(NoDetours):
    form = ClosureForm
    list_display = ["who", "begins", "until", "reason"]
    list_display_links = ["who"]
    list_filter = ["practitioner"]
    list_select_related = ["practitioner"]
    ordering = ["-starts_at"]
    fields = [
        "practitioner",
        ("first_day", "from_time"),
        ("last_day", "until_time"),
        "reason",
    ]

    def get_fields(self, request: HttpRequest, obj: Closure | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return ["who", "begins", "until", "reason"]
        return super().get_fields(request, obj)

    @admin.display(description="wie", ordering="practitioner")
    def who(self, closure: Closure) -> str:
        return str(closure.practitioner or "De hele praktijk")

    @admin.display(description="van", ordering="starts_at")
    def begins(self, closure: Closure) -> str:
        return date_format(local(closure.starts_at), "D j b Y, G.i") + " uur"

    @admin.display(description="tot", ordering="ends_at")
    def until(self, closure: Closure) -> str:
        return date_format(local(closure.ends_at), "D j b Y, G.i") + " uur"

    def save_model(
        self, request: HttpRequest, obj: Closure, form: ClosureForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if form.meets:
            messages.warning(request, reminder_of(form.meets))


def reminder_of(appointments: list[Any]) -> SafeString:
    """That these appointments are still on, each with the way to it."""
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        (
            (
                reverse("admin:booking_appointment_change", args=[appointment.pk]),
                day_and_hour(appointment.starts_at),
            )
            for appointment in appointments
        ),
    )
    return format_html("Nog te verplaatsen of te annuleren: {}.", links)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(OneButton, NoDetours):
    button = "vernieuwen"
    list_display = ["practitioner"]
    list_select_related = ["practitioner"]
    fields = ["practitioner"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["practitioner"] if obj else []

    def press(self, request: HttpRequest, instance: CalendarFeed) -> str:
        instance.change_address()
        instance.save(update_fields=["uid", "old_key"])
        return "Er is een nieuw adres. Het oude werkt niet meer."

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        feed = context["original"]
        if feed:
            context["address"] = settings.SITE_URL + feed.get_absolute_url()
            context["may_press"] = self.has_change_permission(request, feed)
            # Nothing but its address can be changed, and that has a button of its own.
            context["show_save"] = context["show_save_and_continue"] = False
            context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)


class HandledFilter(admin.SimpleListFilter):
    title = "toestand"
    parameter_name = "gebeld"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nee", "Te bellen"), ("ja", "Gebeld")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "nee":
                return queryset.open()
            case "ja":
                return queryset.exclude(handled_at=None)
        return queryset


@admin.register(CallBack)
class CallBackAdmin(OneButton):
    button = "gebeld"
    list_display = ["who", "number", "parts_of_day", "state", "asked"]
    list_filter = [HandledFilter]
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ["handled_by"]
    ordering = [F("handled_at").desc(nulls_first=True), "created_at"]
    search_fields = ["name", "telephone"]
    show_full_result_count = False
    # All of it is what somebody sent: there is nothing to change.
    fields: ClassVar[Any] = [
        "who", "number", "parts_of_day", "voicemail_said", "somebody_else", "asked", "handled",
    ]  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallBack]:
        found: QuerySet[CallBack] = count_earlier(super().get_queryset(request))
        return found

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: CallBack) -> None:
        erasures.erase(obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CallBack]) -> None:
        for call_back in queryset:
            erasures.erase(call_back, now=timezone.now())

    def press(self, request: HttpRequest, instance: CallBack) -> str:
        workflow.handle(instance, by=actors.staff(request.user), now=timezone.now())
        return "Genoteerd: gebeld."

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["title"] = "Vraag om terug te bellen"
        context["subtitle"] = ""
        may_change = self.has_change_permission(request, context["original"])
        context["may_press"] = may_change and context["original"].handled_at is None
        context["show_save"] = context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = "Vragen om terug te bellen"
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    @admin.display(description="naam", ordering="name")
    def who(self, call_back: CallBack) -> str:
        return with_note(call_back.name, repeat_in_words(call_back))

    @admin.display(description="bericht inspreken")
    def voicemail_said(self, call_back: CallBack) -> str:
        return "Mag." if call_back.voicemail else "Spreek geen bericht in."

    @admin.display(description="neemt iemand anders op")
    def somebody_else(self, call_back: CallBack) -> str:
        if call_back.discreet:
            return with_note("", "noem de praktijk niet.")
        return "Je mag de praktijk noemen."

    @admin.display(description="telefoon")
    def number(self, call_back: CallBack) -> SafeString:
        said = belgian(call_back.telephone)
        return format_html('<a href="tel:{}">{}</a>', call_back.telephone.as_e164, said)

    @admin.display(description="past", empty_value="–")
    def parts_of_day(self, call_back: CallBack) -> str:
        return call_back.parts_of_day

    @admin.display(description="toestand", ordering="handled_at")
    def state(self, call_back: CallBack) -> SafeString:
        return (
            state_mark("done", "Gebeld")
            if call_back.handled_at
            else state_mark("open", "Te bellen")
        )

    @admin.display(description="gevraagd", ordering="created_at")
    def asked(self, call_back: CallBack) -> str:
        if call_back.handled_at:
            return day_and_hour(call_back.created_at)
        return waiting(call_back.created_at, timezone.now())

    @admin.display(description="gebeld")
    def handled(self, call_back: CallBack) -> str:
        if call_back.handled_at is None:
            return "Nog niet"
        by = f", door {call_back.handled_by}" if call_back.handled_by else ""
        return day_and_hour(call_back.handled_at) + by
