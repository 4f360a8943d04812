"""The page where staff choose another password for themselves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse_lazy

from kinekracht import staff_lock
from kinekracht.staff import passwords
from kinekracht.staff.accounts import staff_in


class OwnPasswordView(PasswordChangeView):
    """Django's, where a wrong password of now counts as a failed login."""

    form_class = passwords.OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if staff_lock.refuses(request, staff_in(request)):
            return self.get(request)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.has_error("old_password", passwords.WRONG):
            staff_lock.note_failure(self.request, form.user)
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponseRedirect:
        # A right one sets no count back: codes are counted there as well.
        if passwords.choose_own(form.user, form.cleaned_data["new_password1"]):
            update_session_auth_hash(self.request, form.user)
            return redirect(self.get_success_url())
        logout(self.request)
        messages.error(self.request, "Je account is intussen veranderd. Meld je opnieuw aan.")
        return redirect("admin:login")
