"""After five failed logins with one name from one place, nobody gets in that way for a while.

django-axes counts. What it keeps is a hash of name and address, and when: not the address, not
the browser, and nothing of what was typed.
"""

import math
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from kinekracht.limits import network_of
from kinekracht.second_factor import in_words
from kinekracht.staff.names import folded

Credentials = dict[str, Any] | None


def name_and_address(request: HttpRequest, credentials: Credentials) -> str:
    """Who tries to log in from where, as a hash: what axes counts failures of."""
    said = (credentials or {}).get("username") or request.POST.get("username", "")
    address = network_of(request.META.get("REMOTE_ADDR", ""))
    pair = f"{address} {folded(said)}"
    return salted_hmac("kinekracht.staff_lock", pair, algorithm="sha256").hexdigest()


def no_address(request: HttpRequest) -> str:
    """What axes keeps as the address: it is in the hash."""
    return "::"


class SparingHandler(AxesDatabaseHandler):
    """Counts in the database, so that all processes count together."""

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        request.axes_user_agent = request.axes_http_accept = request.axes_path_info = ""
        super().user_login_failed(sender, credentials, request, **kwargs)


@receiver(pre_save, sender=AccessAttempt)
def keep_nothing_typed(instance: AccessAttempt, **_kwargs: Any) -> None:
    """Drop the fields of the form and the query string from a failure."""
    instance.get_data = instance.post_data = ""


def refuses(request: HttpRequest, user: User) -> bool:
    """Whether ``user`` is locked out where ``request`` comes from.

    If so, ``AxesMiddleware`` answers with ``locked_out`` whatever the view answers.
    """
    credentials = {"username": user.get_username()}
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    return True


def note_failure(request: HttpRequest, user: User) -> None:
    """Count a wrong code of ``user``."""
    credentials = {"username": user.get_username()}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def forget_failures(request: HttpRequest, user: User) -> None:
    """Begin to count again, as ``user`` got in."""
    pair = name_and_address(request, {"username": user.get_username()})
    AccessAttempt.objects.filter(username=pair).delete()


def locked_out(
    request: HttpRequest, _response: HttpResponse, credentials: Credentials
) -> HttpResponse:
    """The page for who has to wait, with status 429. The same for names that nobody has."""
    failures = AccessAttempt.objects.filter(username=name_and_address(request, credentials))
    last = failures.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    wait = last + settings.AXES_COOLOFF_TIME - timezone.now()
    context = admin.site.each_context(request) | {
        "title": "Even wachten",
        "wait": in_words(wait),
        "failures": settings.AXES_FAILURE_LIMIT,
    }
    answer = render(request, "admin/second_factor/locked.html", context, status=429)
    answer["Retry-After"] = str(max(1, math.ceil(wait.total_seconds())))
    return answer
