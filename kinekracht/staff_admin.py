"""The people who log in, as the beheerder sees them."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from kinekracht import second_factor
from kinekracht.staff import stamps
from kinekracht.staff.models import CodeApp
from kinekracht.staff.names import is_taken
from kinekracht.staff.passwords import ColleaguePasswordForm
from kinekracht.staff.rights import note_sessions_ended

# The first two show what makes codes.
admin.site.unregister([StaticDevice, TOTPDevice, User])


def is_superuser(request: HttpRequest) -> bool:
    """Whether who asks may do everything."""
    user: Any = request.user
    return bool(user.is_superuser)


def may_touch(request: HttpRequest, user: User | None) -> bool:
    """A superuser is changed by superusers only: their password would open everything."""
    return user is None or not user.is_superuser or is_superuser(request)


class OwnName:
    """A form that takes no name which can't be told from a colleague's."""

    def clean_username(self: Any) -> str:
        name: str = self.cleaned_data["username"]
        if "username" in self.changed_data and is_taken(name, by_other_than=self.instance):
            raise ValidationError("Een collega heeft al deze naam, of een die er net zo uitziet.")
        return name


class AddForm(OwnName, AdminUserCreationForm):
    """Django's, for an account that must be told from the others."""


class ChangeForm(OwnName, UserChangeForm):
    """Django's, for an account that must be told from the others.

    It takes only what differs from what the page showed: a colleague may have changed the rest
    since then, and who logs out a thief must not be undone by who mends a name.
    """

    WHO = {"username", "first_name", "last_name", "email"}
    RIGHTS = {"is_active", "is_staff", "is_superuser", "groups", "user_permissions"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = not self.is_bound or self.add_initial_prefix("username") in self.data
        for name in self.fields.keys() & (self.WHO | self.RIGHTS):
            self.fields[name].show_hidden_initial = said

    def clean(self) -> dict[str, Any]:
        super().clean()
        kept = self.cleaned_data.items()
        return {name: value for name, value in kept if name in self.changed_data}


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Django's, and what to do for a colleague who lost their telephone."""

    form = ChangeForm
    add_form = AddForm
    change_password_form = ColleaguePasswordForm
    list_display = ["username", "first_name", "last_name", "is_active", "second_step"]
    list_filter = ["is_active", "groups"]
    # Rights come from groups; what goes beyond those is a superuser's to give.
    usual_fieldsets = [
        (None, {"fields": ("username", "password")}),
        ("Wie", {"fields": ("first_name", "last_name", "email")}),
        ("Rechten", {"fields": ("is_active", "is_staff", "groups")}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or is_superuser(request):
            return super().get_fieldsets(request, obj)
        return self.usual_fieldsets

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and may_touch(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            written = [each.name for each in self.opts.concrete_fields]
            obj.save(update_fields=[name for name in written if name in form.changed_data])
        else:
            obj.is_staff = True  # a group decides what they see; without one, nothing
            super().save_model(request, obj, form, change)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        if not is_superuser(request):
            queryset = queryset.filter(is_superuser=False)
        super().delete_queryset(request, queryset)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        app = CodeApp.objects.filter(user=OuterRef("pk"), confirmed=True)
        users: QuerySet[User] = super().get_queryset(request)
        return users.annotate(has_app=Exists(app))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Gebruikers"} | (extra_context or {}))

    @admin.display(description="tweede stap ingesteld", boolean=True)
    def second_step(self, user: Any) -> bool:
        return bool(user.has_app)

    def get_urls(self) -> list[URLPattern]:
        reset, end = (
            self.admin_site.admin_view(require_POST(view))
            for view in (self.reset_view, self.end_sessions_view)
        )
        return [
            path("<int:pk>/tweede-stap/", reset, name="auth_user_reset_second_factor"),
            path("<int:pk>/afmelden/", end, name="auth_user_end_sessions"),
            *super().get_urls(),
        ]

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  Django's name
        form_url: str = "",
    ) -> HttpResponse:
        """For a colleague; one's own takes the password of now."""
        if self.get_object(request, unquote(id)) == request.user:
            return redirect("admin:password_change")
        return super().user_change_password(request, id, form_url)

    def reset_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take somebody's app and recovery codes away: they set up an app at the next login."""
        user = self.helped(request, pk)
        second_factor.take_away(user)
        self.log_change(request, user, "Tweede stap weggenomen.")
        messages.success(
            request,
            f"De app en de herstelcodes van {user} werken niet meer. "
            "Wie met die naam aangemeld was, is overal afgemeld. "
            "Wie nu met die naam en het wachtwoord aanmeldt, stelt een nieuwe app in. "
            "Laat je collega dat meteen doen.",
        )
        return redirect("admin:auth_user_change", pk)

    def end_sessions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Log somebody out on every device; the second step stays as it is."""
        user = self.helped(request, pk)
        with transaction.atomic():
            stamps.renew(user)
            note_sessions_ended(user)
        self.log_change(request, user, "Overal afgemeld.")
        messages.success(request, f"Op elk toestel is {user} nu afgemeld.")
        return redirect("admin:auth_user_change", pk)

    def helped(self, request: HttpRequest, pk: int) -> User:
        """The colleague that who asks may do this for; else PermissionDenied, or Http404."""
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_help(request, user):
            raise PermissionDenied
        return user

    def may_help(self, request: HttpRequest, user: User) -> bool:
        """Whether who asks may do it; what is about their own login stands under Mijn account."""
        return self.has_change_permission(request, user) and user.pk != request.user.pk

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user: Any = context.get("original")
        context["may_help"] = user and self.may_help(request, user)
        return super().render_change_form(request, context, *args, **kwargs)
