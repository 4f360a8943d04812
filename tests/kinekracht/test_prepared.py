import datetime as dt
import threading

import pytest
from django.db import connection

from articles.models import Article
from kinekracht.models import DemoContent, Treatment
from kinekracht.prepared import Prepared, given
from tests.factories import ArticleFactory, PractitionerFactory, TreatmentFactory

pytestmark = pytest.mark.django_db

MOMENT = dt.datetime(2026, 12, 1, 8, 30, 0, 7, tzinfo=dt.UTC)


@pytest.fixture
def by_slug():
    return Prepared(Treatment.objects.filter(slug=given("slug"), bookable=True))


def test_it_finds_what_there_is_now(by_slug):
    assert by_slug.find(slug="rug") == []
    treatment = TreatmentFactory(slug="rug")
    assert by_slug.find(slug="rug") == [treatment]
    assert by_slug.find(slug="nek") == []
    Treatment.objects.update(bookable=False)
    assert by_slug.find(slug="rug") == []


def test_what_is_found_is_whole(by_slug):
    treatment = TreatmentFactory(slug="rug")
    [found] = by_slug.find(slug="rug")
    for field in Treatment._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(treatment, field.attname)
    found.name = "Anders"
    found.save()
    assert by_slug.find(slug="rug")[0].name == "Anders"


def test_related_objects_come_along_in_one_query(django_assert_num_queries):
    article = ArticleFactory(author=PractitionerFactory(), blocks=[])
    found = Prepared(Article.objects.select_related("author", "treatment").filter(pk=given("pk")))
    with django_assert_num_queries(1):
        [same] = found.find(pk=article.pk)
        assert (same.author, same.treatment) == (article.author, None)
        assert same.published_at == article.published_at


def test_a_name_that_is_not_given_is_a_mistake(by_slug):
    with pytest.raises(KeyError):
        by_slug.find(pk=1)


def test_what_is_given_is_never_read_as_sql():
    by_slug = Prepared(Treatment.objects.filter(slug=given("slug")).values_list("slug"))
    TreatmentFactory(slug="rug")
    for words in ("' OR 1=1 --", "%s", "100%", "slug"):
        assert by_slug.find(slug=words) == []
    assert by_slug.find(slug="rug") == [("rug",)]


def test_a_constant_is_no_name():
    """Even one that is written as one of the names."""
    found = Prepared(Treatment.objects.filter(slug="slug", name=given("slug")))
    treatment = TreatmentFactory(slug="slug", name="Rug")
    assert found.find(slug="Rug") == [treatment]


def test_moments_go_in_and_come_out_in_utc():
    DemoContent.objects.create(key="x")
    DemoContent.objects.update(loaded_at=MOMENT)
    since = Prepared(
        DemoContent.objects.filter(loaded_at__gte=given("begin")).values_list("loaded_at")
    )
    assert since.find(begin=MOMENT) == [(MOMENT,)]
    assert [at.replace(tzinfo=dt.UTC) for (at,) in since.rows(begin=MOMENT)] == [MOMENT]
    assert since.find(begin=MOMENT + dt.timedelta(microseconds=1)) == []


@pytest.mark.django_db(transaction=True)
def test_threads_each_ask_with_their_own_connection(by_slug):
    TreatmentFactory.create_batch(2, name="Rug")
    found = {}

    def ask(slug):
        try:
            found[slug] = [treatment.slug for treatment in by_slug.find(slug=slug)]
        finally:
            connection.close()

    slugs = [treatment.slug for treatment in Treatment.objects.all()]
    threads = [threading.Thread(target=ask, args=[slug]) for slug in slugs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {slug: [slug] for slug in slugs}
