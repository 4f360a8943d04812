"""Sending what may be sent, and looking at what came of it."""

import contextlib
import copy
import itertools
import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import html5lib
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings

from tests.fuzz.invariants import check_answer, check_database
from tests.urlconf import PARAMETER

# The same on every run and every machine: a fixed number of examples, and no clock.
BOUNDED = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "phases": [Phase.generate, Phase.shrink],
    "suppress_health_check": list(HealthCheck),
    "report_multiple_bugs": False,
}


NUMBER = re.compile(r"\d+|[\w-]{43}")  # keys too


def examples_of(count):
    return settings(max_examples=count, **BOUNDED)


class Form(NamedTuple):
    """What a page lets people send: for each of its buttons where to, and what untouched."""

    actions: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def kind(self):
        """The same for forms that differ only in what they are about."""
        names = {NUMBER.sub("#", name) for name, _ in self.pairs}
        return frozenset(NUMBER.sub("#", action) for action in self.actions), frozenset(names)


@contextlib.contextmanager
def undone(client):
    """What happens is looked at, and then never happened."""
    cookies = copy.deepcopy(client.cookies)
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        client.cookies = cookies


def send(client, method, path, *, query="", body=b"", content_type="", headers=None):
    """One request, looked at in every way; the answer."""
    written = []

    def note(execute, sql, *others):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(sql)
        return execute(sql, *others)

    with undone(client), connection.execute_wrapper(note):
        response = client.generic(
            method, path, body, content_type, QUERY_STRING=query, headers=headers
        )
        check_answer(path, response, method=method)
        if written:
            check_database()
    return response


def forms_in(response, path):
    """The forms that a page lets people send."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    page = html5lib.parse(response.getvalue(), namespaceHTMLElements=False)
    forms = [form for form in page.iter("form") if form.get("method", "get").lower() == "post"]
    return [form_of(form, page, path) for form in forms]


def form_of(form, page, path):
    """A form with all that belongs to it, wherever it stands in the page."""
    elsewhere = [
        each for each in page.iter() if form.get("id") and each.get("form") == form.get("id")
    ]
    parts = [*form.iter(), *elsewhere]
    buttons = [part for part in parts if part.tag == "button" or part.get("type") == "submit"]
    actions = [button.get("formaction") or form.get("action") or path for button in buttons]
    pairs = [pair for part in parts for pair in pairs_of(part)]
    pairs += [(each.get("name"), each.get("value", "")) for each in buttons if each.get("name")]
    # Where a choice must be made and none is, the last one.
    radios = {part.get("name"): part.get("value") for part in parts if part.get("type") == "radio"}
    pairs += [(name, value) for name, value in radios.items() if name not in dict(pairs)]
    return Form(
        tuple(dict.fromkeys(urlsplit(urljoin(path, action)).path for action in actions or [path])),
        tuple(pairs),
    )


def pairs_of(part):
    """The names and values that a part of a form adds to what is sent."""
    name, kind = part.get("name"), part.get("type")
    if not name or part.tag not in {"input", "select", "textarea"} or kind in {"submit", "button"}:
        return
    if part.tag == "select":
        options = list(part.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None]
        several = part.get("multiple") is not None
        for option in chosen or ([] if several else options[:1]):
            yield name, option.get("value", "".join(option.itertext()))
    elif part.tag == "textarea":
        yield name, (part.text or "").removeprefix("\n")
    elif kind == "file":
        yield f"{name}:file", ""
    elif kind not in {"checkbox", "radio"} or part.get("checked") is not None:
        yield name, part.get("value", "on" if kind == "checkbox" else "")


def addresses(route, values_of, most):
    """Up to ``most`` addresses of a route that lead somewhere, parameters having such values."""
    values = [values_of(route, name) for name in PARAMETER.findall(route)]
    return [address(route, each) for each in itertools.islice(itertools.product(*values), most)]


def address(route, values):
    """The address of ``route`` with ``values`` in the place of its parameters."""
    rest = iter(values)
    return "/" + PARAMETER.sub(lambda _: str(next(rest)), route)
