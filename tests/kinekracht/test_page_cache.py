"""Pages that are kept. With real processes: tests/faults/test_kept_pages.py."""

import datetime as dt
import errno
import gzip
import shutil

import brotli
import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis.strategies import text

from articles.models import Article
from kinekracht import content_version, shared_cache
from kinekracht.file_cache import FileCache
from kinekracht.page_cache import PageCache, is_known
from kinekracht.pages import best_encoding, encoded
from kinekracht.release import release
from tests.access import make_world
from tests.factories import (
    ArticleFactory,
    CategoryFactory,
    DraftFactory,
    PracticeFactory,
    PractitionerFactory,
    QuestionFactory,
    QuestionnaireFactory,
    ReferenceFactory,
    TreatmentFactory,
)
from tests.urlconf import routes

pytestmark = pytest.mark.django_db

HIT, STORED = "KineKracht; hit", "KineKracht; fwd=miss; stored"
OUTAGE = "KineKracht; hit; detail=outage"
NOON = "2026-11-20T12:00:00+01:00"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """The cache, as it is live."""
    folder = tmp_path / "cache"
    backend = "kinekracht.file_cache.FileCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": folder}}
    return folder


@pytest.fixture(autouse=True)
def _nothing_missed(monkeypatch):
    monkeypatch.setattr(content_version.Publishing, "is_due", False)
    monkeypatch.setattr(content_version.Publishing.cache, "rests_until", 0)


@pytest.fixture
def article():
    PracticeFactory()
    return ArticleFactory(slug="titel", title="Zwakke bekkenbodem")


@pytest.fixture
def publish(django_capture_on_commit_callbacks):
    """Changes something as staff do: what waits for the commit is done."""

    def publish(change):
        with django_capture_on_commit_callbacks(execute=True):
            change()

    return publish


class Process(Client):
    """A process of its own, with its own memory."""

    def __init__(self):
        super().__init__(raise_request_exception=False)

    def state(self, path, **options):
        """What becomes of a request: Cache-Status, or nothing."""
        return self.get(path, **options).headers.get("Cache-Status", "")


@pytest.fixture
def here():
    return Process()


@pytest.fixture
def there():
    return Process()


def failing():
    """The database answers no query, for the length of a with block."""

    def fail(*_):
        raise OperationalError

    return connection.execute_wrapper(fail)


def pages(folder):
    """How many pages are kept: all there is but the content's version, and turns that are over."""
    return len(list(folder.glob("*.djcache"))) - 1


PATH = "/artikels/titel/"

# What is served


def test_a_page_is_rendered_once_for_all_processes(article, here, there, django_assert_num_queries):
    first = here.get(PATH)
    assert first["Cache-Status"] == STORED
    for process in (here, there, here):
        with django_assert_num_queries(0):
            again = process.get(PATH)
        assert again["Cache-Status"] == HIT
        assert again.content == first.content
        assert dict(again.headers) | {"Cache-Status": STORED} == dict(first.headers)


def test_it_is_the_page_that_is_rendered_without_a_cache(article, here, settings):
    here.get(PATH)
    kept = here.get(PATH)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    plain = Process().get(PATH)
    assert kept.content == plain.content
    del kept.headers["Cache-Status"]
    assert set(kept.headers.items()) == set(plain.headers.items())


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [
        ("gzip", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("identity", None, bytes),
    ],
)
def test_whoever_comes_first_each_gets_the_encoding_they_take(
    article, here, there, accepted, encoding, decode
):
    for browser in ("gzip", "br", ""):
        cache.clear()
        plain = here.get(PATH, headers={"accept-encoding": browser})
        assert plain["Cache-Status"] == STORED
        for process in (here, there):
            answer = process.get(PATH, headers={"accept-encoding": accepted})
            assert answer["Cache-Status"] == HIT
            assert answer.get("Content-Encoding") == encoding
            assert "<h1>Zwakke bekkenbodem</h1>" in decode(answer.content).decode()
            assert answer["Content-Length"] == str(len(answer.content))
            assert answer["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("br", "br"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0, br;q=0.000", ""),
        ("deflate, zstd, *", ""),
        ("gzip;q=", ""),
        ("brx, xgzip", ""),
        (" br ;q=0.1", "br"),
        ("gzip;q*=x''1", "gzip"),  # which Django's reader of such headers falls over
        ("gzip;q*=undefined''1, br", "br"),
    ],
)
def test_the_encoding_is_one_that_the_browser_names(accepted, encoding):
    assert best_encoding(accepted) == encoding


@given(text())
def test_whatever_a_browser_says_it_gets_an_answer(accepted):
    assert best_encoding(accepted) in {"", "gzip", "br"}


