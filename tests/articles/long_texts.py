"""What is done with an editor's text, with texts that cost more than they are long.

Run by test_long_texts; the kernel ends it where one takes seconds of a processor.
"""

import os

import django

from tests.expressions import end_after

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from articles import headings, history, plain_text, references, search  # noqa: E402

LENGTH = 200_000  # characters
SECONDS = 5  # for one text; each takes less than half a second
KNOWN = [f"auteur{n}" for n in range(300)]
UNITS = [
    "a ",
    " ",
    "<",
    "[@",
    "[@a]",
    "[@auteur1] ",
    "[@a;b;auteur1] ",
    "<b>[@</b>",
    "<p>tekst [@auteuur]</p>",
    "<h2>a</h2>",
    "<h2>a</h2><h2>a-2</h2>",
    '<a href="https://x.be">x</a>',
    "<ul><li>",
    "&amp;",
    "a\u0300\u0323",
    "\u0300\u0323",
]


def link(html):
    return references.Citations.of([html], known=KNOWN).link(html)


def compare_repeats(text):
    words = text.split()[:10_000]
    return history.marked(
        " ".join(part for word in words for part in (word, "x")),
        " ".join(part for word in words for part in (word, "y")),
    )


USES = [
    references.keys_in,
    link,
    lambda html: references.citation_errors(html, known=KNOWN),
    lambda html: headings.Outline().anchor_headings(html),
    plain_text.without_tags,
    search.normalise,
    history.spelled_out,
    compare_repeats,
]


def main():
    for n, use in enumerate(USES):
        for unit in UNITS:
            print(n, unit, flush=True)
            end_after(SECONDS)
            use(unit * (LENGTH // len(unit)))


if __name__ == "__main__":
    main()
