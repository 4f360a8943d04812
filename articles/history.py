"""What changed between two versions of an article, its blocks included, for a person to read."""

import datetime as dt
import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from reversion.models import Version

from articles.blocks import BLOCKS
from articles.models import Article
from articles.plain_text import TAG, without_tags
from kinekracht.fields import RichTextField

NOT_SHOWN = {"id", "parent", "region", "ordering", "word_count", "changed_at"}
HREF = re.compile(r'href="([^"]*)"')
MOST_STEPS = 300_000_000  # at worst some three seconds; two thousand words take half of them
BlockKey = tuple[type[models.Model], str]


@dataclass(frozen=True)
class Change:
    """One thing that is different: where, and the old and new words marked as such."""

    label: str
    html: SafeString


def changes_between(older: Version, newer: Version) -> list[Change]:
    """The differences from ``older`` to ``newer``, two versions of one article.

    First the article's own fields, then its blocks in their new order, then those removed.
    """
    before, after = blocks_in(older), blocks_in(newer)
    changes = field_changes("", Article, older.field_dict, newer.field_dict)
    for key in [*after, *(key for key in before if key not in after)]:
        model = key[0]
        label = str(model._meta.verbose_name).capitalize()
        if key not in before:
            label += " (nieuw)"
        elif key not in after:
            label += " (verwijderd)"
        changes += field_changes(label, model, before.get(key, {}), after.get(key, {}))
    if [key for key in before if key in after] != [key for key in after if key in before]:
        changes.append(Change("Volgorde", mark_safe("De blokken staan in een andere volgorde.")))
    return changes


def blocks_in(version: Version) -> dict[BlockKey, dict[str, Any]]:
    """The blocks that were saved together with this version, in their order then."""
    found: dict[BlockKey, dict[str, Any]] = {
        (model, other.object_id): other.field_dict
        for other in version.revision.version_set.select_related("content_type")
        for model in [other.content_type.model_class()]
        if model in BLOCKS
    }
    return dict(sorted(found.items(), key=lambda item: item[1]["ordering"]))


def field_changes(
    label: str, model: type[models.Model], before: dict[str, Any], after: dict[str, Any]
) -> list[Change]:
    """The fields of one object that differ; an object that wasn't there is an empty dict."""
    changes = []
    for field in model._meta.fields:
        if field.name in NOT_SHOWN:
            continue
        old, new = (in_words(field, values.get(field.attname)) for values in (before, after))
        name = str(field.verbose_name)
        place = f"{label}: {name}" if label else name.capitalize()
        if old.split() != new.split():
            changes.append(Change(place, marked(old, new)))
        elif before and after and only_markup_differs(field, before, after):
            changes.append(Change(place, mark_safe("Alleen de opmaak is anders.")))
    return changes


def only_markup_differs(field: Any, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a rich text has the same words in another shape, such as bold."""
    return isinstance(field, RichTextField) and before[field.attname] != after[field.attname]


def in_words(field: Any, value: Any) -> str:
    """A stored value as staff know it; nothing at all is an empty string."""
    words = "" if value is None else str(value)
    if not words:
        return ""
    if field.remote_field:
        related = field.related_model._default_manager.filter(pk=value).first()
        words = str(related) if related else "(bestaat niet meer)"
    elif field.choices:
        words = dict(field.flatchoices).get(value, words)
    elif isinstance(value, bool):
        words = "ja" if value else "nee"
    elif isinstance(value, dt.datetime):
        words = date_format(timezone.localtime(value), "j F Y, H:i")
    elif isinstance(value, dt.date):
        words = date_format(value, "j F Y")
    elif isinstance(field, RichTextField):
        words = spelled_out(words)
    return words


def spelled_out(html: str) -> str:
    """Rich text as words, with its citations as they were typed and its links' addresses."""
    pieces = TAG.split(html)
    address = ""
    for n, tag in enumerate(pieces):
        if tag.startswith("<a "):
            address = "".join(HREF.findall(tag)[:1])
        elif tag == "</a>":
            pieces[n] = f" ({address})"
    return unescape(without_tags("".join(pieces)))


def marked(old: str, new: str) -> SafeString:
    """Both texts in one, word for word: what went in ``<del>``, what came in ``<ins>``."""
    before, after = old.split(), new.split()
    pieces: list[str] = []
    for kind, a1, a2, b1, b2 in steps_between(before, after):
        if kind == "equal":
            pieces.append(escape(shortened(before[a1:a2])))
            continue
        if a1 != a2:
            pieces.append(f"<del>{escape(' '.join(before[a1:a2]))}</del>")
        if b1 != b2:
            pieces.append(f"<ins>{escape(' '.join(after[b1:b2]))}</ins>")
    return mark_safe(" ".join(pieces))  # noqa: S308  every piece was escaped


def steps_between(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """The way from one list of words to the other, as difflib tells it.

    Its time grows with the cube of what repeats itself; what would take too long is one step.
    """
    in_before, in_after = Counter(before), Counter(after)
    same = sum(count * in_after[word] for word, count in in_before.items())
    if same * (len(before) + len(after)) > MOST_STEPS:
        return [("replace", 0, len(before), 0, len(after))]
    return difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()


def shortened(words: list[str], around: int = 12) -> str:
    """Unchanged words, the middle left out where they are many."""
    if len(words) <= 2 * around + 1:
        return " ".join(words)
    return " ".join([*words[:around], "[…]", *words[-around:]])