def test_a_picture_is_not_compressed_again():
    assert list(encoded(b"x" * 999, "image/png")) == [""]
    assert list(encoded(b"x" * 999, "text/html; charset=utf-8")) == ["", "gzip", "br"]


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_who_has_the_page_is_told_that_it_is_still_so(article, here, encoding):
    headers = {"accept-encoding": encoding}
    here.get(PATH)
    etag = here.get(PATH, headers=headers)["ETag"]
    assert etag.startswith("W/") == bool(encoding)
    answer = here.get(PATH, headers=headers | {"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == etag
    assert answer["Vary"] == "Accept-Encoding"
    assert here.get(PATH, headers=headers | {"if-none-match": '"x"'}).status_code == 200


def test_the_first_to_come_may_have_it_already(article, here, there):
    etag = here.get(PATH)["ETag"]
    cache.clear()
    assert there.get(PATH, headers={"if-none-match": etag}).status_code == 304
    assert here.state(PATH) == HIT


def test_nobody_is_told_whether_somebody_has_read_a_page(article, here, settings):
    settings.CACHE_STATUS = False
    answers = [here.get(PATH), here.get(PATH), here.head(PATH)]
    assert all("Cache-Status" not in answer for answer in answers)


def test_head_is_answered_from_what_is_kept_and_keeps_nothing(article, here, folder):
    assert here.head(PATH).status_code == 200
    assert pages(folder) == 0
    here.get(PATH)
    assert here.head(PATH)["Cache-Status"] == HIT


def test_a_drawing_is_kept_as_a_page_is(article, here):
    path = reverse("articles:social_card", args=[article.slug])
    here.get(path)
    answer = here.get(path, headers={"accept-encoding": "br"})
    assert (answer["Cache-Status"], answer["Content-Type"]) == (HIT, "image/png")
    assert "Content-Encoding" not in answer


# What staff publish


def test_what_is_published_in_one_process_is_seen_by_all_on_the_next_request(
    article, here, there, publish
):
    for process in (here, there):
        process.get(PATH)
        process.get("/artikels/")
    article.title = "Nieuwe titel"
    publish(article.save)
    for process in (there, here):
        assert "Nieuwe titel" in process.get(PATH).content.decode()
        assert "Nieuwe titel" in process.get("/artikels/").content.decode()


@pytest.mark.parametrize(
    "factory",
    [
        ArticleFactory,
        CategoryFactory,
        PracticeFactory,
        PractitionerFactory,
        QuestionnaireFactory,
        ReferenceFactory,
        TreatmentFactory,
    ],
)
def test_whatever_is_added_changed_or_deleted_pages_are_made_anew(here, publish, factory):
    made = []
    for change in (
        lambda: made.append(factory()),
        lambda: made[0].save(),  # noqa: PLW0108  it isn't there yet
        lambda: made[0].delete(),  # noqa: PLW0108
    ):
        here.get("/contact/")
        assert here.state("/contact/") == HIT
        publish(change)
        assert here.state("/contact/") == STORED


def test_so_are_they_when_a_part_or_a_tie_changes(here, publish):
    treatment, questionnaire = TreatmentFactory(), QuestionnaireFactory()
    for change in (
        lambda: treatment.practitioners.add(PractitionerFactory()),
        treatment.practitioners.clear,
        lambda: QuestionFactory(questionnaire=questionnaire),
    ):
        here.get("/contact/")
        publish(change)
        assert here.state("/contact/") == STORED


def test_a_cache_that_fails_is_asked_once_for_all_that_was_saved(publish, monkeypatch, caplog):
    asked = []

    def fail(*arguments):
        asked.append(arguments)
        raise TimeoutError

    monkeypatch.setattr(FileCache, "delete", fail)
    publish(lambda: ArticleFactory.create_batch(3))
    assert len(asked) == 1
    assert caplog.messages == ["TimeoutError: pages may stay as they were for minutes"]


def test_what_is_undone_was_never_published(article, here, django_capture_on_commit_callbacks):
    here.get(PATH)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        article.save()
        transaction.set_rollback(True)
    assert here.state(PATH) == HIT


def test_a_page_that_was_taken_back_is_gone_even_in_an_outage(article, here, there, publish):
    for process in (here, there):
        process.get(PATH)
    article.status = Article.Status.DRAFT
    publish(article.save)
    for process in (here, there):
        with failing():
            assert process.get(PATH).status_code == 503
        assert process.get(PATH).status_code == 404


def test_a_page_that_was_begun_before_is_not_kept_after(article, here, publish):
    """It may hold what was there before."""
    published = []

    def in_between(execute, *arguments):
        result = execute(*arguments)
        if not published:
            published.append(True)
            publish(article.save)
        return result

    with connection.execute_wrapper(in_between):
        here.get(PATH)
    assert published
    assert here.state(PATH) == STORED


def test_a_scheduled_article_appears_on_time(article, here, there, time_machine):
    time_machine.move_to(NOON, tick=False)
    at = timezone.now() + dt.timedelta(seconds=70)
    ArticleFactory(title="Nieuw artikel", published_at=at)
    ArticleFactory(title="Later", published_at=at + dt.timedelta(days=1))
    for process in (here, there):
        assert "Nieuw artikel" not in process.get("/artikels/").content.decode()
    time_machine.shift(69)
    assert here.state("/artikels/") == HIT
    time_machine.shift(1)
    for process in (here, there):
        text = process.get("/artikels/").content.decode()
        assert "Nieuw artikel" in text
        assert "Later" not in text


def test_a_page_that_is_rendered_while_an_article_appears_is_rendered_anew(
    article, here, time_machine
):
    time_machine.move_to(NOON, tick=False)
    ArticleFactory(title="Nieuw artikel", published_at=timezone.now() + dt.timedelta(seconds=1))
    asked = []

    def slowly(execute, *arguments):
        result = execute(*arguments)
        if not asked:
            asked.append(True)
            time_machine.shift(2)
        return result

    with connection.execute_wrapper(slowly):
        here.get("/artikels/")
    assert asked
    assert "Nieuw artikel" in here.get("/artikels/").content.decode()


def test_clocks_that_were_wrong_leave_no_page_for_ever(article, here, time_machine):
    time_machine.move_to("2027-11-20T12:00:00+01:00", tick=False)
    here.get(PATH)
    time_machine.move_to(NOON, tick=False)
    assert here.state(PATH) == STORED


def test_after_five_minutes_a_page_is_rendered_anew(article, here, there, time_machine):
    """So what was changed past Django shows as well."""
    time_machine.move_to(NOON, tick=False)
    for process in (here, there):
        process.get(PATH)
    Article.objects.update(title="Nieuwe titel")
    time_machine.shift(299)
    assert here.state(PATH) == HIT
    time_machine.shift(2)
    assert here.state(PATH) == STORED
    for process in (there, here):
        assert process.state(PATH) == HIT
        assert "Nieuwe titel" in process.get(PATH).content.decode()


def test_another_version_of_the_site_makes_its_own_pages(article, here, settings):
    here.get(PATH)
    release.cache_clear()
    settings.LINK_DAYS += 1
    assert here.state(PATH) == STORED
    release.cache_clear()


def test_two_machines_with_the_same_version_share_their_pages(settings, tmp_path):
    release.cache_clear()
    before = release()
    settings.VAR_DIR = settings.SHARED_DIR = settings.MEDIA_ROOT = tmp_path
    release.cache_clear()
    assert release() == before


# What is never kept


def test_only_what_is_for_everybody_is_kept(here, folder, settings, tmp_path):
    settings.SHARED_DIR = tmp_path
    world = make_world()
    kept = set()
    for route in routes():
        cache.clear()
        here.cookies.clear()
        here.get(world.fill(route))
        if folder.exists() and pages(folder) > 0:
            kept.add(route)
    assert kept == {
        "",
        "behandelingen/",
        "behandelingen/<slug:slug>/",
        "over-ons/",
        "contact/",
        "privacy/",
        "toegankelijkheid/",
        "artikels/",
        "artikels/categorie/<slug:slug>/",
        "artikels/feed/",
        "artikels/<slug:slug>/",
        "artikels/<slug:slug>/deelbeeld.png",
        "zelftest/<slug:slug>/",
        "robots.txt",
        "sitemap.xml",
    }


@pytest.mark.parametrize("path", ["/afspraak/terugbellen/", "/beheer/login/"])
def test_everybody_has_a_form_of_their_own(article, here, there, path):
    first, second = here.get(path), there.get(path)
    assert first.cookies
    assert first.content != second.content
    assert "Cache-Status" not in second


def test_a_result_of_a_self_test_is_never_kept(here, folder):
    path = QuestionnaireFactory().get_absolute_url()
    assert here.post(path, {}).status_code == 400
    here.get(path)
    assert pages(folder) == 1
    assert "Cache-Status" not in here.post(path, {})


def test_what_staff_see_of_a_draft_is_not_kept(admin_client, folder):
    preview = reverse("admin:articles_article_preview", args=[DraftFactory().pk])
    assert admin_client.get(preview).status_code == 200
    assert not folder.exists()


def test_what_a_visitor_with_a_cookie_saw_is_not_kept_but_they_see_what_is(article, here, folder):
    here.cookies["sessionid"] = "x"
    assert here.state(PATH) == ""
    assert pages(folder) == 0
    here.cookies.clear()
    here.get(PATH)
    here.cookies["sessionid"] = "x"
    assert here.state(PATH) == HIT


def test_an_address_that_is_not_ours_finds_its_way_into_no_page(article, here, settings, folder):
    settings.ALLOWED_HOSTS = ["testserver", "anders.be"]
    for host in ("anders.be", "testserver:8080"):
        assert here.state(PATH, headers={"host": host}) == ""
    assert pages(folder) == 0
    here.get(PATH)
    assert here.state(PATH, headers={"host": "anders.be"}) == HIT
    assert here.get(PATH, headers={"host": "kwaad.be"}).status_code == 400


def test_http_is_redirected_to_https_also_where_a_page_is_kept(article, here, settings):
    settings.SITE_URL = "https://testserver"
    here.get(PATH, secure=True)
    assert here.state(PATH, secure=True) == HIT
    settings.SECURE_SSL_REDIRECT = True
    assert Process().get(PATH).status_code == 301


STRANGE = [
    "/?utm_source=brief",
    "/?",
    "/?a",
    "/artikels/?pagina=1&utm_source=brief",
    "/artikels/?q=urineverlies",
    "/artikels/?q=",
    "/artikels/?pagina=1&q=urineverlies",
    "/artikels/?pagina=1&pagina=1",
    "/artikels/?pagina=%31",
    "/artikels/?&pagina=1",
    "/artikels/?pagina=1&",
    "/artikels/?pagina=01",
    "/artikels/?pagina=+1",
    "/artikels/?pagina=1.0",
    "/artikels/?pagina=%D9%A1",
    "/artikels/?pagina=9",
    "/artikels/?Pagina=1",
    "/zelftest/bekken/?vraag-1=ja",
    "/sitemap.xml?p=1",
    "/artikels/titel/?pagina=1",
    "/artikels/bestaat-niet/",
    "/artikels//",
]


def test_addresses_that_somebody_makes_up_fill_nothing(article, here, folder):
    QuestionnaireFactory(slug="bekken")
    for address in STRANGE:
        # Not {}, which Django's client would put in the place of the query.
        here.generic("GET", *address.partition("?")[:1], QUERY_STRING=address.partition("?")[2])
    assert pages(folder) == 1  # "/?" is "/"


def test_a_page_of_a_list_is_kept(article, here):
    ArticleFactory.create_batch(10)
    for address in ("/artikels/?pagina=2", "/artikels/", "/artikels/?pagina=1"):
        assert here.state(address) == STORED
        assert here.state(address) == HIT
    assert here.get("/artikels/").content != here.get("/artikels/?pagina=2").content


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("a=1", True),
        ("a=1&b=2", True),
        ("a=een+twee", True),
        ("b=2&a=1", False),
        ("a=1&a=2", False),
        ("c=1", False),
        ("a=een%20twee", False),
        ("a", False),
        ("&a=1", False),
    ],
)
def test_a_parameter_is_written_in_one_way(query, known):
    assert is_known(query, frozenset("ab")) is known


