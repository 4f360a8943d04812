"""Search: every word must occur; the title weighs more than the lead, the lead than the body.

Plain comparisons on normalised text, so that SQLite and PostgreSQL answer alike.
"""

import unicodedata
from html import unescape
from typing import Any

from django.db.models import F, FloatField, Q, Value
from django.db.models.functions import Cast, Least, Length, Replace

from articles.models import Article, ArticleQuerySet

WEIGHTS = {"title": 20.0, "lead": 5.0, "body": 1.0}
MOST_OCCURRENCES = 5.0  # in the body; more of the same says nothing more
MOST_TERMS = 8


def normalise(text: str) -> str:
    """The words of ``text``: no accents, capitals, entities or punctuation, single spaces."""
    letters = without_accents(without_accents(unescape(text)).casefold())
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def without_accents(text: str) -> str:
    """``text`` taken apart, letter by letter: Python would sort ten thousand accents on one."""
    parts = (part for letter in text for part in unicodedata.normalize("NFKD", letter))
    return "".join(part for part in parts if not unicodedata.combining(part))


def search(query: str) -> ArticleQuerySet:
    """Published articles that hold every word of ``query``, the most relevant first."""
    terms = list(dict.fromkeys(normalise(query).split()))[:MOST_TERMS]
    if not terms:
        return Article.objects.none()
    found = Article.objects.published()
    relevance: Any = Value(0.0, output_field=FloatField())
    for term in terms:
        matches = Q()
        for name, weight in WEIGHTS.items():
            matches |= Q(**{f"search_document__{name}__contains": term})
            relevance = relevance + occurrences(name, term) * Value(weight)
        found = found.filter(matches)
    return found.annotate(relevance=relevance).order_by("-relevance", "-published_at", "-pk")


def occurrences(name: str, term: str) -> Least:
    """How often ``term`` stands in the field ``name`` of the search document, up to the most."""
    text = F(f"search_document__{name}")
    removed = Length(text) - Length(Replace(text, Value(term), Value("")))
    count = Cast(removed, FloatField()) / Value(float(len(term)))
    return Least(count, Value(MOST_OCCURRENCES))
