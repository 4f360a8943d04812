"""What a first view weighs on the wire, as a browser that takes br would fetch it."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import html5lib

from bench.answers import Wrong, decoded, fetch
from bench.report import Findings, table
from tests.running_site import Address, Answer

KINDS = {"html": "page", "css": "style sheets", "woff2": "fonts", "js": "scripts"}
ACCEPTS = "gzip, deflate, br"
URL = re.compile(r"""url\(["']?([^"')]+)""")


def measure(address: Address, path: str) -> Findings:
    """The page, and what it makes a browser fetch before it is drawn; pictures apart."""
    answers = {path: fetch(address, path, ACCEPTS)}
    text = decoded(answers[path]).decode()
    for file in linked(text, path):
        answers[file] = fetch(address, file, ACCEPTS)
        if file.endswith(".css"):
            for font in URL.findall(decoded(answers[file]).decode()):
                name = urlsplit(urljoin(file, font)).path
                if name.endswith(".woff2"):
                    answers[name] = fetch(address, name, ACCEPTS)
    bodies = dict.fromkeys(KINDS.values(), 0.0)
    heads = 0.0
    for name, answer in answers.items():
        kind = "html" if name == path else name.rpartition(".")[2]
        if kind not in KINDS:
            raise Wrong(f"{name} is of no known kind")
        bodies[KINDS[kind]] += len(answer.body) / 1000
        heads += head_of(answer) / 1000
    total = sum(bodies.values()) + heads
    rows = [[name, f"{weight:.1f} kB"] for name, weight in bodies.items()]
    rows += [["heads of the answers", f"{heads:.1f} kB"], ["together", f"**{total:.1f} kB**"]]
    values = {
        "first view of the article, no pictures": total,
        "style sheets": bodies["style sheets"],
        "scripts": bodies["scripts"],
    }
    title = f"first view of `{path}`, {len(answers)} requests"
    return Findings(values, [table([title, "on the wire"], rows)])


def linked(text: str, path: str) -> Iterator[str]:
    """The style sheets, preloaded files and scripts of a page of this site."""
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    found = set()
    for link in tree.iter("link"):
        if link.get("rel") in {"stylesheet", "preload", "modulepreload"}:
            found.add((link.get("href"), link.get("media")))
    found |= {(script.get("src"), None) for script in tree.iter("script") if script.get("src")}
    for name, _ in sorted(found, key=str):
        yield urlsplit(urljoin(path, name)).path


def head_of(answer: Answer) -> int:
    """How long the head of an answer is, over HTTP/1.1."""
    return len(b"HTTP/1.1 200 OK\r\n\r\n") + sum(
        len(f"{name}: {value}\r\n") for name, value in answer.headers.items()
    )
