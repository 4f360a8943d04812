"""What every request and answer passes through, beside Django's and the libraries' own."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

type_of_next = Callable[[HttpRequest], HttpResponse]


def trust_proxy(get_response: type_of_next) -> type_of_next:
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


def isolate(get_response: type_of_next) -> type_of_next:
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


def refuse_null_bytes(get_response: type_of_next) -> type_of_next:
    """Answer 400 to NUL bytes in path or query: PostgreSQL can't compare with them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL byte in the address")
        return get_response(request)

    return middleware
