import ipaddress
import itertools
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from kinekracht.middleware import trust_proxy
from kinekracht.wsgi import is_utf8
from tests.factories import ArticleFactory, PracticeFactory, QuestionnaireFactory


@pytest.fixture
def seen(settings):
    """Sends a request through the middleware; returns the address and the scheme views see."""
    settings.TRUSTED_PROXY = [ipaddress.ip_network(n) for n in ("127.0.0.1", "10.0.0.0/8")]

    def send(remote, **headers):
        request = RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)
        trust_proxy(lambda _: HttpResponse())(request)
        return request.META["REMOTE_ADDR"], request.scheme

    return send


def test_a_trusted_proxy_is_believed(seen):
    assert seen("127.0.0.1", x_forwarded_for="203.0.113.7", x_forwarded_proto="https") == (
        "203.0.113.7",
        "https",
    )


def test_anybody_else_is_not(seen):
    assert seen("203.0.113.9", x_forwarded_for="127.0.0.1", x_forwarded_proto="https") == (
        "203.0.113.9",
        "http",
    )


def test_what_a_visitor_forged_before_the_proxy_is_not_believed(seen):
    assert seen("127.0.0.1", x_forwarded_for="127.0.0.1, 1.1.1.1, 203.0.113.7")[0] == "203.0.113.7"


def test_a_chain_of_trusted_proxies_is_followed(seen):
    assert seen("127.0.0.1", x_forwarded_for="203.0.113.7, 10.1.2.3")[0] == "203.0.113.7"


def test_ipv6_is_an_address_too(seen):
    assert seen("127.0.0.1", x_forwarded_for="2001:db8::1")[0] == "2001:db8::1"


@pytest.mark.parametrize("forged", ["", "onzin", "<script>", "1.2.3.4:80", "203.0.113.7, onzin"])
def test_what_is_no_address_is_not_taken(seen, forged):
    assert seen("127.0.0.1", x_forwarded_for=forged)[0] == "127.0.0.1"


@pytest.mark.parametrize("scheme", ["", "gopher", "https, http", "HTTPS "])
def test_a_scheme_is_http_or_https(seen, scheme):
    assert seen("127.0.0.1", x_forwarded_proto=scheme)[1] == "http"


def test_nobody_is_trusted_by_default(settings):
    assert settings.TRUSTED_PROXY == []


def test_the_forwarded_host_reaches_nobody(seen):
    request = RequestFactory().get("/", headers={"x-forwarded-host": "kwaad.be"})
    trust_proxy(lambda _: HttpResponse())(request)
    assert "HTTP_X_FORWARDED_HOST" not in request.META


@pytest.fixture
def site(db):
    PracticeFactory()
    ArticleFactory(slug="titel")
    QuestionnaireFactory(slug="bekken")


ADDRESSES = [
    "/",
    "/artikels/titel/",
    "/artikels/feed/",
    "/zelftest/bekken/",
    "/afspraak/terugbellen/",
    "/bestaat-niet/",
    "/static/css/site.css",
    "/media/pictures/0123456789abcdef0123-10x10.webp",
    "/sitemap.xml",
    "/beheer/",
    "/beheer/login/",
    "/beheer/jsi18n/",
    "/beheer/booking/appointment/",
]


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PUT", "OPTIONS"])
def test_what_no_browser_sends_is_refused_everywhere(site, client, admin_client, method):
    for address, who in itertools.product(ADDRESSES, (client, admin_client)):
        response = who.generic(method, address, headers={"x-geheim": "KANARIE"})
        assert response.status_code == 405
        assert b"KANARIE" not in response.content
        assert response["Allow"] == "GET, HEAD, POST"


FORMS = [
    "/zelftest/bekken/",
    "/afspraak/terugbellen/",
    "/afspraak/kine/2026-12-01-0900/",
    "/afspraak/a/sleutel/wissen/",
    "/afspraak/",
    "/beheer/login/",
    "/beheer/kinekracht/treatment/add/",
    "/beheer/booking/appointment/add/",
    "/beheer/articles/article/",
]
WITH_NULL = [{"name": "a\x00b"}, {"name": "\x00"}, {"na\x00me": "a"}, {"name": ["a", "\x00"]}]
URLENCODED = "application/x-www-form-urlencoded"
REFUSED = b"Dit verzoek begrijpen we niet"


