"""What Mozilla's HTTP Observatory would say of every page, of a site that runs live."""

import re
import shutil

import pytest
from django.core.checks import run_checks
from django.test import Client

from tests.faults.databases import SQLite
from tests.faults.site import MANAGE, Site, serving
from tests.observatory import Visit, findings, score
from tests.running_site import ROOT

HOST = "example.be"
OVER_TLS = {"Host": HOST, "X-Forwarded-Proto": "https"}
FORM = OVER_TLS | {"Content-Type": "application/x-www-form-urlencoded"}
WORST = 130
TREATMENT, SELF_TEST = (
    "bekkenbodemkinesitherapie",
    "/zelftest/bekkenbodem/",
)  # of the content it ships with


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """With the content it ships with, and a limit of one search a minute."""
    place = tmp_path_factory.mktemp("headers")
    (place / "data").mkdir()
    site = Site(
        SQLite(place / "data"),
        place / "var",
        SITE_URL=f"https://{HOST}",
        ALLOWED_HOSTS="127.0.0.1",
        TRUSTED_PROXY="127.0.0.1",
        SEARCH_PER_MINUTE="1",
    )
    site.run(*MANAGE, "migrate", "-v", "0")
    site.run(*MANAGE, "seed_demo")
    shutil.copytree(ROOT / "static", place / "var" / "static", dirs_exist_ok=True)
    with serving(site):
        yield site


def visit(site, path, method="GET", body=b"", **headers):
    """The status, and what the Observatory would look at."""
    given = OVER_TLS | {"Origin": "https://kwaad.be"} | headers
    answer = site.request(method, path, body, headers=given)
    plain = site.get(path, **given | {"X-Forwarded-Proto": "http"})
    location = plain.headers["Location"] if plain.status in {301, 308} else None
    text = answer.body.decode(errors="replace")
    return answer.status, Visit(f"https://{HOST}{path}", answer.headers.items(), text, location)


def public_pages(site):
    """All that search engines know, and what patients do."""
    sitemap = site.get("/sitemap.xml", **OVER_TLS).text
    pages = re.findall(rf"<loc>https://{HOST}(/.*?)</loc>", sitemap)
    times = f"/afspraak/{TREATMENT}/"
    moment = re.search(rf'href="({times}\d[\d-]+/)"', site.get(times, **OVER_TLS).text)[1]
    return [
        *pages,
        times,
        moment,
        "/afspraak/terugbellen/",
        "/artikels/?pagina=1",
        "/beheer/login/",
    ]


@pytest.mark.site
def test_every_page_is_worth_an_a_plus(site):
    pages = public_pages(site)
    assert len(pages) > 12
    for page in pages:
        status, seen = visit(site, page)
        assert status in {200, 302}, page  # the latter where there is nothing to choose
        assert score(seen) >= WORST, (page, findings(seen))


@pytest.mark.site
@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (301, {"path": "/artikels"}),
        (302, {"path": "/beheer/"}),
        (400, {"path": "/?x=%00"}),
        (400, {"path": SELF_TEST, "method": "POST"}),
        (403, {"path": "/afspraak/terugbellen/", "method": "POST", "body": b"name=An"}),
        (404, {"path": "/bestaat-niet/"}),
        (404, {"path": "/static/bestaat-niet.css"}),
        (405, {"path": "/", "method": "TRACE"}),
        (429, {"path": "/artikels/?q=blaas"}),
        (200, {"path": "/static/css/site.css"}),
        (200, {"path": "/static/js/contents.js"}),
        (200, {"path": "/robots.txt"}),
        (200, {"path": "/sitemap.xml"}),
        (200, {"path": "/artikels/feed/"}),
    ],
)
def test_so_is_what_is_no_page(site, status, request_):
    if status == 429:
        visit(site, request_["path"])
    if request_.get("method") == "POST":
        request_ |= {"Content-Type": FORM["Content-Type"]}
    came, seen = visit(site, **request_)
    assert came == status
    assert score(seen) >= WORST, findings(seen)


@pytest.mark.site
def test_the_login_sets_a_cookie_and_loses_nothing_by_it(site):
    _, seen = visit(site, "/beheer/login/")
    assert "cookies: all Secure and SameSite, sessions HttpOnly" in findings(seen)
    assert score(seen) == WORST + 5


