"""Reading pages as they were last shown, for as long as the database fails.

They are kept in files (``CACHES["pages"]``), which all processes of a machine share and which need
no database. What can't be kept is not: a page is never late or missing because of this.
"""

import hashlib
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.core.cache import caches
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from kinekracht.caching import is_public
from kinekracht.middleware import GetResponse

# Whose tables say what there is to read. Whoever takes a page back changes one of them.
CONTENT = {"kinekracht", "articles", "selftest"}

GONE = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.PERMANENT_REDIRECT,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
}

shown: dict[str, bytes] = {}  # what this process kept last, by key: its hash


def keep_public_pages(get_response: GetResponse) -> GetResponse:
    """Middleware: keep what everybody may read, and forget what is there no longer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == HTTPStatus.OK:
            if is_for_everybody(request, response):
                keep(request.path, response)
        elif response.status_code in GONE:
            forget(request.path)
        return response

    return middleware


def is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a view marked its answer as public, and nothing in the request may have shaped it."""
    return (
        request.method == "GET"
        and not request.META.get("QUERY_STRING")
        and not request.COOKIES
        and not response.cookies
        and is_public(response)
    )


def keep(path: str, response: HttpResponse) -> None:
    """Write a page down, unless it is what this process wrote last."""
    key = key_of(path)
    digest = hashlib.blake2b(response.content).digest()
    with suppress(OSError):
        if shown.get(key) != digest or not is_kept(key):
            caches["pages"].set(key, (response.content, dict(response.headers)))
            shown[key] = digest


def is_kept(key: str) -> bool:
    """Whether there is a file for this key, with a page in it."""
    try:
        return bool(caches["pages"].has_key(key))
    except Exception:  # noqa: BLE001  it may be damaged in whatever way
        return False


def forget(path: str) -> None:
    """Drop the page that was at ``path``, if one was."""
    with suppress(OSError):
        caches["pages"].delete(key_of(path))


def recall(request: HttpRequest) -> HttpResponse | None:
    """The page as it was kept, marked as such; None if there is none, or more was asked."""
    if request.method not in {"GET", "HEAD"} or request.META.get("QUERY_STRING"):
        return None
    try:
        kept = caches["pages"].get(key_of(request.path))
    except Exception:  # noqa: BLE001  the same
        return None
    if kept is None:
        return None
    content, headers = kept
    status = {"Cache-Control": "no-store", "Cache-Status": "KineKracht; hit; detail=outage"}
    return HttpResponse(content, headers=headers | status)


def key_of(path: str) -> str:
    """The name under which the page at ``path`` is kept, however long that is."""
    return hashlib.blake2b(path.encode()).hexdigest()


def forget_all_after_change(**_: Any) -> None:
    """Signal receiver: once it is settled that content has changed, no kept page counts."""
    transaction.on_commit(forget_all)


def forget_all() -> None:
    """Drop every page."""
    with suppress(OSError):
        caches["pages"].clear()
