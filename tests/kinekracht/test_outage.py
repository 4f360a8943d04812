"""The database fails: who sees what. With real servers and disks: tests/faults."""

import errno
import logging
import shutil

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test import override_settings
from django.urls import reverse

from articles.models import Article
from kinekracht import kept_pages
from tests.factories import ArticleFactory, DraftFactory, PracticeFactory, QuestionnaireFactory

pytestmark = pytest.mark.django_db

OUTAGES = [OperationalError, InterfaceError, OSError(errno.ENOSPC, "geen plaats")]
NUMBERS = ["056 / 94 11 58", "0478 / 93 16 61"]


@pytest.fixture(autouse=True)
def _nothing_kept():
    kept_pages.shown.clear()
    caches["pages"].clear()


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    return client


@pytest.fixture
def article():
    PracticeFactory()
    return ArticleFactory(title="Zwakke bekkenbodem")


def failing(error):
    """The database answers every query with ``error``, for the length of a with block."""

    def fail(*_):
        raise error

    return connection.execute_wrapper(fail)


def in_outage(client, path, error=OperationalError, method="get", **options):
    with failing(error):
        return getattr(client, method)(path, **options)


def kept_files():
    return list(settings.CACHES["pages"]["LOCATION"].glob("*"))


def body(response):
    return response.content.decode()


@pytest.mark.parametrize("error", OUTAGES)
def test_in_an_outage_visitors_get_the_telephone_number_and_may_try_again(client, error):
    response = in_outage(client, "/afspraak/", error)
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "<h1>Dit lukt nu even niet</h1>" in body(response)
    assert all(number in body(response) for number in NUMBERS)
    assert "bewaren" not in body(response)


def test_who_sent_something_is_told_that_it_was_not_stored(client):
    response = in_outage(client, "/zelftest/bekken/", method="post", data={"vraag": "ja"})
    assert response.status_code == 503
    assert "Ook wat je net verstuurde, is niet bewaard." in body(response)
    assert "Vraagt je browser of hij het formulier nog eens mag versturen? Zeg ja." in body(
        response
    )


def test_staff_are_told_the_same(admin_client):
    admin_client.raise_request_exception = False
    assert in_outage(admin_client, "/beheer/").status_code == 503


def test_a_session_that_cannot_be_stored_is_an_outage_and_no_bad_request(admin_client):
    """Django says of every session that it can't write that it was deleted meanwhile: 400."""
    admin_client.raise_request_exception = False

    def fail(execute, sql, *arguments):
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError
        return execute(sql, *arguments)

    with override_settings(SESSION_SAVE_EVERY_REQUEST=True), connection.execute_wrapper(fail):
        assert admin_client.get("/beheer/").status_code == 503


@pytest.mark.parametrize("error", [DataError, ValueError, OSError(errno.EACCES, "mag niet")])
def test_what_is_no_outage_stays_500(client, error):
    response = in_outage(client, "/", error)
    assert response.status_code == 500
    assert "<h1>Er ging iets mis bij ons</h1>" in body(response)


def test_the_health_check_says_when_to_come_back(client):
    response = in_outage(client, "/gezond/")
    assert (response.status_code, response["Retry-After"]) == (503, "60")


def test_an_outage_is_one_line_in_the_log_that_names_nobody(client, caplog):
    path = "/afspraak/a/c01NWBxGEHEIM/?zoek=kanarie"
    in_outage(client, path, OperationalError("KANARIE"), REMOTE_ADDR="203.0.113.7")
    [record] = caplog.records
    line = logging.Formatter("%(levelname)s %(name)s %(message)s").format(record)
    assert line == "ERROR kinekracht.outage OperationalError at afspraak/a/<str:key>/"


def test_without_the_handlers_it_would_be_a_500_with_a_traceback(client, caplog):
    with override_settings(ROOT_URLCONF="tests.faults.urls_without_handlers"):
        assert in_outage(client, "/afspraak/").status_code == 500
    assert caplog.records[0].exc_info


def test_what_was_read_before_can_be_read_in_an_outage(client, article):
    path = article.get_absolute_url()
    before = client.get(path)
    after = in_outage(client, path)
    assert after.status_code == 200
    assert body(after) == body(before)
    assert after["Content-Type"] == before["Content-Type"]
    assert after["Cache-Control"] == "no-store"
    assert after["Cache-Status"] == "KineKracht; hit; detail=outage"
    assert "Cache-Status" not in before
    assert in_outage(client, path, method="head").status_code == 200


