import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.blocks import Quote
from articles.indexing import index_article
from articles.search import normalise, search
from tests.factories import ArticleFactory, DraftFactory, faq, symptom, text

pytestmark = pytest.mark.django_db


def titles(query):
    return [article.title for article in search(query)]


@pytest.mark.parametrize("query", ["ontspannén", "ONTSPANNEN", "ontspannen ", "  Ontspannen"])
def test_accents_capitals_and_spaces_are_ignored(query):
    ArticleFactory(title="Adem", blocks=[text("<p>Leer je spieren te ontspannen.</p>")])
    assert titles(query) == ["Adem"]


def test_accents_in_the_text_are_ignored_too():
    ArticleFactory(title="Coördinatie van je bekkenbodem")
    assert titles("coordinatie") == ["Coördinatie van je bekkenbodem"]


def test_every_kind_of_block_is_searched_and_its_citations_are_not():
    ArticleFactory(
        title="Alles", blocks=[symptom("Nycturie"), faq("Hoelang duurt het?", "<p>Weken.</p>")]
    )
    assert titles("nycturie") == titles("hoelang weken") == ["Alles"]
    assert titles("symptoom") == []


def test_every_word_must_occur():
    ArticleFactory(title="Rugpijn")
    assert titles("rugpijn bevalling") == []


def test_the_title_weighs_more_than_the_lead_and_the_lead_more_than_the_body():
    ArticleFactory(title="In de tekst", blocks=[text("<p>hoesten, hoesten en hoesten</p>")])
    ArticleFactory(title="In de inleiding", lead="Als je moet hoesten.")
    ArticleFactory(title="Hoesten en je bekkenbodem")
    assert titles("hoesten") == ["Hoesten en je bekkenbodem", "In de inleiding", "In de tekst"]


def test_more_occurrences_weigh_more():
    ArticleFactory(title="Eén keer", blocks=[text("<p>tillen</p>")])
    ArticleFactory(title="Drie keer", blocks=[text("<p>tillen, tillen, tillen</p>")])
    assert titles("tillen") == ["Drie keer", "Eén keer"]


def test_drafts_are_not_found():
    DraftFactory(title="Nog geheim")
    assert titles("geheim") == []


@pytest.mark.parametrize("query", ["", "   ", "\u0301"])
def test_nothing_asked_finds_nothing(query):
    ArticleFactory()
    assert titles(query) == []


@pytest.mark.parametrize("query", ["100%", "'; drop table", "[@Mou]", "<b>x"])
def test_signs_are_looked_for_as_they_are(query):
    ArticleFactory(title="Gewoon")
    assert titles(query) == []


def test_html_is_not_part_of_the_words():
    ArticleFactory(title="x", blocks=[text("<p>een</p><p>twee &amp; drie</p>")])
    assert titles("strong") == []
    assert titles("eentwee") == []
    assert titles("twee & drie") == ["x"]


def test_changed_words_are_found_after_indexing():
    article = ArticleFactory(title="Oud")
    article.title = "Nieuw"
    article.save()
    index_article(article)
    assert titles("oud") == []
    assert titles("nieuw") == ["Nieuw"]


@pytest.mark.parametrize(
    "query", ["bekkenbodem?", '"zwakke bekkenbodem"', "pagina's", "zwakke-bekkenbodem", "bodem,"]
)
def test_punctuation_is_ignored(query):
    ArticleFactory(title="Zwakke bekkenbodem: alle pagina’s")
    assert titles(query) == ["Zwakke bekkenbodem: alle pagina’s"]


@pytest.mark.parametrize("query", ["_", "%", "\\", "?!", "&"])
def test_a_query_of_signs_alone_finds_nothing(query):
    ArticleFactory(title="Gewoon")
    assert titles(query) == []


def test_who_is_quoted_is_found():
    ArticleFactory(title="x", blocks=[Quote(text="Ja.", person="Lore", role="Kinesist")])
    assert titles("lore kinesist") == ["x"]


@given(st.text())
def test_normalising_twice_changes_nothing(words):
    assert normalise(normalise(words)) == normalise(words)
