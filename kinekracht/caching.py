"""How long browsers and shared caches may keep an answer."""

from django.http import HttpResponse
from django.views.decorators.cache import cache_control

# A page that is the same for everybody. Kept briefly, then asked for again with its ETag, so
# that what staff publish is seen within minutes by readers who come back.
public = cache_control(public=True, max_age=300)


def is_public(response: HttpResponse) -> bool:
    """Whether a view marked its answer as ``public``."""
    directives = response.headers.get("Cache-Control", "").split(", ")
    return "public" in directives and "immutable" not in directives


# A file whose name changes with its content.
immutable = cache_control(public=True, max_age=31_536_000, immutable=True)
