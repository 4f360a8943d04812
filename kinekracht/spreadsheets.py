"""Tables for a spreadsheet program, in which no cell is taken for a formula."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.http import content_disposition_header

FORMULA = frozenset("=+-@")
# A program that is told another separator than ours starts cells elsewhere.
CELL_START = re.compile(r"(?:^|[,;\t|])[\s\"']*")
UNSEEN = {"Cc", "Cf", "Zl", "Zp"}  # Unicode's categories of what is no character to read
BYTE_ORDER_MARK = "\ufeff"  # or Excel takes it for something else than UTF-8


def csv_response(
    name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponse:
    """A file ``name`` with a row of headings and the ``rows``, which no cache may keep.

    The separator is the semicolon, which Excel expects in Belgium.
    """
    response = HttpResponse(
        BYTE_ORDER_MARK,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": content_disposition_header(True, name),
            "Cache-Control": "no-store",
        },
    )
    writer = csv.writer(response, delimiter=";", quoting=csv.QUOTE_ALL)
    for row in (header, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return response


def harmless(cell: object) -> str:
    """``cell`` as text on one line; an apostrophe stands before what could start a formula."""
    if cell is None:
        return ""
    if isinstance(cell, (int, float)):  # a number below zero is none
        return str(cell)
    return CELL_START.sub(defuse, one_line(str(cell)))


def one_line(text: str) -> str:
    """``text`` without line breaks and what else can't be seen."""
    return "".join(" " if unicodedata.category(c) in UNSEEN else c for c in text)


def defuse(start: re.Match[str]) -> str:
    """The start of a cell, with an apostrophe behind it if a formula's sign follows.

    Full-width and small twins of these signs are such signs to some programs.
    """
    following = start.string[start.end() : start.end() + 1]
    is_formula = not FORMULA.isdisjoint(unicodedata.normalize("NFKC", following))
    return start[0] + "'" * is_formula
