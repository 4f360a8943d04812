"""An article's blocks → what the page prints: numbered, anchored, cited."""

from dataclasses import dataclass

from content_editor.contents import contents_for_item
from django.utils.safestring import mark_safe

from articles.blocks import BLOCKS, Block, Symptom, WhenToCall, symptom_anchor
from articles.headings import Entry, Outline
from articles.models import Article, Reference
from articles.references import Citations, fold, without_citations


@dataclass(frozen=True)
class Source:
    """A line in the list of sources; ``places`` are the anchors of the citations."""

    number: int
    reference: Reference
    places: list[str]


@dataclass(frozen=True)
class Body:
    """An article, ready to print: blocks in order, contents list, sources."""

    blocks: list[Block]
    contents: list[Entry]
    sources: list[Source]


def blocks_of(article: Article) -> list[Block]:
    """The blocks of ``article`` in order: one query a kind, however many there are."""
    return list(contents_for_item(article, plugins=BLOCKS))


def compose(article: Article) -> Body:
    """Number the symptoms and the sources, anchor the headings, and link the citations.

    Each block gets ``html``, its texts by field, and a symptom its ``number`` and ``anchor``.
    """
    blocks = blocks_of(article)
    references = {
        fold(reference.key): reference
        for reference in Reference.objects.filter(citation__article=article)
    }
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
