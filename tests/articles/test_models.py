import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from articles.blocks import CallToAction, Figure
from articles.models import Article, Reference
from tests.factories import (
    ArticleFactory,
    CategoryFactory,
    DraftFactory,
    PractitionerFactory,
    ReferenceFactory,
    TreatmentFactory,
    picture_file,
    symptom,
    text,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


@time_machine.travel(NOW, tick=False)
def test_a_scheduled_article_appears_by_itself():
    article = ArticleFactory(published_at=NOW + dt.timedelta(hours=1))
    assert list(Article.objects.published()) == []
    assert list(Article.objects.scheduled()) == [article]
    assert article.is_scheduled
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        assert list(Article.objects.published()) == [article]
        assert list(Article.objects.scheduled()) == []
        assert article.is_public


def test_a_draft_with_a_date_in_the_past_stays_hidden():
    draft = ArticleFactory(status=Article.Status.DRAFT)
    assert list(Article.objects.published()) == []
    assert list(Article.objects.drafts()) == [draft]
    assert not draft.is_public


@time_machine.travel(NOW, tick=False)
def test_publishing_without_a_date_publishes_now():
    article = Article(title="x", slug="x", lead="x", category=CategoryFactory(), status="published")
    article.full_clean()
    assert article.published_at == NOW


def test_the_database_refuses_a_published_article_without_a_date():
    with pytest.raises(IntegrityError), transaction.atomic():
        ArticleFactory(published_at=None)


@pytest.mark.parametrize(
    ("reviewed_on", "due"),
    [(None, dt.date(2027, 2, 21)), (dt.date(2028, 2, 29), dt.date(2029, 2, 28))],
)
def test_the_next_review_is_due_after_a_year(reviewed_on, due):
    article = ArticleFactory(
        published_at=dt.datetime(2026, 2, 20, 23, 30, tzinfo=dt.UTC),  # the 21st in Brussels
        reviewed_on=reviewed_on,
    )
    article.clean()
    assert article.review_due_on == due


def test_a_review_date_that_was_chosen_is_kept():
    article = ArticleFactory(review_due_on=dt.date(2026, 6, 1))
    article.clean()
    assert article.review_due_on == dt.date(2026, 6, 1)


def test_articles_due_for_review_are_published_and_on_or_past_their_date():
    today = dt.date(2026, 3, 1)
    due = ArticleFactory(review_due_on=today)
    ArticleFactory(review_due_on=today + dt.timedelta(days=1))
    DraftFactory(review_due_on=today)
    assert list(Article.objects.due_for_review(today)) == [due]


@pytest.mark.parametrize("slug", ["feed", "categorie"])
def test_an_article_cannot_take_the_address_of_a_part_of_the_site(slug):
    with pytest.raises(ValidationError, match="al een deel van de site"):
        ArticleFactory(slug=slug).full_clean()


def test_a_hero_needs_a_description():
    article = ArticleFactory()
    article.hero.save("x.jpg", picture_file(), save=False)
    with pytest.raises(ValidationError, match="Beschrijf het beeld"):
        article.full_clean()


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (220, 1), (221, 2), (2640, 12)])
def test_reading_time_is_rounded_up_at_220_words_a_minute(words, minutes):
    assert Article(word_count=words).reading_minutes == minutes


def test_words_are_counted_in_lead_and_blocks_without_citations():
    ReferenceFactory(key="Mou")
    article = ArticleFactory(
        lead="Drie hele woorden.",
        blocks=[text("<p>Nog <em>twee</em> [@Mou].</p><p>Eén</p>"), symptom("Vier", "", "")],
    )
    article.refresh_from_db()
    assert article.word_count == 3 + 3 + 1


def test_a_cited_source_cannot_be_deleted():
    reference = ReferenceFactory(key="Mou")
    article = ArticleFactory(blocks=[text("<p>x [@mou]</p>")])
    with pytest.raises(models.ProtectedError):
        reference.delete()
    article.delete()
    reference.delete()
    assert not Reference.objects.exists()


def test_the_key_of_a_cited_source_stays():
    reference = ReferenceFactory(key="Mou")
    ArticleFactory(blocks=[text("<p>x [@Mou]</p>")])
    reference.key = "Mou2021"
    with pytest.raises(ValidationError, match="citeren deze bron"):
        reference.full_clean()
    reference.key = "MOU"  # only its capitals: every citation still finds it
    reference.full_clean()


def test_two_keys_that_differ_in_capitals_are_one():
    ReferenceFactory(key="Mou")
    with pytest.raises(ValidationError, match="al een bron met deze sleutel"):
        Reference(key="mou", authors="x").full_clean()


@pytest.mark.parametrize("key", ["a;b", "[a]", "@a", "a<b"])
def test_a_key_that_could_not_be_cited_is_refused(key):
    with pytest.raises(ValidationError, match="Gebruik geen haakjes"):
        Reference(key=key, authors="x").full_clean()


@pytest.mark.parametrize("doi", ["https://doi.org/10.1/x", "10.1/x", "doi:10.1000/x"])
def test_a_doi_is_bare(doi):
    with pytest.raises(ValidationError, match="Een DOI begint met 10"):
        Reference(key="x", authors="x", doi=doi).full_clean()


def test_an_unknown_citation_is_refused_with_its_words():
    ReferenceFactory(key="Wallace")
    block = symptom("Drang", text="<p>Training helpt [@Walace].</p>")
    block.parent, block.region = ArticleFactory(), "main"
    with pytest.raises(ValidationError) as refused:
        block.full_clean()
    assert refused.value.message_dict == {
        "text": [
            "De bron [@Walace] bestaat niet, bij “Training helpt [@Walace]”. Bedoel je [@Wallace]?"
        ]
    }


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_who_an_article_names_cannot_be_deleted(role):
    person = PractitionerFactory()
    ArticleFactory(**{role: person})
    with pytest.raises(models.ProtectedError):
        person.delete()


def test_the_treatment_of_an_article_cannot_be_deleted():
    treatment = TreatmentFactory()
    ArticleFactory(treatment=treatment)
    with pytest.raises(models.ProtectedError):
        treatment.delete()


@pytest.mark.parametrize("field", ["title", "lead", "seo_description"])
def test_a_citation_where_none_can_stand_is_refused(field):
    ReferenceFactory(key="Mou")
    article = ArticleFactory(**{field: "Zo is het [@Mou]"})
    with pytest.raises(ValidationError) as refused:
        article.full_clean()
    assert "kan geen bron staan" in refused.value.message_dict[field][0]


@pytest.mark.parametrize(
    "block",
    [
        CallToAction(action="contact", title="Bel [@Mou]"),
        Figure(picture="x", alt="Een beeld [@Mou]"),
    ],
)
def test_a_citation_in_a_block_that_cannot_show_it_is_refused(block):
    ReferenceFactory(key="Mou")
    block.parent, block.region = ArticleFactory(), "main"
    with pytest.raises(ValidationError, match="kan geen bron staan"):
        block.full_clean()


def test_reading_an_article_again_puts_the_next_review_off():
    article = ArticleFactory(review_due_on=dt.date(2026, 1, 1), reviewed_on=dt.date(2026, 3, 1))
    article.full_clean()
    assert article.review_due_on == dt.date(2027, 3, 1)


def test_two_keys_that_differ_in_an_accented_capital_are_one():
    ReferenceFactory(key="Ünal")
    with pytest.raises(ValidationError, match="al een bron met deze sleutel"):
        Reference(key="ünal", authors="x").full_clean()
