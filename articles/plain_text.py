"""HTML → its text. Pure: strings in and out.

What comes here was sanitised when it was saved: tags are whole and nested as they should be. They
are told apart by an expression and not by a parser, because all between them has to stay as it is,
to the letter. It takes one look at each character, whatever it is given.
"""

import re

# As for a browser, a tag or a quoted value that never ends takes all that follows.
TAG = re.compile(r"""(<(?:[^"'>]++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+(?:>|\Z))""")
BLOCK_TAG = re.compile(r"(?=<(?:p|ul|ol|li|h2|h3|br)\b)")


def without_tags(html: str) -> str:
    """The text of ``html``, entities as they are, with a space where a block begins.

    Inline tags leave none, so that a full stop after a bold word is no word of its own.
    """
    return TAG.sub("", BLOCK_TAG.sub(" ", html))
