"""Pages are rendered before somebody reads: no reader waits, or can tell whether others read.

See docs/decisions/018. The worker looks in every other second; what it renders is kept where all
processes of the site find it.
"""

import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from io import BytesIO
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponseBase
from django.urls import reverse

from kinekracht import content_version
from kinekracht.caching import MAX_AGE, RENEW, page_parameters
from kinekracht.shared_cache import SharedCache

RENEWED_EVERY = MAX_AGE - 60  # seconds; a round has a minute before the first page ages


class Ahead:
    """Has every page of the site map rendered: when content changed, and before the pages age.

    What becomes due by itself is in the site map from then on, and so makes it another.
    """

    def __init__(self) -> None:
        self.site: WSGIHandler | None = None  # loaded when there is a use for it
        self.cache = SharedCache("pages are not rendered ahead")
        self.rendered: tuple[str, bytes] | None = None  # the content's version, and its site map
        self.rendered_at = 0.0

    def __call__(self, is_over: Callable[[], bool]) -> None:
        """Render what has to be; give up once ``is_over``, or when the site fails."""
        version = self.cache.call(content_version.current)
        if version is None:
            return  # nothing would be kept
        site_map = self.ask(reverse("sitemap"), renew=False)
        if site_map.status_code != HTTPStatus.OK:
            return
        now = time.time()
        to_render = version, site_map.content  # type: ignore[attr-defined]
        if to_render == self.rendered and 0 <= now - self.rendered_at < RENEWED_EVERY:
            return  # clocks may be put back
        for path in public_paths(to_render[1]):
            if is_over():
                return
            if self.ask(path, renew=True).status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                return
        self.rendered, self.rendered_at = to_render, now

    def ask(self, path: str, *, renew: bool) -> HttpResponseBase:
        """What the site answers, in this process, to a reader of whom nothing is known."""
        if self.site is None:
            self.site = WSGIHandler()
            self.site.load_middleware()
        return self.site.get_response(request_for(path, renew=renew))


def request_for(path: str, *, renew: bool) -> WSGIRequest:
    """A request for a page, which is rendered anew if it is to ``renew`` it."""
    site = urlsplit(settings.SITE_URL)
    return WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "HTTP_HOST": site.netloc,
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(site.port or 443),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": BytesIO(),
            RENEW: renew,
        }
    )


def public_paths(site_map: bytes) -> Iterator[str]:
    """The paths in a site map of pages that are kept."""
    for element in ET.fromstring(site_map).iterfind("{*}url/{*}loc"):  # noqa: S314  we wrote it
        path = urlsplit(element.text or "").path
        if page_parameters(path, settings.ROOT_URLCONF) is not None:
            yield path
