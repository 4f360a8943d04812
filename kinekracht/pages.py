"""What is kept of a page, and served again: its headers, and its body in each encoding."""

import datetime as dt
import time
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

import brotli
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.text import compress_string

from articles.models import Article
from kinekracht.caching import MAX_AGE, is_public


class Page(NamedTuple):
    """What is served: ``bodies`` by Content-Encoding, "" being none.

    ``fresh_until`` is a timestamp; once it has passed, who asks next has the page rendered anew.
    """

    headers: dict[str, str]
    bodies: dict[str, bytes]
    fresh_until: float

    @property
    def is_fresh(self) -> bool:
        return 0 < self.fresh_until - time.time() <= MAX_AGE  # clocks may be put back

    def answer(self, request: HttpRequest, status: str = "hit") -> HttpResponse:
        """The page in the encoding that the browser likes best, or 304 if it has that."""
        encoding = best_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        if encoding not in self.bodies:
            encoding = ""
        body = self.bodies[encoding]
        response = HttpResponse(body, headers=self.headers)
        response.headers["Content-Length"] = str(len(body))
        if not self.is_fresh:
            response.headers["Cache-Control"] = "no-store"
        if settings.CACHE_STATUS:
            response.headers["Cache-Status"] = f"KineKracht; {status}"
        if encoding:
            response.headers["Content-Encoding"] = encoding
            response.headers["ETag"] = "W/" + self.headers["ETag"]
        if "HTTP_IF_NONE_MATCH" not in request.META:
            return response
        for name in ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"):  # of those who would write
            request.META.pop(name, None)
        etag = response.headers["ETag"]
        return get_conditional_response(request, etag=etag, response=response) or response


def page_of(response: HttpResponse, *, begun: dt.datetime) -> Page | None:
    """What to keep of an answer that was ``begun`` then; None if it isn't for everybody."""
    if (
        response.status_code != HTTPStatus.OK
        or not is_public(response)
        or response.cookies
        or response.headers.get("Vary", "Accept-Encoding") != "Accept-Encoding"
    ):
        return None
    try:
        changes_at = Article.objects.next_publication(after=begun)
    except Error:
        return None
    until = begun.timestamp() + MAX_AGE
    patch_vary_headers(response, ["Accept-Encoding"])
    set_response_etag(response)
    return Page(
        headers=dict(response.headers),
        bodies=encoded(response.content, response.headers["Content-Type"]),
        fresh_until=min(until, changes_at.timestamp()) if changes_at else until,
    )


def encoded(body: bytes, content_type: str) -> dict[str, bytes]:
    """``body`` plain and, unless it is a picture, compressed."""
    if content_type.startswith("image/"):
        return {"": body}
    return {
        "": body,
        "gzip": compress_string(body),
        # A tenth larger than the smallest, which takes far longer than rendering the page; and with
        # a window of 64 kB, as pages hardly are larger.
        "br": brotli.compress(body, quality=5, lgwin=16),
    }


@lru_cache(maxsize=256)
def best_encoding(accepted: str) -> str:
    """The smallest of our encodings among those that an Accept-Encoding header takes."""
    names = set()
    for item in accepted.lower().split(","):
        name, _, weight = item.replace(" ", "").partition(";")
        if weight.removeprefix("q=").strip("0.") or not weight:  # 0 means: not that one
            names.add(name)
    return next((encoding for encoding in ("br", "gzip") if encoding in names), "")
