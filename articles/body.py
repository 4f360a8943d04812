"""An article's blocks → what the page prints: numbered, anchored, cited."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, JSONObject
from django.utils.safestring import mark_safe

from articles.blocks import BLOCKS, Block, Symptom, WhenToCall, symptom_anchor
from articles.headings import Entry, Outline
from articles.models import Article, Reference
from articles.references import Citations, fold, without_citations
from kinekracht.models import Markup
from kinekracht.prepared import Prepared, given

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Source:
    """A line in the list of sources; ``places`` are the anchors of the citations."""

    number: int
    reference: Reference
    places: list[str]


@dataclass(frozen=True)
class Body:
    """An article, ready to print: blocks in order, contents list, sources.

    ``markup`` is what templates made of it and of its article, by name (see the tag ``once``).
    """

    blocks: list[Block]
    contents: list[Entry]
    sources: list[Source]
    markup: Markup = field(default_factory=dict)


def fields_of(kind: type[Block]) -> dict[str, F]:
    """The columns of a kind of block, by the names of its fields."""
    return {field.attname: F(field.attname) for field in kind._meta.concrete_fields}


# One query for all kinds: (place in the order, kind, key, fields as JSON).
BLOCKS_OF = Prepared(
    BLOCKS[0]
    .objects.none()
    .union(
        *(
            kind.objects.filter(parent=given("article"))
            .order_by()
            .values_list(
                "ordering", Value(n), "pk", Cast(JSONObject(**fields_of(kind)), TextField())
            )
            for n, kind in enumerate(BLOCKS)
        ),
        all=True,
    )
)
COLUMNS = [field.attname for field in Reference._meta.concrete_fields]
CITED_BY = Prepared(
    Reference.objects.filter(citation__article=given("article"))
    .order_by("key")
    .values_list(*COLUMNS)
)


def blocks_of(article: Article) -> list[Block]:
    """The blocks of ``article`` in order."""
    return blocks_in(rows_of(article))


def rows_of(article: Article) -> tuple[Row, ...]:
    """The same, as they stand in the database."""
    return tuple(sorted(BLOCKS_OF.rows(article=article.pk)))


def blocks_in(rows: tuple[Row, ...]) -> list[Block]:
    """The blocks that ``rows`` hold."""
    return [BLOCKS[kind](**json.loads(fields)) for _, kind, _, fields in rows]


def compose(article: Article) -> Body:
    """Number the symptoms and the sources, anchor the headings, and link the citations.

    Each block gets ``html``, its texts by field, and a symptom its ``number`` and ``anchor``.
    What was composed is used again as long as all of that is the same: nobody may change it.
    """
    return composed(values_of(article), rows_of(article), tuple(CITED_BY.rows(article=article.pk)))


def values_of(article: Article) -> tuple[Row, ...]:
    """All that is known of an article and of what it refers to."""
    around = (article.category, article.treatment, article.author, article.reviewer)
    known = (vars(each).items() if each else () for each in (article, *around))
    return tuple(tuple(value for name, value in each if name != "_state") for each in known)


@lru_cache(maxsize=16)  # some 200 kB each
def composed(_article: tuple[Row, ...], rows: tuple[Row, ...], cited: tuple[Row, ...]) -> Body:
    """The body of an article that ``rows`` of blocks and of references make."""
    blocks = blocks_in(rows)
    references = {fold(reference.key): reference for reference in references_in(cited)}
    texts = [block.texts for block in blocks]
    in_order = (html for by_field in texts for html in by_field.values())
    citations = Citations.of(in_order, known=references)
    outline = Outline()
    symptoms = 0
    for block, by_field in zip(blocks, texts, strict=True):
        if isinstance(block, Symptom):
            symptoms += 1
            block.number = symptoms
            block.anchor = symptom_anchor(symptoms)
            outline.add_below(without_citations(block.name), anchor=block.anchor)
        block.html = {
            # Rich text was sanitised when it was saved, plain text is escaped: no headings in it.
            name: mark_safe(citations.link(outline.anchor_headings(html)))  # noqa: S308
            for name, html in by_field.items()
        }
        if isinstance(block, WhenToCall):
            block.lines = [
                mark_safe(line)  # noqa: S308  a line of escaped text
                for line in block.html["situations"].splitlines()
                if line
            ]
    return Body(
        blocks=blocks,
        contents=outline.entries,
        sources=[
            Source(number, references[key], citations.places.get(key, []))
            for key, number in citations.numbers.items()
        ],
    )


def references_in(rows: tuple[Row, ...]) -> list[Reference]:
    """The references that ``rows`` hold."""
    return [Reference.from_db(None, COLUMNS, row) for row in rows]
