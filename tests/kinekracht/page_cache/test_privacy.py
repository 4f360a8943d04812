"""What is never kept, as it is for one person or is an address that somebody made up."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from kinekracht.page_cache import is_known
from tests.access import make_world
from tests.factories import (
    ArticleFactory,
    DraftFactory,
    QuestionnaireFactory,
)
from tests.kinekracht.page_cache.situation import HIT, PATH, STORED, Process, pages
from tests.urlconf import routes

pytestmark = pytest.mark.django_db


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


def test_a_page_holds_nothing_of_who_came_first(article, here, there, settings, client, admin_user):
    settings.ALLOWED_HOSTS = ["testserver", "anders.be"]
    plain = there.get(PATH)
    cache.clear()
    client.force_login(admin_user)
    here.cookies = client.cookies
    here.cookies["csrftoken"] = "KANARIE"
    headers = {"host": "anders.be:8080", "accept-language": "fr", "user-agent": "KANARIE"}
    first = here.get(PATH, headers=headers)
    assert first["Cache-Status"] == STORED
    assert first.content == there.get(PATH).content == plain.content
    assert dict(first.headers) == dict(plain.headers)
    assert not first.cookies
    assert there.get(PATH, headers={"host": "kwaad.be"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"accept-encoding": "gzip, br"}),
        ("HEAD", {"accept-encoding": "gzip"}),
        ("GET", {"cookie": "sessionid=x"}),
        ("GET", {"cookie": "csrftoken=x", "accept-encoding": "br"}),
        ("GET", {"host": "anders.be"}),
        ("GET", {"if-match": '"x"'}),
        ("GET", {"if-match": '"x"', "if-none-match": '"y"'}),
        ("GET", {"if-unmodified-since": "Sat, 29 Oct 1994 19:43:31 GMT"}),
        ("GET", {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}),
        ("GET", {"range": "bytes=0-9"}),
    ],
)
def test_no_way_of_asking_tells_whether_somebody_asked_before(
    article, here, there, settings, method, headers
):
    settings.CACHE_STATUS = False
    settings.ALLOWED_HOSTS = ["testserver", "anders.be"]
    first, second = (each.generic(method, PATH, headers=headers) for each in (here, there))
    assert first.status_code == second.status_code == 200
    assert first.headers == second.headers
    assert first.content == second.content
    assert first.cookies == second.cookies == {}


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
