"""How long an answer may be kept, by browsers and by us, and what makes a page another page."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.cache import cache_control

View = TypeVar("View", bound=Callable[..., Any])
MAX_AGE = 300  # seconds
RENEW = "kinekracht.renew"  # in what a request comes with; no header that is sent is called so


def page(*parameters: str) -> Callable[[View], View]:
    """Mark a view: some of its answers are public, and only these parameters change them.

    Only a mark, which decorators above it pass on. An address with any other parameter is
    rendered each time (``kinekracht.page_cache``).
    """

    def mark(view: View) -> View:
        view.page_parameters = frozenset(parameters)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """A page that is the same for everybody.

    Browsers keep it briefly and then ask again with its ETag, so that what staff publish is seen
    within minutes by readers who come back. Without parameters, unless ``page`` names some.
    """
    return page()(cache_control(public=True, max_age=MAX_AGE)(view))


def is_public(response: HttpResponse) -> bool:
    """Whether a view marked its answer as ``public``."""
    directives = response.headers.get("Cache-Control", "").split(", ")
    return "public" in directives and "immutable" not in directives


@lru_cache(maxsize=512)
def page_parameters(path: str, urlconf: str) -> frozenset[str] | None:
    """The parameters of the page at ``path``; None where there is no public one."""
    try:
        view = resolve(path, urlconf).func
    except Resolver404:
        return None
    return getattr(view, "page_parameters", None)


# A file whose name changes with its content.
immutable = cache_control(public=True, max_age=31_536_000, immutable=True)