# When something fails


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


def test_who_can_keep_nothing_takes_no_turn_at_a_cold_page(article, here):
    here.head(PATH)
    here.cookies["sessionid"] = "x"
    here.get(PATH)
    assert not cache.has_key(turn_of())


def test_a_turn_is_given_back_also_while_the_cache_is_left_alone(article, here, monkeypatch):
    turn, keep = turn_of(), FileCache.set

    def only_turns(self, key, value, *arguments):
        if value != 1:
            raise OSError(errno.ENOSPC, "geen plaats")
        return keep(self, key, value, *arguments)

    monkeypatch.setattr(FileCache, "set", only_turns)
    assert here.get(PATH).status_code == 200
    assert not cache.has_key(turn)


def test_what_can_only_be_read_is_read(article, here, there, folder, monkeypatch):
    here.get(PATH)

    def fail(*_):
        raise OSError(errno.ENOSPC, "geen plaats")

    monkeypatch.setattr(FileCache, "set", fail)
    assert there.get("/artikels/bestaat-niet/").status_code == 404
    with failing():
        assert there.state(PATH) == HIT


def test_a_change_that_could_not_be_said_is_said_later(article, here, publish, monkeypatch):
    here.get(PATH)

    def fail(*_):
        raise OSError(errno.EIO, "kapot")

    article.status = Article.Status.DRAFT
    with monkeypatch.context() as patch:
        patch.setattr(FileCache, "delete", fail)
        publish(article.save)
    monkeypatch.setattr(content_version.Publishing.cache, "rests_until", 0)
    assert here.get(PATH).status_code == 404


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
