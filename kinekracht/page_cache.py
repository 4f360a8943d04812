"""Pages for everybody, rendered once and then served from memory. See docs/decisions/018.

A page is kept under the release that rendered it, the version of the content and its address: in
the memory of each process, and behind that in the shared cache. There it stays when it has aged,
for as long as the database fails.
"""

import time
from contextlib import suppress
from hashlib import blake2b
from http import HTTPStatus
from io import BytesIO
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kinekracht import content_version
from kinekracht.caching import RENEW, page_parameters
from kinekracht.middleware import GetResponse
from kinekracht.pages import Page, page_of
from kinekracht.release import release
from kinekracht.shared_cache import PAUSE, SharedCache

WEEK = 7 * 24 * 60 * 60
TURN = 30  # seconds that a page may take; whoever renders it for longer does so for nobody else
PATIENCE = 2  # seconds that others wait for it
GLANCE = 0.01
LOSS = "pages are not kept"  # without the shared cache
MOST_NEAR = 200  # pages that a process has at hand; an article takes some 70 kB
# What a page is rendered from: the address, and for the limits who asks too much.
ASKED = (
    "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR",
    "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "wsgi.url_scheme",
)  # fmt: skip
GONE = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.PERMANENT_REDIRECT,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
}


class PageCache:
    """Middleware: answers from what is kept, and keeps what is rendered.

    Outside all that costs time, so that what it keeps has passed it, with the headers of it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        # Apart, as a full disk can still be read.
        self.reads, self.writes = SharedCache(LOSS), SharedCache(LOSS)
        self.near: dict[str, Page] = {}  # of this process: no copy, no unpickling
        release()  # of the code that was loaded, and not of what is there by the first request

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = self.key_of(request)
        if key is None:
            return self.get_response(request)
        page = self.recall(key)
        if page and is_good(page, request):
            return page.answer(request)
        if self.writes.call(cache.add, f"{key}-turn", 1, TURN):
            return self.take_turn(request, key)
        page = page or self.wait_for(key)
        return page.answer(request) if page else self.show(request, key, None)[0]

    def key_of(self, request: HttpRequest) -> str | None:
        """Under which name the answer is kept; None if there is no public page to be had."""
        if request.method not in {"GET", "HEAD"}:
            return None
        known = page_parameters(request.path_info, settings.ROOT_URLCONF)
        if known is None or not is_ours(request):
            return None
        query = request.META.get("QUERY_STRING", "")
        if query and not is_known(query, known):
            return None
        version = self.reads.call(content_version.current)
        if version is None:
            return None
        address = blake2b(f"{request.path}?{query}".encode(), digest_size=16).hexdigest()
        return f"page-{release()}-{version}-{address}"

    def recall(self, key: str) -> Page | None:
        """The page, fresh or aged, as it was kept by this process or by any."""
        page = self.near.get(key)
        if page is None or not page.is_fresh:
            page = self.reads.call(cache.get, key)
            if page and page.is_fresh:
                self.put_near(key, page)
        return page

    def put_near(self, key: str, page: Page) -> None:
        """Have the page at hand in this process."""
        if len(self.near) >= MOST_NEAR:
            self.near.clear()
        self.near[key] = page

    def take_turn(self, request: HttpRequest, key: str) -> HttpResponse:
        """Render the page while others wait for it, unless one of them has just done so."""
        is_outage = False
        try:
            page = self.recall(key)
            if page and is_good(page, request):
                return page.answer(request)
            response, is_outage = self.show(request, key, page)
            return response
        finally:
            with suppress(Exception):  # whatever it is, others don't wait for long
                if is_outage:  # let nobody else run into it for a while
                    cache.set(f"{key}-turn", 1, PAUSE)
                else:
                    cache.delete(f"{key}-turn")

    def show(self, request: HttpRequest, key: str, aged: Page | None) -> tuple[HttpResponse, bool]:
        """The answer, which is kept if it may be; or, and then True, the ``aged`` page."""
        begun = timezone.now()
        response = self.get_response(as_anybody(request))
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and aged:
            return aged.answer(request, "hit; detail=outage"), True
        if response.status_code in GONE:
            self.writes.call(cache.delete, key)
        elif page := page_of(response, begun=begun):
            self.put_near(key, page)  # also where there is no room for it in the shared cache
            self.writes.call(cache.set, key, page, WEEK)
            return page.answer(request, "fwd=miss; stored"), False
        return response, False

    def wait_for(self, key: str) -> Page | None:
        """The page that somebody else is rendering; None if it comes to nothing, or takes long."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if page := self.recall(key):
                return page
            if not self.reads.call(cache.has_key, f"{key}-turn"):
                return self.recall(key)
            time.sleep(GLANCE)
        return None


def is_good(page: Page, request: HttpRequest) -> bool:
    """Whether the page will do: it is fresh, and wasn't asked for to have it rendered ahead."""
    return page.is_fresh and not request.META.get(RENEW)


def as_anybody(request: HttpRequest) -> HttpRequest:
    """The same page, asked for by somebody of whom nothing is known.

    So what comes back can be everybody's, whoever came first and however they asked: it was made
    without their cookies, their host, and what they have or take. And nobody can find out by asking
    in another way whether somebody was before them.
    """
    asked = {name: request.META[name] for name in ASKED if name in request.META}
    host = urlsplit(settings.SITE_URL).netloc
    return WSGIRequest(
        asked | {"REQUEST_METHOD": "GET", "HTTP_HOST": host, "wsgi.input": BytesIO()}
    )


def is_ours(request: HttpRequest) -> bool:
    """Whether it was sent to a host of ours, by the scheme that we don't redirect."""
    try:
        request.get_host()
    except DisallowedHost:
        return False  # it is refused where refusals get their headers
    return request.scheme == urlsplit(settings.SITE_URL).scheme


def is_known(query: str, known: frozenset[str]) -> bool:
    """Whether a query string holds ``known`` parameters only, each once, written in one way."""
    pairs = parse_qsl(query, keep_blank_values=True)
    names = [name for name, _ in pairs]
    return set(names) <= known and sorted(set(names)) == names and urlencode(pairs) == query
