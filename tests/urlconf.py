"""The addresses that the URLconf knows, whoever wrote them and however."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(?P<name>\w+)>")


def routes() -> list[str]:
    """The route of every address, in the words of Django's ``path``."""
    return list(dict.fromkeys(walk(get_resolver().url_patterns, "")))


def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    """The routes of ``patterns``, each behind ``before``."""
    for pattern in patterns:
        route = before + readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route


def readable(regex: str) -> str:
    """A regular expression as ``path`` would write it; groups without a name get one."""
    named = re.sub(r"\(\?P(<\w+>)(?:[^()]|\([^()]*\))*\)", r"\1", regex)
    numbers = named.replace(r"(\d+)", "<number>")
    return re.sub(r"\([^()]*\)", "<part>", numbers).strip("^$").replace("\\", "")
