"""The site as a WSGI application."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinekracht.settings")


def only_utf8(wrapped: Any) -> Any:
    """Answer 400 to a request that says it is written in anything but UTF-8.

    Django believes the charset that a request names when it reads its query string, whatever kind
    of codec that is (``zlib`` is one), and fails before any middleware could help; gunicorn would
    then log the whole address.
    """

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if is_utf8(environ.get("CONTENT_TYPE", "")):
            answer: Iterable[bytes] = wrapped(environ, start_response)
            return answer
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        start_response("400 Bad Request", headers)
        return [b"Deze vraag is niet te lezen: gebruik UTF-8.\n"]

    return application


def is_utf8(content_type: str) -> bool:
    """Whether it names no other charset, in whatever way; what can't be read is no way."""
    try:
        _, parameters = parse_header_parameters(content_type)
    except Exception:  # noqa: BLE001  it meets codecs, too
        return False
    return parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


application = only_utf8(get_wsgi_application())