def test_that_a_kept_page_was_shown_is_logged_too(client, article, caplog):
    client.get(article.get_absolute_url())
    in_outage(client, article.get_absolute_url())
    assert caplog.messages == ["OperationalError at artikels/<slug:slug>/"]


def test_what_nobody_read_before_cannot(client, article):
    assert in_outage(client, article.get_absolute_url()).status_code == 503


@pytest.mark.parametrize("query", ["pagina=1", "utm_source=brief"])
def test_a_page_with_a_query_is_neither_kept_nor_shown(client, article, query):
    client.get(f"/artikels/?{query}")
    assert in_outage(client, "/artikels/").status_code == 503
    client.get("/artikels/")
    assert in_outage(client, f"/artikels/?{query}").status_code == 503


@pytest.mark.parametrize("path", ["/afspraak/", "/afspraak/terugbellen/", "/beheer/login/"])
def test_forms_and_staff_pages_are_never_kept(client, article, path):
    assert client.get(path).status_code == 200
    assert kept_files() == []


def test_a_result_of_a_self_test_is_never_kept(client):
    path = QuestionnaireFactory().get_absolute_url()
    assert client.post(path, {}).status_code == 400
    assert in_outage(client, path).status_code == 503
    client.get(path)
    assert in_outage(client, path, method="post", data={}).status_code == 503


def test_what_a_visitor_with_a_cookie_saw_is_not_kept_but_they_see_what_is(client, article):
    path = article.get_absolute_url()
    client.cookies["sessionid"] = "x"
    client.get(path)
    assert in_outage(client, path).status_code == 503
    client.cookies.clear()
    client.get(path)
    client.cookies["sessionid"] = "x"
    assert in_outage(client, path).status_code == 200


def test_a_page_that_somebody_found_gone_does_not_come_back(client, article):
    path = article.get_absolute_url()
    client.get(path)
    Article.objects.update(status=Article.Status.DRAFT)  # past the signals
    assert client.get(path).status_code == 404
    assert in_outage(client, path).status_code == 503


def test_that_somebody_was_refused_does_not_say_that_a_page_is_gone(client, article):
    path = article.get_absolute_url()
    client.get(path)
    assert client.post(path).status_code == 405
    assert in_outage(client, path).status_code == 200


def test_a_page_that_was_taken_back_does_not_come_back_even_if_nobody_looked(
    client, article, django_capture_on_commit_callbacks
):
    client.get(article.get_absolute_url())
    client.get("/artikels/")
    article.status = Article.Status.DRAFT
    with django_capture_on_commit_callbacks(execute=True):
        article.save()
    assert in_outage(client, article.get_absolute_url()).status_code == 503
    assert in_outage(client, "/artikels/").status_code == 503
    client.get("/artikels/")  # what this process kept last counts no longer
    assert in_outage(client, "/artikels/").status_code == 200


def test_a_page_that_moved_is_not_kept_at_its_old_address(client, article):
    old = article.get_absolute_url()
    client.get(old)
    article.slug = "nieuw"
    article.save()
    assert client.get(old).status_code == 301
    assert in_outage(client, old).status_code == 503


def test_what_staff_see_of_a_draft_is_not_kept(admin_client):
    preview = reverse("admin:articles_article_preview", args=[DraftFactory().pk])
    assert admin_client.get(preview).status_code == 200
    assert kept_files() == []


def test_a_page_is_written_when_it_changed_and_not_once_more(client, article):
    path = article.get_absolute_url()
    client.get(path)
    caches["pages"].set(kept_pages.key_of(path), (b"Zoals het was", {}))
    client.get(path)
    assert body(in_outage(client, path)) == "Zoals het was"
    Article.objects.update(title="Nieuwe titel")
    client.get(path)
    assert "Nieuwe titel" in body(in_outage(client, path))


def test_a_file_that_is_damaged_is_no_page(client, article):
    path = article.get_absolute_url()
    client.get(path)
    [file] = kept_files()
    file.write_bytes(b"\x80kapot")
    assert in_outage(client, path).status_code == 503
    assert client.get(path).status_code == 200
    assert in_outage(client, path).status_code == 200


def test_that_nothing_can_be_kept_makes_no_page_late(client, article):
    folder = settings.CACHES["pages"]["LOCATION"]
    shutil.rmtree(folder)
    folder.write_text("a file where the folder should be")
    try:
        assert client.get(article.get_absolute_url()).status_code == 200
        assert client.get("/bestaat-niet/").status_code == 404
    finally:
        folder.unlink()
