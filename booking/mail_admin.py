"""The mails: what is queued, what was sent, and what doesn't arrive.

The package's own pages let staff write templates, which are code, and resend on a GET.
"""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from post_office.models import STATUS, Attachment, Email, EmailTemplate, Log

from booking.delivery import mail_mark, not_arriving
from booking.outbox import UNSENT, WAITING
from booking.wording import day_and_hour
from kinekracht.staff.mails import visible_to
from kinekracht.storage.mails import words_of

for model in (Attachment, Email, EmailTemplate, Log):
    admin.site.unregister(model)

WITHOUT_LINK = (
    "Waar … staat, las de patiënt een geheim adres. Je ziet het hier niet: wie het kent, kan de "
    "afspraak veranderen of wissen."
)


class UnsentFilter(admin.SimpleListFilter):
    title = "toestand"
    parameter_name = "toestand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("fout", "Komt niet aan"), ("wacht", "Wacht"), ("weg", "Verstuurd")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "fout":
                return not_arriving(queryset)
            case "wacht":
                return queryset.filter(status__in=WAITING)
            case "weg":
                return queryset.filter(status=STATUS.sent)
        return queryset


@admin.register(Email)
class EmailAdmin(admin.ModelAdmin):
    """To look at, and to try once more."""

    list_display = ["recipient", "topic", "state", "written"]
    list_filter = [UnsentFilter]
    search_fields = ["to", "subject"]
    ordering = ["-created"]
    list_per_page = 50
    show_full_result_count = False
    actions = None
    fields: ClassVar[Any] = ["recipient", "topic", "state", "written", "tried", "words"]
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.retry_view)
        return [
            path("<int:pk>/opnieuw/", view, name="post_office_email_retry"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        last = Log.objects.filter(email=OuterRef("pk"), status=STATUS.failed).order_by("-pk")
        visible = visible_to(request.user, super().get_queryset(request))
        return visible.annotate(problem=Subquery(last.values("exception_type")[:1]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a mail goes with its appointment

    @method_decorator(require_POST)
    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue a mail that wasn't sent, to be tried at once and as often as a new one."""
        email = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, email):
            raise PermissionDenied
        unsent = Email.objects.filter(pk=pk, status__in=UNSENT)
        if unsent.update(status=STATUS.queued, scheduled_time=None, number_of_retries=None):
            messages.success(request, "De mail wordt zo dadelijk opnieuw geprobeerd.")
        else:
            messages.error(request, "Deze mail is al verstuurd. Er is niets gewijzigd.")
        return redirect("admin:post_office_email_change", pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        email = context["original"]
        may_change = self.has_change_permission(request, email)
        is_over = email.expires_at and email.expires_at <= timezone.now()  # no try would send it
        context |= {
            "title": "Mail",
            "subtitle": "",
            "may_press": may_change and email.status in UNSENT and not is_over,
            "show_save": False,
            "show_save_and_continue": False,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Mails"} | (extra_context or {}))

    @admin.display(description="aan", ordering="to")
    def recipient(self, email: Any) -> str:
        return ", ".join(email.to)

    @admin.display(description="onderwerp", ordering="subject")
    def topic(self, email: Any) -> str:
        return str(email.subject)

    @admin.display(description="toestand", ordering="status")
    def state(self, email: Any) -> SafeString:
        return mail_mark(email)

    @admin.display(description="geschreven", ordering="created")
    def written(self, email: Any) -> str:
        return day_and_hour(email.created)

    @admin.display(description="pogingen")
    def tried(self, email: Any) -> str:
        if email.status == STATUS.sent:
            return f"Verstuurd op {day_and_hour(email.last_updated)}"
        if not email.number_of_retries and email.status != STATUS.failed:
            return "Nog niet geprobeerd"
        again = email.scheduled_time if email.status != STATUS.failed else None
        said = f"{email.number_of_retries or 1} keer mislukt"
        said += f" ({email.problem})" if email.problem else ""
        if again and again > timezone.now():
            said += f"; volgende poging {day_and_hour(again)}"
        return said

    @admin.display(description="tekst")
    def words(self, email: Any) -> SafeString:
        said = words_of(email)
        words = format_html('<div class="mail-words">{}</div>', said)
        if "/…" not in said:
            return words
        return format_html('{}<div class="mail-note">{}</div>', words, WITHOUT_LINK)
