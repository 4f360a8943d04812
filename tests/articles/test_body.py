import pytest
from django.utils.safestring import SafeString

from articles.blocks import BLOCKS, CallToAction, Case, Figure, Quote, Summary, WhenToCall
from articles.body import blocks_of, compose
from articles.models import Reference
from tests.factories import ArticleFactory, ReferenceFactory, faq, symptom, text

pytestmark = pytest.mark.django_db


def test_blocks_of_all_kinds_stand_in_the_editors_order():
    article = ArticleFactory(
        blocks=[
            faq("Eerst?"),
            text("<p>Dan.</p>"),
            symptom("Daarna"),
            Summary(text="<p>Tot slot.</p>"),
        ]
    )
    assert [type(block).__name__ for block in compose(article).blocks] == [
        "FaqItem",
        "RichText",
        "Symptom",
        "Summary",
    ]


def test_a_block_of_each_kind_comes_as_it_was_stored():
    article = ArticleFactory(
        blocks=[
            text("<p>“Één” & twee 😀</p>"),
            symptom("Naam"),
            Summary(text="<p>Kort.</p>"),
            Figure(picture="pictures/0123456789abcdef0123-600x400.webp", alt="Wat je ziet"),
            Quote(text="Vrij", person="Lore", in_substance=True),
            Quote(text="Letterlijk", person="Lore"),
            Case(title="Iemand", text="<p>Verhaal.</p>"),
            WhenToCall(situations="een\ntwee"),
            faq("Vraag?"),
            CallToAction(action="contact", title="Bel"),
        ]
    )
    found = blocks_of(article)
    assert {type(block) for block in found} == set(BLOCKS)
    for block in found:
        [stored] = type(block).objects.filter(pk=block.pk)
        for field in block._meta.concrete_fields:
            assert getattr(block, field.attname) == getattr(stored, field.attname)


def test_symptoms_are_numbered_by_position_whatever_stands_between():
    article = ArticleFactory(
        blocks=[symptom("Een"), text("<h2>Even tussendoor</h2>"), symptom("Twee")]
    )
    body = compose(article)
    assert [block.number for block in body.blocks if hasattr(block, "number")] == [1, 2]
    assert body.contents[1].children[0].anchor == "symptoom-2"


def test_sources_are_listed_in_order_of_citation_across_blocks():
    ReferenceFactory(key="Mou")
    ReferenceFactory(key="Hagen")
    article = ArticleFactory(
        blocks=[
            text("<p>a [@Hagen]</p>"),
            symptom("b", definition="c [@mou].", text="<p>[@Hagen]</p>"),
        ]
    )
    sources = compose(article).sources
    assert [(source.number, source.reference.key) for source in sources] == [
        (1, "Hagen"),
        (2, "Mou"),
    ]
    assert sources[0].places == ["bron-1-1", "bron-1-2"]


def test_plain_text_is_escaped_and_still_cites():
    ReferenceFactory(key="Mou")
    article = ArticleFactory(
        blocks=[Quote(text="<script>alert(1)</script> [@Mou]", person="Iemand")]
    )
    html = compose(article).blocks[0].html["text"]
    assert isinstance(html, SafeString)
    assert "&lt;script&gt;" in html
    assert 'href="#bron-1"' in html


def test_rich_text_written_by_any_road_is_sanitised():
    hostile = (
        '<p onclick="x()">a<script>alert(1)</script><img src=x onerror=x()>'
        '<a href="javascript:x()">b</a><a href="https://kkk.be" style="color:red">c</a></p>'
        "<iframe src=//x></iframe><style>p{}</style>"
    )
    article = ArticleFactory(blocks=[text(hostile)])
    html = compose(article).blocks[0].html["text"]
    for forbidden in ("script", "onclick", "onerror", "<img", "iframe", "style", "javascript"):
        assert forbidden not in html
    assert '<a href="https://kkk.be"' in html


def test_situations_are_one_to_a_line():
    article = ArticleFactory(
        blocks=[WhenToCall(situations="je urine verliest\n\nhet niet <beter> wordt\n")]
    )
    assert compose(article).blocks[0].lines == [
        "je urine verliest",
        "het niet &lt;beter&gt; wordt",
    ]


def test_an_article_without_blocks_is_empty_not_broken():
    body = compose(ArticleFactory())
    assert (body.blocks, body.contents, body.sources) == ([], [], [])


@pytest.mark.parametrize("many", [1, 3])
def test_the_body_costs_the_same_queries_with_few_and_many_blocks(django_assert_num_queries, many):
    for n in range(many):
        ReferenceFactory(key=f"R{n}")
    article = ArticleFactory(
        blocks=[
            block
            for n in range(many)
            for block in (
                text(f"<p>x [@R{n}]</p>"),
                symptom("x"),
                faq("x?"),
                CallToAction(action="contact", title="x"),
            )
        ]
    )
    with django_assert_num_queries(2):  # the blocks of all kinds, and the sources
        assert len(compose(article).sources) == many
    assert Reference.objects.count() == many


def test_what_was_composed_before_does_not_outlive_a_change():
    reference = ReferenceFactory(key="Mou", year=2020)
    article = ArticleFactory(blocks=[text("<p>Oud [@Mou]</p>")])
    before = compose(article)
    assert compose(article) is before
    block = before.blocks[0]
    type(block).objects.filter(pk=block.pk).update(text="<p>Nieuw [@Mou]</p>")
    assert "Nieuw" in compose(article).blocks[0].html["text"]
    Reference.objects.filter(pk=reference.pk).update(year=2021)
    assert compose(article).sources[0].reference.year == 2021


def test_two_articles_with_the_same_words_are_two_bodies():
    first, second = (ArticleFactory(blocks=[text("<p>Zelfde</p>")]) for _ in range(2))
    assert compose(first).blocks[0].pk != compose(second).blocks[0].pk
