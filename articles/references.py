"""Citations in running text → numbered links and a list of sources. Pure: strings in and out.

An editor writes ``[@Wallace]``, or ``[@Mou; @Hagen]`` for two at once; capitals don't matter.
The first source cited becomes number 1.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import islice

from articles.plain_text import TAG

# The spaces before it go along, from the first of them: trying from each would cost their square.
CITATION = re.compile(r"(?<!\s)\s*+\[(@[^\[\]<>]*+)\]")
WORDS_AROUND = 40  # characters of context in a message about a wrong citation
LOOK_BACK = 20 * WORDS_AROUND  # in which those are found, entities and spaces included
MOST_ERRORS = 20  # nobody mends more at a time


def keys_in(html: str) -> list[str]:
    """The keys cited in the text of ``html``, in order, folded to compare, repeats included."""
    return [
        fold(key)
        for text in TAG.split(html)[::2]
        for citation in CITATION.finditer(text)
        for key in unescape(citation[1]).split(";")
    ]


def fold(key: str) -> str:
    """The form in which two spellings of one key are equal."""
    return " ".join(key.strip().removeprefix("@").split()).casefold()


@dataclass
class Citations:
    """The numbering of the sources in one article, and where each is cited.

    ``numbers`` maps a folded key to its number, ``places`` to the anchors that cite it.
    """

    numbers: dict[str, int]
    places: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str], *, known: Iterable[str]) -> "Citations":
        """Number the keys of ``texts`` (HTML) by first appearance, those in ``known`` only."""
        known_keys = {fold(key) for key in known}
        cited = (key for text in texts for key in keys_in(text))
        return cls({key: n for n, key in enumerate(unique(cited, among=known_keys), start=1)})

    def link(self, html: str) -> str:
        """``html`` with each citation as superscript links to its sources.

        Text inside tags is left alone, and a citation of a source that isn't known disappears.
        One inside a link comes after it, since a link can't hold another.
        """
        pieces: list[str] = []
        after_link: list[str] = []
        in_link = False
        for n, piece in enumerate(TAG.split(html)):
            if n % 2:  # a tag
                in_link = piece.startswith("<a ") or (in_link and piece != "</a>")
                pieces.append(piece)
                if not in_link:
                    pieces += after_link
                    after_link.clear()
            elif in_link:
                after_link += map(self._superscript, CITATION.finditer(piece))
                pieces.append(CITATION.sub("", piece))
            else:
                pieces.append(CITATION.sub(self._superscript, piece))
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


def citation_errors(html: str, *, known: Sequence[str]) -> list[str]:
    """What is wrong with the citations in ``html``, in Dutch, each with the words around it.

    A key that is not among ``known``, or a citation that was begun and can't be read. The first
    so many of them.
    """
    return list(islice(wrong_citations(html, {fold(key): key for key in known}), MOST_ERRORS))


def wrong_citations(html: str, by_folded: dict[str, str]) -> Iterator[str]:
    """The messages of ``citation_errors``, one by one; ``by_folded`` are the known keys."""
    before = ""
    for text in TAG.split(html)[::2]:
        for citation in CITATION.finditer(text):
            start = citation.start()
            words_so_far = before + text[max(0, start - LOOK_BACK) : start]
            words = words_before(words_so_far, unescape(citation[0]))
            keys = unescape(citation[1]).split(";")
            yield from (
                unknown(key, words, by_folded) for key in keys if fold(key) not in by_folded
            )
        rest = CITATION.sub("", text)
        if (begun := rest.find("[@")) >= 0:
            words = words_before(before, rest[: begun + 20])
            yield (
                f"Deze bronverwijzing is niet af: “{words}”. "
                "Schrijf [@sleutel], zonder vet of cursief erin."
            )
        before = f"{before}{text} "[-LOOK_BACK:]


def words_before(before: str, citation: str) -> str:
    """The citation with the words that lead up to it."""
    words = " ".join(f"{unescape(before)} {citation}".split())
    around = WORDS_AROUND + len(citation)
    return words if len(words) <= around else "…" + words[-around:]


def unknown(key: str, words: str, by_folded: dict[str, str]) -> str:
    """The message about a key nobody entered; names the key it may have meant."""
    name = key.strip().removeprefix("@")
    close = difflib.get_close_matches(fold(key), by_folded, n=1)
    hint = f" Bedoel je [@{by_folded[close[0]]}]?" if close else ""
    return f"De bron [@{name}] bestaat niet, bij “{words}”.{hint}"
