"""Appointments, as staff see, answer and enter them."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminErrorList, AdminForm
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from booking import actors, erasures, mails, workflow
from booking.appointment_actions import REASONS, AppointmentActions, offered, told
from booking.confided_admin import ConfidedPages
from booking.converters import MomentConverter
from booking.delivery import mail_mark
from booking.forms import is_too_old
from booking.models import Appointment
from booking.occupancy import NotFree
from booking.offers import day_said
from booking.outbox import redirect_unsent
from booking.slots import local
from booking.staff.repeats import count_earlier, repeat_in_words
from booking.staff_forms import EntryForm, PatientForm
from booking.wording import day_and_hour, waiting
from kinekracht.admin_marks import state_mark, with_note
from kinekracht.models import Practitioner, Treatment

PATIENT_FIELDS: list[Any] = [
    "name",
    ("telephone", "email"),
    "voicemail",
    "discreet",
    "remind_soon",
    "visit",
    ("referral", "referral_date"),
]


class WhenFilter(admin.SimpleListFilter):
    """What is to come, unless somebody asks for something else or looks somebody up."""

    title = "wanneer"
    parameter_name = "wanneer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.default = "alles" if request.GET.get(SEARCH_VAR) else "komend"
        return [("komend", "Komend"), ("voorbij", "Voorbij"), ("alles", "Alles")]

    def value(self) -> str:
        return super().value() or self.default

    def choices(self, changelist: Any) -> Any:
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        match self.value():
            case "komend":
                return queryset.filter(starts_at__gte=today)
            case "voorbij":
                return queryset.filter(starts_at__lt=today)
        return queryset


@admin.register(Appointment)
class AppointmentAdmin(ConfidedPages, AppointmentActions, admin.ModelAdmin):
    form = PatientForm
    list_display = ["moment", "who", "state", "practitioner", "asked"]
    list_display_links = ["moment"]
    list_filter = ["status", WhenFilter, "practitioner"]
    list_per_page = 50
    search_fields = ["name", "email", "telephone"]
    search_help_text = "Zoek op naam, telefoonnummer of e-mailadres."
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None  # answers are given one by one, with the request in sight
    fieldsets = [("Gegevens verbeteren", {"classes": ["collapse"], "fields": PATIENT_FIELDS})]

    def get_ordering(self, request: HttpRequest) -> Any:
        """What is to come from now on, what has been from now back."""
        back = SEARCH_VAR in request.GET or request.GET.get("wanneer") in {"voorbij", "alles"}
        return ["-starts_at", "-pk"] if back else ["starts_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        found: QuerySet[Appointment] = count_earlier(super().get_queryset(request))
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Appointment], search_term: str
    ) -> tuple[QuerySet[Appointment], bool]:
        """A number is found however it is written: 0478 93 16 61 is stored as +32478931661."""
        digits = search_term.translate({ord(character): None for character in " +/.-()"})
        if len(digits) >= SHORTEST_NUMBER and is_key(digits):
            return queryset.filter(telephone__contains=digits.lstrip("0")), False
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Afspraken"} | (extra_context or {}))

    @admin.display(description="moment", ordering="starts_at")
    def moment(self, appointment: Appointment) -> str:
        year = local(appointment.starts_at).year
        said = day_and_hour(appointment.starts_at)
        return said if year == timezone.localdate().year else said.replace(",", f" {year},")

    @admin.display(description="naam", ordering="name")
    def who(self, appointment: Appointment) -> str:
        return with_note(appointment.known_as, repeat_in_words(appointment))

    @admin.display(description="toestand", ordering="status")
    def state(self, appointment: Appointment) -> SafeString:
        return mark(appointment)

    @admin.display(description="wacht", ordering="created_at", empty_value="–")
    def asked(self, appointment: Appointment) -> str | None:
        if appointment.status != Appointment.Status.REQUESTED:
            return None
        return waiting(appointment.created_at, timezone.now())

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Enter an appointment that was made by telephone."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = EntryForm(request.POST or None, initial=prefilled(request.GET))
        if form.is_valid():
            try:
                appointment = workflow.enter(
                    form.cleaned_data["treatment"],
                    form.slot,
                    details=form.details,
                    by=actors.staff(request.user),
                    now=timezone.now(),
                )
            except NotFree as error:
                form.add_error("time", str(error))
            else:
                messages.success(request, f"De afspraak staat erin. {told(appointment)}")
                return self.back_to(request, appointment)
        return self.show_entry(request, form)

    def show_entry(self, request: HttpRequest, form: EntryForm) -> HttpResponse:
        """The form for an appointment made by telephone, in the admin's own looks."""
        fieldsets: Any = [
            ("Wanneer", {"fields": ["treatment", "practitioner", ("day", "time")]}),
            ("Wie", {"fields": PATIENT_FIELDS}),
        ]
        adminform = AdminForm(form, fieldsets, {}, model_admin=self)
        context = self.admin_site.each_context(request) | {
            "title": "Afspraak invoeren",
            "opts": self.opts,
            "add": True,
            "has_view_permission": self.has_view_permission(request),
            "adminform": adminform,
            "errors": AdminErrorList(form, []),
            "inline_admin_formsets": [],
            "media": self.media + adminform.media,
        }
        return TemplateResponse(request, "admin/booking/appointment/add.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        appointment: Appointment = context["original"]
        now = timezone.now()
        may_change = self.has_change_permission(request, appointment)
        sent = list(appointment.mails.select_related("email").order_by("pk"))
        context |= {
            "title": "Afspraak",
            "subtitle": "",
            "mark": mark(appointment),
            "offered": offered(appointment, now) if may_change else set(),
            "waiting": waiting(appointment.created_at, now),
            "repeat": repeat_in_words(appointment),
            # One that is held back ends before it was written.
            "was_told": any(m.kind == "requested" and m.email.expires_at is None for m in sent),
            "too_old": is_too_old(appointment.referral_date, appointment.starts_at),
            "reason": REASONS["decline"],
            "confided": self.confided_things(appointment),
            "may_read": self.may_read(request, appointment),
            "changes": appointment.changes.select_related("user"),
            "mails": [(mail.email, mail_mark(mail.email)) for mail in sent],
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Appointment, form: PatientForm, change: bool
    ) -> None:
        # Only what was typed: its state may have been changed since it was read.
        obj.save(update_fields=form.changed_data)
        if "email" in form.changed_data and redirect_unsent(obj, form.initial["email"]):
            messages.info(request, "Mails die nog niet weg waren, gaan nu naar het nieuwe adres.")

    def has_delete_permission(self, request: HttpRequest, obj: Appointment | None = None) -> bool:
        # What is still on is cancelled first, which tells the patient.
        return super().has_delete_permission(request, obj) and not (obj and obj.is_live)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        gone = [f"{appointment}, met zijn geschiedenis en zijn mails" for appointment in objs]
        return gone, {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Appointment) -> None:
        mails.forget(obj)
        erasures.erase(obj, now=timezone.now())


SHORTEST_NUMBER = 4
KINDS = {
    Appointment.Status.REQUESTED: "open",
    Appointment.Status.PROPOSED: "scheduled",
    Appointment.Status.CONFIRMED: "public",
    Appointment.Status.COMPLETED: "done",
    Appointment.Status.NO_SHOW: "missed",
}


def mark(appointment: Appointment) -> SafeString:
    """How an appointment stands, with its mark."""
    kind = KINDS.get(Appointment.Status(appointment.status), "off")
    return state_mark(kind, appointment.get_status_display().capitalize())


def prefilled(given: Any) -> dict[str, Any]:
    """What the agenda's links say of a new appointment; what makes no sense is left out."""
    initial: dict[str, Any] = {
        name: given[name] for name in ("treatment", "practitioner") if is_key(given.get(name, ""))
    }
    people, treatments = Practitioner.objects.bookable(), Treatment.objects.all()
    initial.setdefault("practitioner", people.values_list("pk", flat=True).first())
    initial.setdefault("treatment", treatments.values_list("pk", flat=True).first())
    if day := day_said(given.get("dag", "")):
        initial["day"] = day
    try:
        start = local(MomentConverter().to_python(given.get("start", "")))
    except ValueError:
        return initial
    return initial | {"day": start.date(), "time": start.time()}


def is_key(said: str) -> bool:
    """Whether it looks like the key of something."""
    return said.isascii() and said.isdecimal()
