"""A site whose pages are kept. With real processes: tests/faults/test_kept_pages.py."""

from contextlib import contextmanager
from pathlib import Path

from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from kinekracht import content_version

PATH = "/artikels/titel/"
HIT, STORED = "KineKracht; hit", "KineKracht; fwd=miss; stored"
OUTAGE = "KineKracht; hit; detail=outage"
NOON = "2026-11-20T12:00:00+01:00"


class Process(Client):
    """A process of its own, with its own memory."""

    def __init__(self):
        super().__init__(raise_request_exception=False)

    def state(self, path, **options):
        """What becomes of a request: Cache-Status, or nothing."""
        return self.get(path, **options).headers.get("Cache-Status", "")


def failing():
    """The database answers no query, for the length of a with block."""

    def fail(*_):
        raise OperationalError

    return connection.execute_wrapper(fail)


def pages(folder):
    """How many pages are kept: all there is but the content's version, and turns that are over."""
    return len(list(folder.glob("*.djcache"))) - 1


@contextmanager
def version_cannot_go():
    """The name of what is published can't be deleted: a folder stands in its place."""
    file = Path(cache._key_to_file(content_version.KEY))  # noqa: SLF001  nothing else tells
    kept = file.rename(file.with_suffix(".kept"))
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        kept.rename(file)
