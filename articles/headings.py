"""Headings in an article's text → anchors, and the contents list. Pure: strings in and out."""

import re
from dataclasses import dataclass, field
from html import unescape

from django.utils.text import slugify

from articles.plain_text import TAG
from articles.references import without_citations

# A heading holds no other, so the search for its end stops where the next begins.
HEADING = re.compile(r"<h(?P<level>[23])>(?P<html>[^<]*+(?:<(?!/?h[23]>)[^<]*+)*+)</h(?P=level)>")
# What the page itself uses: #symptoom-3, #bron-1-2, and single words such as #bronnen.
RESERVED = re.compile(r"(symptoom|bron)-[\d-]+|[a-z]+")


@dataclass
class Entry:
    """A line of the contents list, with the lines below it."""

    anchor: str
    text: str
    children: list["Entry"] = field(default_factory=list)


class Outline:
    """Collects the headings of one article, top to bottom, and gives each its own anchor."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._heading: Entry | None = None
        self._taken: set[str] = set()
        self._repeats: dict[str, int] = {}

    def anchor_headings(self, html: str) -> str:
        """``html`` with an ``id`` on every h2 and h3; the h2s become entries."""
        return HEADING.sub(self._anchored, html)

    def add_below(self, text: str, *, anchor: str) -> None:
        """An entry below the heading before it, if there is one."""
        siblings = self._heading.children if self._heading else self.entries
        siblings.append(Entry(anchor, text))

    def _anchored(self, heading: re.Match[str]) -> str:
        text = without_citations(unescape(TAG.sub("", heading["html"]))).strip()
        if not text:  # an empty line that was made a heading
            return f"<p>{heading['html']}</p>"
        anchor = self._free_anchor(text)
        if heading["level"] == "2":
            self._heading = Entry(anchor, text)
            self.entries.append(self._heading)
        return f'<h{heading["level"]} id="{anchor}">{heading["html"]}</h{heading["level"]}>'

    def _free_anchor(self, text: str) -> str:
        base = slugify(text) or "tekst"
        if RESERVED.fullmatch(base):
            base = f"deel-{base}"
        anchor, n = base, self._repeats.get(base, 1)
        while anchor in self._taken:
            n += 1
            anchor = f"{base}-{n}"
        self._repeats[base] = n
        self._taken.add(anchor)
        return anchor
