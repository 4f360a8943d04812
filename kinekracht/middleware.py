"""What every request and answer passes through, beside Django's and the libraries' own."""

import ipaddress
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.core.exceptions import BadRequest
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponsePermanentRedirect,
)
from django.middleware.gzip import GZipMiddleware

GetResponse = Callable[[HttpRequest], HttpResponse]
METHODS = ["GET", "HEAD", "POST"]


def trust_proxy(get_response: GetResponse) -> GetResponse:
    """Believe ``X-Forwarded-For`` and ``-Proto`` from the addresses in TRUSTED_PROXY only.

    From those, the visitor is the last address in the list that is no trusted proxy itself;
    from anybody else the headers are dropped before something reads them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        forwarded_for = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        forwarded_proto = request.META.pop("HTTP_X_FORWARDED_PROTO", "")
        for name in ("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_FORWARDED"):
            request.META.pop(name, None)
        if is_trusted_proxy(request.META.get("REMOTE_ADDR", "")):
            if forwarded_proto in {"http", "https"}:
                request.META["wsgi.url_scheme"] = forwarded_proto
            for address in reversed(forwarded_for.replace(" ", "").split(",")):
                if not is_address(address):
                    break
                request.META["REMOTE_ADDR"] = address
                if not is_trusted_proxy(address):
                    break
        return get_response(request)

    return middleware


def is_address(value: str) -> bool:
    """Whether ``value`` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def is_trusted_proxy(address: str) -> bool:
    """Whether ``address`` is one of the proxies in the setting TRUSTED_PROXY."""
    return is_address(address) and any(
        ipaddress.ip_address(address) in network for network in settings.TRUSTED_PROXY
    )


def isolate(get_response: GetResponse) -> GetResponse:
    """Keep other sites out of this one's answers, and every cache out of what is not public.

    A page may be kept only if its view says so (``kinekracht.caching.public``): forgetting to
    say anything means ``no-store``.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def only_known_methods(get_response: GetResponse) -> GetResponse:
    """Answer 405 to what no browser sends here, TRACE above all, whatever the address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return get_response(request)

    return middleware


class RefuseNullBytes:
    """Answers 400 to NUL bytes in path, query, cookies or form: PostgreSQL can't keep them.

    Files may hold them. Their names are looked at where they are read, in ``uploads``.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refuse_nulls(request.path, unquote(request.META.get("QUERY_STRING", "")))
        refuse_nulls(*request.COOKIES, *request.COOKIES.values())
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """By now it is known who sends it, which decides whether files are taken."""
        for name, values in request.POST.lists():
            refuse_nulls(name, *values)
        refuse_nulls(*request.FILES)


def refuse_nulls(*parts: str) -> None:
    """BadRequest if there is a NUL in one of ``parts``."""
    if any("\x00" in part for part in parts):
        raise BadRequest("NUL byte")


def follow_moves(get_response: GetResponse) -> GetResponse:
    """Answer a page that isn't there with the redirect it left behind, if it did.

    Django's own middleware compares the query string too, and so misses every link that a
    newsletter or a social network has put a mark on.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.NOT_FOUND:
            return response
        moved = Redirect.objects.filter(site_id=settings.SITE_ID, old_path=request.path).first()
        if moved is None:
            return response
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(
            moved.new_path + (f"?{query}" if query else ""),
            preserve_request=request.method not in {"GET", "HEAD"},  # a form goes along
        )

    return middleware


class GZipTextMiddleware(GZipMiddleware):
    """Compresses everything but pictures, which are compressed already."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if response.headers.get("Content-Type", "").startswith("image/"):
            return response
        return super().process_response(request, response)
