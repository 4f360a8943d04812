"""A name for what staff have published so far; with the next change it is another.

It stands in the shared cache, where all processes see it, on all machines. What is kept under this
name is never out of date, and nobody has to know where a change shows.
"""

import logging
import secrets
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

# Whose tables say what there is to read. Whoever publishes something changes one of them.
CONTENT = {"kinekracht", "articles", "selftest"}
KEY = "content-version"
PAUSE = 5  # seconds

logger = logging.getLogger(__name__)


def current() -> str | None:
    """The name of now; None where the cache keeps nothing."""
    if Missed.change:
        change()
    name: str | None = cache.get(KEY)
    if name is None:
        # Not the one of before, however it got lost; and of several processes all take one.
        cache.add(KEY, secrets.token_hex(8), timeout=None)
        name = cache.get(KEY)
    return name


def change() -> None:
    """From now on it is another. Never raises: what was published is published.

    Where it can't be said, this process says it later, and doesn't try for each row of an article.
    """
    Missed.change = True
    if time.monotonic() < Missed.rests_until:
        return
    try:
        cache.delete(KEY)
        Missed.change = False
        if settings.CACHES["default"]["BACKEND"] == "kinekracht.file_cache.FileCache":
            cache.clear()  # others forget by themselves what nobody asks for
    except Exception as error:  # noqa: BLE001  each backend has its own
        Missed.rests_until = time.monotonic() + PAUSE
        logger.error("%s: pages may stay as they were for minutes", type(error).__name__)  # noqa: TRY400  it may quote values


class Missed:
    """Whether this process couldn't say that something has changed, and until when it won't try."""

    change = False
    rests_until = 0.0


def change_on_commit(**_: Any) -> None:
    """Signal receiver: content has changed, once that is settled."""
    transaction.on_commit(change)
