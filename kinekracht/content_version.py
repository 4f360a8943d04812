"""A name for what staff have published so far; with the next change it is another.

It stands in the shared cache, where all processes see it, on all machines. What is kept under this
name is never out of date, and nobody has to know where a change shows.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from kinekracht.shared_cache import SharedCache

# Whose tables say what there is to read. Whoever publishes something changes one of them.
CONTENT = {"kinekracht", "articles", "selftest"}
KEY = "content-version"


class Publishing:
    """What this process still has to tell the others: that something has changed."""

    cache = SharedCache("pages may stay as they were for minutes")
    is_due = False


def current() -> str | None:
    """The name of now; None where the cache keeps nothing."""
    if Publishing.is_due:
        Publishing.is_due = False  # unless this, or what another thread does, comes to nothing
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
    if not Publishing.cache.call(tell):
        Publishing.is_due = True


def tell() -> bool:
    """Let no process find the name of before; True, as it is then done."""
    cache.delete(KEY)
    if settings.CACHES["default"]["BACKEND"] == "kinekracht.file_cache.FileCache":
        cache.clear()  # others forget by themselves what nobody asks for
    return True


def change_on_commit(**_: Any) -> None:
    """Signal receiver: content has changed, once that is settled."""
    transaction.on_commit(change)
