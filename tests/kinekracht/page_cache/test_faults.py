"""Pages that are kept, while the database or the cache fails."""

import datetime as dt
import shutil

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from articles.models import Article
from kinekracht import content_version, shared_cache
from kinekracht.file_cache import FileCache
from kinekracht.page_cache import PageCache
from tests.kinekracht.disk import no_room
from tests.kinekracht.page_cache.situation import (
    HIT,
    NOON,
    OUTAGE,
    PATH,
    STORED,
    Process,
    failing,
    version_cannot_go,
)

pytestmark = pytest.mark.django_db


def test_a_kept_page_is_shown_while_the_database_fails(article, here, there):
    here.get(PATH)
    with failing():
        for process in (here, there):
            assert process.state(PATH) == HIT
            assert process.head(PATH).status_code == 200
        assert here.get("/over-ons/").status_code == 503  # nobody had read it
        assert here.get("/artikels/?pagina=1").status_code == 503


def test_so_is_an_aged_one_but_browsers_do_not_keep_that(article, here, there, time_machine):
    time_machine.move_to(NOON, tick=False)
    text = here.get(PATH).content
    time_machine.shift(dt.timedelta(days=6))
    with failing():
        answer = here.get(PATH)
        assert (answer.status_code, answer.content) == (200, text)
        assert (answer["Cache-Control"], answer["Cache-Status"]) == ("no-store", OUTAGE)
        there.cookies["sessionid"] = "x"
        for process in (there, here):  # while nobody tries the database
            answer = process.get(PATH)
            assert (answer.content, answer["Cache-Control"]) == (text, "no-store")
    time_machine.shift(dt.timedelta(seconds=6))
    assert here.state(PATH) == STORED


def test_in_an_outage_the_database_is_tried_once_in_a_while(
    article, here, there, time_machine, django_assert_num_queries, caplog
):
    time_machine.move_to(NOON, tick=False)
    here.get(PATH)
    time_machine.shift(301)
    with failing():
        assert here.state(PATH) == OUTAGE
        assert caplog.messages == ["OperationalError at artikels/<slug:slug>/"]
        for process in (here, there):
            assert process.get(PATH).status_code == 200  # without asking it
        assert len(caplog.messages) == 1


@pytest.mark.parametrize("kind", ["cookie", "etag", "head"])
def test_so_it_is_by_those_who_come_back(article, here, there, time_machine, caplog, kind):
    time_machine.move_to(NOON, tick=False)
    etag = here.get(PATH)["ETag"]
    time_machine.shift(301)
    headers = {"if-none-match": etag} if kind == "etag" else {}
    if kind == "cookie":
        here.cookies["csrftoken"] = there.cookies["csrftoken"] = "x"
    with failing():
        for process in (here, there, here):
            ask = process.head if kind == "head" else process.get
            assert ask(PATH, headers=headers).status_code in {200, 304}
    assert len(caplog.messages) == 1


def turn_of():
    """The name of the turn to render the article."""
    request = RequestFactory().get(PATH)
    return PageCache(lambda _: None).key_of(request) + "-turn"


def test_a_turn_that_was_lost_costs_the_next_reader_and_no_other(article, here, there):
    cache.add(turn_of(), 1, 30)
    assert here.state(PATH) == STORED
    for process in (there, here):
        assert process.state(PATH) == HIT


def test_a_turn_is_given_back_also_where_there_is_no_room_for_the_page(article, here, there):
    with no_room(beyond=100):  # enough for a turn
        assert here.state(PATH) == STORED
        assert not cache.has_key(turn_of())
        assert here.state(PATH) == HIT  # in memory
    assert there.state(PATH) == STORED


def test_what_can_only_be_read_is_read(article, here, there):
    here.get(PATH)
    with no_room():
        assert there.get("/artikels/bestaat-niet/").status_code == 404
        with failing():
            assert there.state(PATH) == HIT


def test_a_change_that_could_not_be_said_is_said_later(article, here, publish, monkeypatch):
    here.get(PATH)
    article.status = Article.Status.DRAFT
    with version_cannot_go():
        publish(article.save)
    monkeypatch.setattr(content_version.Publishing.cache, "rests_until", 0)
    assert here.get(PATH).status_code == 404


class Meanwhile(FileCache):
    """While a change is said, another thread has one that it can't say."""

    def delete(self, *arguments, **options):
        content_version.Publishing.is_due = True
        return super().delete(*arguments, **options)


def test_what_another_thread_could_not_say_is_not_taken_for_said(article, publish, settings):
    settings.CACHES["default"]["BACKEND"] = f"{__name__}.Meanwhile"
    publish(article.save)
    assert content_version.Publishing.is_due


def test_a_page_that_somebody_found_gone_does_not_come_back(article, here, time_machine):
    time_machine.move_to(NOON, tick=False)
    here.get(PATH)
    Article.objects.update(status=Article.Status.DRAFT)  # past the signals
    time_machine.shift(301)
    assert here.get(PATH).status_code == 404
    with failing():
        assert here.get(PATH).status_code == 503


def test_that_somebody_was_refused_does_not_say_that_a_page_is_gone(article, here):
    here.get(PATH)
    assert here.post(PATH).status_code == 405
    assert here.state(PATH) == HIT


def test_a_page_that_moved_is_not_kept_at_its_old_address(article, here, publish):
    here.get(PATH)
    article.slug = "nieuw"
    publish(article.save)
    assert here.get(PATH).status_code == 301
    with failing():
        assert here.get(PATH).status_code == 503


def test_a_file_that_is_damaged_is_no_page(article, here, folder):
    here.get(PATH)
    cache.add(turn_of(), 1, 30)
    for file in folder.glob("*.djcache"):
        file.write_bytes(file.read_bytes()[:20] + b"kapot")
    assert Process().state(PATH) == STORED
    assert Process().state(PATH) == HIT


def test_without_a_cache_pages_are_rendered_and_published(article, folder, publish, caplog):
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("a file where the folder should be")
    process = Process()
    assert process.state(PATH) == ""
    article.title = "Nieuwe titel"
    publish(article.save)
    assert "Nieuwe titel" in process.get(PATH).content.decode()
    assert process.get("/bestaat-niet/").status_code == 404
    said = {message.partition(": ")[2] for message in caplog.messages}
    assert said == {"pages are not kept", "pages may stay as they were for minutes"}


def test_a_cache_that_comes_back_is_used_again(article, folder, here, monkeypatch):
    folder.write_text("a file where the folder should be")
    here.get(PATH)
    folder.unlink()
    assert here.state(PATH) == ""  # it is left alone for a while
    monkeypatch.setattr(shared_cache.time, "monotonic", lambda: float("inf"))
    assert here.state(PATH) == STORED
