"""The first article against the facts it was written from."""

import re

import pytest
from django.core.management import call_command

from articles.blocks import CallToAction, FaqItem, Quote, Summary, Symptom
from articles.body import compose
from articles.indexing import words_of
from articles.models import Article

pytestmark = pytest.mark.django_db

FIGURES = {
    "Peinado-Molina": ["1.446", "55,8 %", "10,4 %", "14 %"],
    "Alouini": ["15", "2.441", "62 %"],
    "Mou": ["3", "11 %"],
    "Hagen": ["447"],
    "Mack": ["80", "548.000", "8 %", "9,1 %", "7,4 %", "60", "9,3 %"],
    "Ghaderi": ["2,01", "51"],
    "Dufour": ["85", "95,3 %", "66 %", "71 %"],
    "Kazeminia": ["19"],
    "Dumoulin": ["31"],
}


@pytest.fixture
def article():
    call_command("seed_demo")
    return Article.objects.select_related("author", "treatment", "category").get()


@pytest.fixture
def body(article):
    return compose(article)


def words(blocks):
    return words_of([text for block in blocks for text in block.texts.values()]).replace(
        "\xa0", " "
    )


def of_kind(body, kind):
    return [block for block in body.blocks if isinstance(block, kind)]


def test_it_says_who_wrote_it_when_and_where_it_belongs(article):
    assert article.author.name == "Lore Deforche"
    assert article.published_at.date().isoformat() == "2026-02-21"
    assert article.treatment.name == "Bekkenbodemkinesitherapie"
    assert article.category.name == "Bekkenbodem & Perinataal"
    assert article.reviewer is None


def test_it_is_twelve_minutes_of_reading(article):
    assert 2200 <= article.word_count <= 2800
    assert article.reading_minutes == 12


def test_it_has_all_its_parts_in_order(body):
    assert isinstance(body.blocks[0], Summary)
    assert len(of_kind(body, Symptom)) == 10
    assert len(of_kind(body, FaqItem)) == 6
    headings = [entry.anchor for entry in body.contents]
    assert len(headings) == 7
    assert len(body.contents[1].children) == 10
    assert [block.action for block in of_kind(body, CallToAction)] == ["self_test", "appointment"]


def test_every_source_is_cited_and_none_is_left_over(body):
    assert len(body.sources) == 14
    assert all(source.places for source in body.sources)


@pytest.mark.parametrize("key", FIGURES)
def test_every_figure_stands_in_the_paragraph_that_cites_its_source(article, body, key):
    del body
    texts = [text for block in compose(article).blocks for text in block.texts.values()]
    paragraphs = [p for text in texts for p in re.split(r"</?(?:p|li)>", text)]
    cited = " ".join(p for p in paragraphs if f"@{key}" in p).replace("\xa0", " ")
    cited = cited.replace("&nbsp;", " ")
    for figure in FIGURES[key]:
        assert re.search(rf"(?<![\d,.]){re.escape(figure)}(?![\d])", cited), figure


@pytest.mark.parametrize(
    "fact",
    ["36", "1,5 jaar", "8 sessies", "30 tot 45 minuten", "6 tot 12 sessies", "4 tot 6 weken",
     "6 tot 8 weken", "2 tot 3 maanden", "18 sessies", "60 sessies", "12 maanden", "8 keer"],
)  # fmt: skip
def test_every_other_figure_is_there(body, fact):
    assert fact in words(body.blocks).replace("meer dan 8 keer", "8 keer")


def test_nobody_is_quoted_who_did_not_say_it(body):
    (quote,) = of_kind(body, Quote)
    assert quote.in_substance
    assert "“" not in quote.text


def test_nobody_else_is_named(body):
    named = set(re.findall(r"\b(?:dokter|dr\.|prof\.|mevrouw|meneer) [A-Z]\w+", words(body.blocks)))
    assert named == set()
