"""Citations in running text → numbered links and a list of sources. Pure: strings in and out.

An editor writes ``[@Wallace]``, or ``[@Mou; @Hagen]`` for two at once; capitals don't matter.
The first source cited becomes number 1.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import unescape

CITATION = re.compile(r"\s*\[(@[^\[\]<>]*)\]")
TAG = re.compile(r"""(<(?:[^"'>]|"[^"]*"|'[^']*')*>)""")
WORDS_AROUND = 40  # characters of context in a message about a wrong citation


def keys_in(text: str) -> list[str]:
    """The keys cited in ``text``, in order, folded so that they compare, repeats included."""
    return [
        fold(key)
        for citation in CITATION.finditer(unescape(text))
        for key in citation[1].split(";")
    ]


def fold(key: str) -> str:
    """The form in which two spellings of one key are equal."""
    return key.strip().removeprefix("@").strip().casefold()


@dataclass
class Citations:
    """The numbering of the sources in one article, and where each is cited.

    ``numbers`` maps a folded key to its number, ``places`` to the anchors that cite it.
    """

    numbers: dict[str, int]
    places: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str], *, known: Iterable[str]) -> "Citations":
        """Number the keys of ``texts`` by first appearance, those in ``known`` only."""
        known_keys = {fold(key) for key in known}
        cited = (key for text in texts for key in keys_in(text))
        return cls({key: n for n, key in enumerate(unique(cited, among=known_keys), start=1)})

    def link(self, html: str) -> str:
        """``html`` with each citation as superscript links to its sources.

        Text inside tags is left alone; a citation of a source that isn't known disappears.
        """
        pieces = TAG.split(html)
        pieces[::2] = [CITATION.sub(self._superscript, text) for text in pieces[::2]]
        return "".join(pieces)

    def _superscript(self, citation: re.Match[str]) -> str:
        links = []
        for key in map(fold, unescape(citation[1]).split(";")):
            if number := self.numbers.get(key):
                places = self.places.setdefault(key, [])
                place = f"bron-{number}-{len(places) + 1}"
                places.append(place)
                links.append(
                    f'<a id="{place}" href="#bron-{number}" class="citation">'
                    f'<span class="visually-hidden">bron </span>{number}</a>'
                )
        return f"<sup>{', '.join(links)}</sup>" if links else ""


def without_citations(text: str) -> str:
    """``text`` as somebody would read it aloud: the citations left out."""
    return CITATION.sub("", text)


def unique(keys: Iterable[str], *, among: set[str]) -> list[str]:
    """``keys`` without repeats, in order, and only those that are ``among`` these."""
    return list(dict.fromkeys(key for key in keys if key in among))


@dataclass(frozen=True)
class UnknownCitation:
    """A citation that leads nowhere: the key, the words around it, the key it may have meant."""

    key: str
    words: str
    suggestion: str | None

    def __str__(self) -> str:
        hint = f" Bedoel je [@{self.suggestion}]?" if self.suggestion else ""
        return f"De bron [@{self.key}] bestaat niet, bij “{self.words}”.{hint}"


def unknown_citations(text: str, *, known: Sequence[str]) -> list[UnknownCitation]:
    """The citations in ``text`` (plain or HTML) whose key is not among ``known``."""
    plain = unescape(TAG.sub(" ", text))
    by_folded = {fold(key): key for key in known}
    unknown = []
    for citation in CITATION.finditer(plain):
        for key in citation[1].split(";"):
            if fold(key) in by_folded:
                continue
            close = difflib.get_close_matches(fold(key), by_folded, n=1)
            start = max(0, citation.start() - WORDS_AROUND)
            words = " ".join(plain[start : citation.end()].split())
            unknown.append(
                UnknownCitation(
                    key=key.strip().removeprefix("@"),
                    words=("…" if start else "") + words,
                    suggestion=by_folded[close[0]] if close else None,
                )
            )
    return unknown