@pytest.mark.site
def test_so_is_the_page_for_when_the_database_is_gone(site):
    site.database.stop()
    try:
        status, seen = visit(site, "/afspraak/")
    finally:
        site.database.start()
    assert status == 503
    assert score(seen) >= WORST, findings(seen)


def test_so_is_the_page_for_when_all_fails(settings):
    settings.ROOT_URLCONF = "tests.urls_that_fail"
    settings.SECURE_HSTS_SECONDS = 63_072_000
    response = Client(raise_request_exception=False).get("/fout/", secure=True)
    assert response.status_code == 500
    assert b"KANARIE" not in response.content
    url = "https://testserver/fout/"
    assert score(Visit(url, response.items(), response.content.decode(), url)) >= WORST


GOOD = {
    "Content-Type": "text/html",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def graded(body="", from_http="https://example.be/", **changes):
    headers = GOOD | {name.replace("_", "-"): value for name, value in changes.items()}
    kept = [(name, value) for name, value in headers.items() if value is not None]
    return score(Visit("https://example.be/", kept, body, from_http))


def test_a_good_answer_scores_as_the_observatory_says():
    assert graded() == 130
    assert graded(Set_Cookie="sessionid=x; Secure; HttpOnly; SameSite=Lax") == 135
    assert graded(body='<script src="/a.js" integrity="sha384-x"></script>') == 135
    assert graded(Content_Security_Policy=None, X_Frame_Options=None) == 55


@pytest.mark.parametrize(
    "weakened",
    [
        {"Content_Security_Policy": None},
        {"Referrer_Policy": None},
        {"Strict_Transport_Security": None},
        {"Content_Security_Policy": "default-src 'self'; frame-ancestors 'none'"},
        {"Content_Security_Policy": "default-src 'none'; script-src 'unsafe-inline'"},
        {"Content_Security_Policy": "default-src 'none'; script-src https:"},
        {"Content_Security_Policy": "default-src 'none'; script-src http://x.be"},
        {"Content_Security_Policy": "default-src 'none'; img-src http://x.be"},
        {"Content_Security_Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        {"Content_Security_Policy": "default-src 'none'; script-src 'unsafe-eval'"},
        {"Content_Security_Policy": "default-src 'none'", "X_Frame_Options": None},
        {"Referrer_Policy": "unsafe-url"},
        {"Strict_Transport_Security": "max-age=86400"},
        {"X_Content_Type_Options": None},
        {"Cross_Origin_Resource_Policy": None},
        {"Cross_Origin_Resource_Policy": "onzin"},
        {
            "Access_Control_Allow_Origin": "https://kwaad.be",
            "Access_Control_Allow_Credentials": "true",
        },
        {"Set_Cookie": "sessionid=x; HttpOnly; SameSite=Lax"},
        {"Set_Cookie": "sessionid=x; Secure; SameSite=Lax"},
        {"Set_Cookie": "csrftoken=x; Secure"},
        {"from_http": None},
        {"from_http": "http://www.example.be/"},
        {"from_http": "https://elders.be/"},
        {"body": '<script src="https://elders.be/a.js"></script>'},
        {"body": '<script src="//elders.be/a.js"></script>'},
    ],
    ids=str,
)
def test_a_weaker_answer_scores_less(weakened):
    assert graded(**weakened) < WORST


@pytest.mark.parametrize(
    ("backend", "warned"),
    [("smtp", []), ("console", ["kinekracht.W001"]), ("locmem", ["kinekracht.W001"])],
)
def test_a_site_that_sends_no_mail_is_warned_about(settings, backend, warned):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.BACKUP_KEYS = ["x" * 43 + "="]
    said = run_checks(tags=["security"], include_deployment_checks=True)
    assert [each.id for each in said if each.id.startswith("kinekracht")] == warned
    assert not [each for each in run_checks() if each.id == "kinekracht.W001"]


@pytest.mark.parametrize(("keys", "warned"), [([], ["kinekracht.W002"]), (["x" * 43 + "="], [])])
def test_a_site_whose_backups_anybody_can_read_is_warned_about(settings, keys, warned):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.BACKUP_KEYS = keys
    said = run_checks(tags=["security"], include_deployment_checks=True)
    assert [each.id for each in said if each.id.startswith("kinekracht")] == warned
    assert not [each for each in run_checks() if each.id == "kinekracht.W002"]
