"""How often one visitor may ask for what costs us work. See docs/decisions/016.

@limited("search", when=is_search)
def article_list(request): …
"""

import ipaddress
import math
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Literal, NamedTuple, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from kinekracht.counters import shared

Scope = Literal["booking", "login", "search", "self_test"]  # the keys of RATE_LIMITS
View = TypeVar("View", bound=Callable[..., Any])
SECONDS = 60


class Limit(NamedTuple):
    """What a view is counted as, and which of its requests are."""

    scope: Scope
    when: Callable[[HttpRequest], bool]


def is_post(request: HttpRequest) -> bool:
    """Whether a form was sent."""
    return request.method == "POST"


def limited(
    scope: Scope, *, when: Callable[[HttpRequest], bool] = is_post
) -> Callable[[View], View]:
    """Mark a view: of the requests that ``when`` picks, RATE_LIMITS says how many one may send.

    All views of one scope share its limit. Only a mark, which decorators above it pass on:
    LimitMiddleware has to decide before anything costs more than deciding.
    """

    def mark(view: View) -> View:
        view.limit = Limit(scope, when)  # type: ignore[attr-defined]
        return view

    return mark


class LimitMiddleware:
    """Answers 429 instead of a view that asks too much of us, without a query to the database.

    It stands before the middleware that looks for CSRF tokens, as a flood hasn't any. What reads
    sessions does so only when asked, by a view or a template that is never reached.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponse | None:
        limit: Limit | None = getattr(view, "limit", None)
        if limit is None or not limit.when(request):
            return None
        seconds = seconds_to_wait(limit.scope, request.META["REMOTE_ADDR"], now=time.monotonic())
        return too_fast(request, math.ceil(seconds)) if seconds else None


def seconds_to_wait(scope: Scope, address: str, *, now: float) -> float:
    """Count a request from ``address`` and return 0; or how long until there may be another."""
    most = settings.RATE_LIMITS[scope]
    if not most:
        return 0.0
    name = f"{scope} {network_of(address)}"
    return shared.take(name, limit=most, seconds=SECONDS, now=now)


def network_of(address: str) -> str:
    """What an internet address is counted as: itself, or of IPv6 the /64 that one household has.

    What is no address (of a proxy on a socket, say) is returned as it is.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), 64), strict=False))


def too_fast(request: HttpRequest, seconds: int) -> HttpResponse:
    """The page that asks for patience; it needs no database.

    It doesn't advise to go back: browsers forget fields that are not to be filled in by themselves,
    such as the complaint. Loading the page again sends all of the form again.
    """
    return HttpResponse(
        render_to_string("429.html", {"seconds": seconds, "sent": is_post(request)}),
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(seconds)},
    )
