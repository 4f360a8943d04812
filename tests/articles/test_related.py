import datetime as dt

import pytest
from django.utils import timezone

from articles.related import neighbours, related_to
from tests.factories import ArticleFactory, CategoryFactory, DraftFactory, TreatmentFactory

pytestmark = pytest.mark.django_db


def test_neighbours_are_the_published_articles_before_and_after():
    first, second, third = ArticleFactory(), ArticleFactory(), ArticleFactory()
    DraftFactory()
    ArticleFactory(published_at=timezone.now() + dt.timedelta(days=1))
    assert neighbours(second) == (first, third)
    assert neighbours(first) == (None, second)
    assert neighbours(third) == (second, None)


def test_articles_of_the_same_moment_are_neighbours_too():
    at = timezone.now() - dt.timedelta(days=1)
    first, second = ArticleFactory(published_at=at), ArticleFactory(published_at=at)
    assert neighbours(first) == (None, second)
    assert neighbours(second) == (first, None)


def test_a_draft_without_a_date_has_no_neighbours():
    ArticleFactory()
    assert neighbours(DraftFactory()) == (None, None)


def test_neighbours_cost_one_query(django_assert_num_queries):
    article = ArticleFactory()
    ArticleFactory.create_batch(3)
    with django_assert_num_queries(1):
        neighbours(article)


def test_the_same_treatment_comes_before_the_same_category():
    category, treatment = CategoryFactory(), TreatmentFactory()
    shown = ArticleFactory(category=category, treatment=treatment)
    by_treatment = ArticleFactory(treatment=treatment)
    by_category = ArticleFactory(category=category)
    ArticleFactory()
    assert list(related_to(shown)) == [by_treatment, by_category]


def test_no_treatment_is_not_a_treatment_in_common():
    shown = ArticleFactory()
    ArticleFactory()
    assert list(related_to(shown)) == []


def test_at_most_three_and_never_a_draft():
    category = CategoryFactory()
    shown = ArticleFactory(category=category)
    ArticleFactory.create_batch(4, category=category)
    DraftFactory(category=category)
    assert len(related_to(shown)) == 3