@pytest.mark.parametrize("address", FORMS)
def test_a_null_in_a_form_is_refused(site, admin_client, address):
    for data in WITH_NULL:
        encoded = urlencode(data, doseq=True)
        for response in (
            admin_client.post(address, data),  # multipart, with the byte itself
            admin_client.post(address, encoded, content_type=URLENCODED),  # as %00
            admin_client.post(address, encoded.replace("%00", "\x00"), content_type=URLENCODED),
        ):
            assert response.status_code == 400
            assert REFUSED in response.content
            assert "Set-Cookie" not in response


@pytest.mark.parametrize("address", FORMS)
def test_without_it_a_form_is_read(site, admin_client, address):
    for text in ("ab", "a%00b"):  # which are four characters, in multipart
        assert REFUSED not in admin_client.post(address, {"name": text}).content


@pytest.mark.parametrize("file_name", ["a\x00b.png", "\x00", "a.png\x00.html"])
def test_a_null_in_the_name_of_a_file_is_refused(admin_client, file_name):
    response = send_file(admin_client, f'filename="{file_name}"')
    assert response.status_code == 400


def test_a_null_in_an_encoded_name_of_a_file_is_refused(admin_client):
    assert send_file(admin_client, "filename*=UTF-8''a%00b.png").status_code == 400


@pytest.mark.parametrize("field_name", ["portrait\x00", "\x00"])
def test_a_null_in_the_name_of_a_field_with_a_file_is_refused(admin_client, field_name):
    assert send_file(admin_client, 'filename="a.png"', field_name).status_code == 400


def test_a_file_may_hold_nulls(admin_client):
    assert send_file(admin_client, 'filename="a.png"', content=b"\x00" * 9).status_code == 200


def send_file(client, file_name, field_name="portrait", content=b"x"):
    """The answer of a form in the admin to a file."""
    head = f'Content-Disposition: form-data; name="{field_name}"; {file_name}'.encode()
    body = b"--x\r\n" + head + b"\r\n\r\n" + content + b"\r\n--x--\r\n"
    address = "/beheer/kinekracht/practitioner/add/"
    return client.generic("POST", address, body, content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize("cookie", ['a="\\000"', 'sessionid="x\\000"'])
@pytest.mark.parametrize("address", ["/", "/beheer/", "/beheer/login/"])
def test_a_null_in_a_cookie_is_refused(site, client, address, cookie):
    assert client.get(address, headers={"cookie": cookie}).status_code == 400


HOSTS = ["kwaad.be", "testserver.kwaad.be", "testserver@kwaad.be", "testserver:80:80", "", "a b"]


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_refused_whoever_asks(site, admin_client, host):
    for address in ADDRESSES:
        if not address.startswith("/static/"):
            response = admin_client.get(address, headers={"host": host})
            assert response.status_code == 400
            assert b"kwaad.be" not in response.content


@pytest.mark.parametrize("trusted", [[], [ipaddress.ip_network("127.0.0.1")]])
@pytest.mark.parametrize(
    "address", ["/", "/sitemap.xml", "/artikels/feed/", "/robots.txt", "/beheer/"]
)
def test_a_forwarded_host_is_believed_of_nobody(site, client, settings, address, trusted):
    settings.TRUSTED_PROXY = trusted
    forged = {
        "x-forwarded-host": "kwaad.be",
        "x-forwarded-port": "666",
        "x-forwarded-server": "kwaad.be",
        "x-original-url": "/beheer/",
        "x-rewrite-url": "/beheer/",
        "forwarded": "host=kwaad.be;proto=https",
        "x-http-method-override": "DELETE",
    }
    response = client.get(address, headers=forged)
    plain = client.get(address)
    assert (response.status_code, response.headers) == (plain.status_code, plain.headers)
    assert response.content == plain.content


def test_https_is_believed_of_a_trusted_proxy_only(site, client, settings):
    settings.SECURE_SSL_REDIRECT = True
    headers = {"x-forwarded-proto": "https"}
    for proxy, status in (("127.0.0.1", 200), ("10.0.0.1", 301)):
        settings.TRUSTED_PROXY = [ipaddress.ip_network(proxy)]
        fresh = Client()
        assert fresh.get("/", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("content_type", "is_read"),
    [
        ("", True),
        ("text/plain", True),
        ("text/plain; charset=UTF-8", True),
        ("text/plain; charset=zlib", False),
        ("text/plain; charset*=x-bad''utf-8", False),
        ("text/plain; charset*=undefined''utf-8", False),
        ("text/plain; charset*; charset*0", False),
    ],
)
def test_only_utf8_is_read_and_nothing_fails_over_the_rest(content_type, is_read):
    assert is_utf8(content_type) is is_read
