"""Every regular expression of ours, as it stands in the source, and what could make it slow.

Run as ``python -m tests.expressions``, it reads expressions as JSON and tries each on all of that.
The kernel ends it where one text takes seconds of a processor; what it said last is the expression.
Python itself can't look up from one. One that looks at each character so many times takes some
milliseconds for a text, however busy the machine is; one that goes with the square, half a minute.
"""

import ast
import itertools
import json
import re
import resource
import sys
import time
from dataclasses import dataclass

from tests.running_site import ROOT

APPS = ("kinekracht", "articles", "booking", "selftest")
OF_RE = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}
IN_DJANGO = {"RegexValidator", "re_path", "RegexField"}
IN_SCRIPTS = re.compile(r"(?:\(|=\s*)/([^/*\s][^/\n]*)/[dgimsuvy]*[,;).]")

LENGTH = 150_000  # characters
SECONDS = 2  # for one text
PIECES = [" ", "\n", "a", "1", "-", "<a", '<a href="', "<h2>", "<p>", "[@", '"', "'", ">"]


@dataclass(frozen=True)
class Expression:
    place: str
    pattern: str
    flags: int = 0


def in_python(path):
    """The expressions in a module; an error where one isn't written out in its place."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "re":
            raise AssertionError(f"{path} imports from re: write re.compile, so that it is found")
        if isinstance(node, ast.ClassDef):  # a converter of Django's
            yield from converted(node, path)
        if isinstance(node, ast.Call) and takes_pattern(node.func):
            place = f"{path}:{node.lineno}"
            given = [*node.args, *(k.value for k in node.keywords if k.arg == "regex")][0]
            assert isinstance(given, ast.Constant), f"{place}: no literal"
            yield Expression(place, as_text(given.value), flags_of(node))


def as_text(pattern):
    """An expression for bytes as the same for text: each byte is a letter."""
    return pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern


def takes_pattern(called):
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return called.value.id == "re" and called.attr in OF_RE
    return isinstance(called, ast.Name) and called.id in IN_DJANGO


def converted(node, path):
    for line in node.body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "regex":
            yield Expression(f"{path}:{line.lineno}", line.value.value)


def flags_of(call):
    if ast.unparse(call.func) != "re.compile" or len(call.args) < 2:
        return 0
    names = re.findall(r"re\.(\w+)", ast.unparse(call.args[1]))
    return int(sum(getattr(re, name) for name in names))


def in_javascript(path):
    for found in IN_SCRIPTS.finditer(path.read_text()):
        yield Expression(str(path), found[1])


def all_expressions():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:  # what they name stands in the models
                yield from in_python(path)
    for path in sorted((ROOT / "static").rglob("*.js")):
        yield from in_javascript(path)


def nasty_texts(pattern):
    """Long texts: our pieces and what the pattern begins with, alone and in pairs."""
    pieces = list(dict.fromkeys([*PIECES, *re.findall(r"[\w@<>\"'/=-]+", pattern)[:1]]))
    for first, piece in itertools.product(["", *pieces], pieces):
        yield (first + piece) * (LENGTH // len(first + piece)) + "\0"
        yield first + piece * (LENGTH // len(piece)) + "\0"


def main():
    for pattern, flags in json.load(sys.stdin):
        print(pattern, flush=True)
        expression = re.compile(pattern, flags)
        for text in nasty_texts(pattern):
            end_after(SECONDS)
            expression.sub("", text)  # which looks from everywhere


def end_after(seconds):
    """Let the kernel end this process once it has worked for so long from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, most))


if __name__ == "__main__":
    main()
