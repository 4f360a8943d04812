"""The pages of the second step of a staff login, and of what staff keep about their own login.

The address of the page that was asked for goes along as ``next``, through all steps.
"""

import time
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import django_otp
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.util import random_hex

from kinekracht import second_factor, staff_lock
from kinekracht.encryption import WrongKey, decrypt, encrypt
from kinekracht.limits import limited
from kinekracht.staff import codes, stamps
from kinekracht.staff.accounts import is_verified_staff, staff_in
from kinekracht.staff.guesses import Wave

View = Callable[[HttpRequest], HttpResponse]

NEW_KEY = "second_factor_key"  # in the session, encrypted: of an app that made no code yet
MAY_REPLACE = "second_factor_may_replace"  # in the session: until when, in Unix time
REPLACE_SECONDS = 600


class CodeForm(forms.Form):
    """One field for a code of either kind, checked by ``check``."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
            }
        ),
    )

    def __init__(self, check: Callable[[str], Device], data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.check = check
        self.device: Device | None = None

    def clean_code(self) -> str:
        self.device = self.check(self.cleaned_data["code"])
        return ""  # it has served


def half_way(view: View) -> View:
    """A page for who gave a name and a password, and maybe no code."""

    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not (request.user.is_active and request.user.is_staff):
            return redirect_to_login(next_page(request), reverse("admin:login"))
        return view(request)

    return guarded


def onward(request: HttpRequest, *, then: str) -> HttpResponseRedirect:
    """From the password to the code, or to setting up an app; or to ``then``, if that's done."""
    if is_verified_staff(request.user):
        return redirect(then)
    name = "admin:code" if second_factor.has_app(staff_in(request)) else "admin:enrol"
    return redirect(f"{reverse(name)}?{urlencode({'next': then})}")


def next_page(request: HttpRequest) -> str:
    """The page that was asked for, if it is one of ours; or else the start page."""
    said = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        said, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return said if ours else reverse("admin:index")


@limited("login")
@half_way
def ask_code(request: HttpRequest) -> HttpResponse:
    """The second step: a code from the app, or a recovery code."""
    if is_verified_staff(request.user) or not second_factor.has_app(staff_in(request)):
        return onward(request, then=next_page(request))
    form = asked(request)
    if form.device is None:
        return page(request, "code", "Tweede stap", form=form)
    let_in(request, form.device)
    return redirect(next_page(request))


@limited("login")
@half_way
def enrol(request: HttpRequest) -> HttpResponse:
    """Set up an app: the first one, or another one for who has just proved to be who they are."""
    user = staff_in(request)
    is_first = not second_factor.has_app(user)
    if not is_first and request.session.get(MAY_REPLACE, 0) < time.time():
        return redirect("admin:account" if is_verified_staff(request.user) else "admin:code")
    key = new_key(request)
    form = CodeForm(
        lambda said: second_factor.enrol(user, key, said, replace=not is_first),
        request.POST if request.method == "POST" else None,
    )
    if not form.is_bound:  # the steps above the field come first
        del form.fields["code"].widget.attrs["autofocus"]
    if not (form.is_valid() and form.device):
        title = "Stel de tweede stap in" if is_first else "Stel een ander toestel in"
        link = second_factor.app_link(user, key)
        return page(
            request,
            "enrol",
            title,
            form=form,
            link=link,
            qr_code=second_factor.qr_code(link),
            key=second_factor.typed_key(key),
        )
    for name in (NEW_KEY, MAY_REPLACE):
        request.session.pop(name, None)
    update_session_auth_hash(request, user)  # all other sessions have ended
    let_in(request, form.device)
    if is_first:
        return show_recovery_codes(request, then=next_page(request))
    messages.success(request, "Je nieuwe toestel is ingesteld. Het vorige werkt niet meer.")
    return redirect("admin:account")


def new_key(request: HttpRequest) -> str:
    """The key of the app that is being set up: the same until it has made a code."""
    try:
        return decrypt(request.session[NEW_KEY])
    except (KeyError, WrongKey):
        key: str = random_hex()
        request.session[NEW_KEY] = encrypt(key)
        return key


