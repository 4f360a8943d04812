"""How many queries a page makes: ``python -m bench.queries /contact/``, in the site's environment.

It is asked for twice, and counted the second time: a process is new only once.
"""

import json
import sys
from http import HTTPStatus
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402  after the setup
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402


def queries_of(path: str) -> int:
    """How many the second answer takes."""
    client = Client(SERVER_NAME=urlsplit(settings.SITE_URL).hostname)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        status = client.get(path).status_code
    if status != HTTPStatus.OK:
        raise SystemExit(f"{path} answers {status}")
    return len(queries)


if __name__ == "__main__":
    sys.stdout.write(json.dumps({path: queries_of(path) for path in sys.argv[1:]}))
