"""HTML → its text. Pure: strings in and out."""

import re

from django.utils.html import strip_tags

BLOCK_TAG = re.compile(r"(?=<(?:p|ul|ol|li|h2|h3|br)\b)")


def without_tags(html: str) -> str:
    """The text of ``html``, entities as they are, with a space where a block begins.

    Inline tags leave none, so that a full stop after a bold word is no word of its own.
    """
    return strip_tags(BLOCK_TAG.sub(" ", html))