def account(request: HttpRequest) -> HttpResponse:
    """What somebody can change about their own login."""
    left = second_factor.codes_left(staff_in(request))
    return page(request, "account", "Mijn account", codes_left=left)


@limited("login")
@sensitive_post_parameters()
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Other recovery codes, for a code."""
    form = asked(request)
    if form.device is None:
        return page(request, "new_recovery_codes", "Nieuwe herstelcodes", form=form)
    return show_recovery_codes(request, then=reverse("admin:account"))


@limited("login")
@sensitive_post_parameters()
def other_device(request: HttpRequest) -> HttpResponse:
    """The way to another app, for a code of the present one or a recovery code."""
    form = asked(request)
    if form.device is None:
        return page(request, "other_device", "Een ander toestel", form=form)
    request.session[MAY_REPLACE] = time.time() + REPLACE_SECONDS
    return redirect("admin:enrol")


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Log somebody out everywhere, here too: a device may be in other hands."""
    stamps.renew(staff_in(request))
    logout(request)
    messages.success(request, "Je bent overal afgemeld, op elk toestel.")
    return redirect("admin:login")


def asked(request: HttpRequest) -> CodeForm:
    """The form for a code; with ``device`` set if a right one was sent.

    A wrong one counts as a failed login. Who has failed too often gets the page that says so.
    """
    user = staff_in(request)
    check = partial(codes.check_code, user, address=request.META["REMOTE_ADDR"])
    if request.method != "POST" or staff_lock.refuses(request, user):
        return CodeForm(check)
    form = CodeForm(check, request.POST)
    if form.is_valid():
        staff_lock.forget_failures(request, user)
    elif form.has_error("code", second_factor.WRONG):
        staff_lock.note_failure(request, user)
    return form


def let_in(request: HttpRequest, device: Device) -> None:
    """From here on the session is that of somebody who gave a code, under a new key."""
    request.session.cycle_key()
    django_otp.login(request, device)
    wave = codes.note_login(staff_in(request), request.META["REMOTE_ADDR"])
    if wave:
        messages.error(request, somebody_knows(wave))
    if isinstance(device, StaticDevice):
        request.session[MAY_REPLACE] = time.time() + REPLACE_SECONDS
        messages.warning(
            request,
            format_html(
                "Je gebruikte een herstelcode. Die werkt geen tweede keer. Ben je je telefoon "
                'kwijt? <a href="{}">Stel dan meteen een ander toestel in.</a>',
                reverse("admin:enrol"),
            ),
        )
    left = second_factor.codes_left(staff_in(request))
    if left is not None and left <= second_factor.FEW_LEFT:
        said = {0: "geen herstelcodes", 1: "1 herstelcode"}.get(left, f"{left} herstelcodes")
        messages.warning(
            request,
            format_html(
                'Je hebt nog {}. <a href="{}">Maak nieuwe.</a>',
                said,
                reverse("admin:recovery_codes"),
            ),
        )


def somebody_knows(wave: Wave) -> SafeString:
    """What the owner of a login reads of wrong codes that came after the right password."""
    return format_html(
        "Iemand gaf je naam en je juiste wachtwoord in, en daarna foute codes (sinds {} uur). "
        'Was jij dat niet? <a href="{}">Kies dan meteen een ander wachtwoord.</a>',
        date_format(timezone.localtime(wave.began_at), "j F, G.i"),
        reverse("admin:password_change"),
    )


def show_recovery_codes(request: HttpRequest, *, then: str) -> HttpResponse:
    """New codes, in the answer itself: they are kept nowhere in a form that can be read."""
    codes = second_factor.make_recovery_codes(staff_in(request))
    return page(request, "recovery_codes", "Je herstelcodes", codes=codes, next=then)


def page(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    """The page that the template ``name`` makes of ``context``."""
    context = admin.site.each_context(request) | {"next": next_page(request)} | context
    return render(request, f"admin/second_factor/{name}.html", context | {"title": title})
