"""Pages that the worker renders before somebody asks for them."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from booking import worker
from kinekracht.web.ahead import RENEWED_EVERY, Ahead, public_paths
from tests.factories import ArticleFactory, CategoryFactory, QuestionnaireFactory, TreatmentFactory
from tests.kinekracht.page_cache.situation import HIT, NOON, PATH, STORED, failing, pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ahead():
    return Ahead()


def look(ahead):
    """A round of the worker."""
    ahead(lambda: False)


def test_whoever_reads_first_after_a_round_finds_the_page(article, here, ahead):
    test, treatment = QuestionnaireFactory(), TreatmentFactory()
    look(ahead)
    for path in (PATH, "/", "/artikels/", *(each.get_absolute_url() for each in (test, treatment))):
        assert here.state(path) == HIT


def test_so_do_they_in_a_round_of_the_worker(article, here):
    worker.run(worker.Stop(), once=True)
    assert here.state(PATH) == HIT


def test_what_staff_publish_is_there_after_the_next_round(article, here, ahead, publish):
    look(ahead)
    article.title = "Nieuwe titel"
    publish(article.save)
    look(ahead)
    answer = here.get(PATH)
    assert answer["Cache-Status"] == HIT
    assert "Nieuwe titel" in answer.content.decode()


def test_so_is_what_becomes_due(article, here, ahead, time_machine):
    at = timezone.now() + dt.timedelta(seconds=70)
    ArticleFactory(slug="nieuw", title="Nieuw artikel", published_at=at)
    look(ahead)
    time_machine.shift(69)
    look(ahead)
    assert here.get("/artikels/nieuw/").status_code == 404
    time_machine.shift(1)
    look(ahead)
    assert here.state("/artikels/nieuw/") == HIT
    answer = here.get("/artikels/")
    assert answer["Cache-Status"] == HIT
    assert "Nieuw artikel" in answer.content.decode()


def test_no_page_ages_while_the_worker_works(article, here, there, ahead, time_machine):
    for _ in range(20):
        look(ahead)
        assert here.state(PATH) == HIT
        assert there.state("/contact/") == HIT
        time_machine.shift(47)


def test_it_renders_no_more_often_than_it_must(
    article, here, ahead, time_machine, django_assert_num_queries
):
    look(ahead)
    time_machine.shift(RENEWED_EVERY - 1)
    with django_assert_num_queries(0):
        look(ahead)
    Article.objects.update(title="Nieuwe titel")  # of which no signal tells
    time_machine.shift(1)
    look(ahead)
    assert "Nieuwe titel" in here.get(PATH).content.decode()


def test_readers_have_the_page_of_before_while_it_is_rendered_anew(article, here, ahead):
    look(ahead)
    seen = []

    def read_as_well(execute, *arguments):
        result = execute(*arguments)
        seen.append(here.state(PATH))
        return result

    with connection.execute_wrapper(read_as_well):
        ahead.ask(PATH, renew=True)
    assert set(seen) == {HIT}


def test_nobody_can_ask_for_a_page_to_be_rendered_anew(article, here, ahead):
    look(ahead)
    for headers in (
        {"kinekracht.renew": "1"},
        {"cache-control": "no-cache"},
        {"pragma": "no-cache"},
    ):
        assert here.state(PATH, headers=headers) == HIT


def test_it_gives_up_when_the_worker_has_to_stop(article, folder, ahead):
    ahead(lambda: True)
    assert pages(folder) == 1  # the site map
    look(ahead)
    assert pages(folder) > 5


def test_it_gives_up_when_the_database_fails_and_begins_again(article, here, ahead, caplog):
    with failing():
        look(ahead)
    assert len(caplog.messages) == 1
    look(ahead)
    assert here.state(PATH) == HIT


def test_without_a_cache_it_renders_nothing(article, settings, ahead, django_assert_num_queries):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    with django_assert_num_queries(0):
        look(ahead)


def test_what_is_searched_for_and_further_pages_of_a_list_are_left_to_readers(article, here, ahead):
    ArticleFactory.create_batch(10)
    look(ahead)
    assert here.state("/artikels/?pagina=2") == STORED
    assert here.state("/artikels/?q=bekkenbodem") == ""


def test_only_pages_that_are_kept_are_rendered(article, here):
    TreatmentFactory(slug="bekken")
    CategoryFactory(slug="plank")
    paths = list(public_paths(here.get(reverse("sitemap")).content))
    assert {PATH, "/", "/artikels/categorie/plank/", "/behandelingen/bekken/"} <= set(paths)
    assert not any(path.startswith("/afspraak/") for path in paths)
