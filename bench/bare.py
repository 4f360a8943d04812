"""As little as Django can do: a view that answers, behind the middleware of a new project."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

MIDDLEWARE = [
    "bench.bare.own_addresses",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def own_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Middleware: the addresses below, and not the site's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return get_response(request)

    return middleware


def view(request: HttpRequest) -> HttpResponse:
    """Nothing is looked up, nothing is rendered."""
    return HttpResponse("ok")


urlpatterns = [path("", view)]
