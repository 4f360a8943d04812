"""What a visitor could tell two answers of the site apart by.

Time is no part of it: an answer that asks the same of the database, and says the same, takes the
same time.
"""

import re
from typing import NamedTuple

from django.db import connection
from django.test.utils import CaptureQueriesContext

# What differs from one answer to the next, whoever asks: keys and tokens.
KEY = re.compile(r"(/afspraak/(?:a|terugbellen)/)[\w-]{20,}")
LONG_VALUE = re.compile(r'value="[^"]{30,}"')
# In a query: what is compared or written, and the name of a savepoint.
LITERALS = re.compile(
    r"""(?: '(?:[^']|'')*' | \b[0-9.]+\b | (?<=[ (])NULL(?=[,)]) )(?: ::\w+ )? | "s\d+_x\d+" """,
    re.VERBOSE,
)


class Answer(NamedTuple):
    """An answer, without what differs each time."""

    status: int
    headers: dict
    cookies: dict
    body: str


class Seen(NamedTuple):
    """Answers, and the shape of each query that they took."""

    answers: list[Answer]
    queries: list[str]


def look_at(ask, *, hide=()):
    """What is seen of the responses that ``ask`` returns; words in ``hide`` differ by intent."""
    with CaptureQueriesContext(connection) as queries:
        responses = ask()
    return Seen(
        [answer_in(response, hide) for response in responses],
        [LITERALS.sub("?", query["sql"]) for query in queries],
    )


def answer_in(response, hide):
    return Answer(
        response.status_code,
        {
            name: masked(value, hide)
            for name, value in response.headers.items()
            if name not in {"Date", "ETag"}  # the second is a hash of the body
        },
        {
            name: {attribute: said for attribute, said in cookie.items() if attribute != "expires"}
            for name, cookie in response.cookies.items()
        },
        masked(response.content.decode(), hide),
    )


def masked(said, hide):
    for word in hide:
        said = said.replace(word, "…")
    return LONG_VALUE.sub('value="…"', KEY.sub(r"\1…", said))
