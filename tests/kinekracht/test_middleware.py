import ipaddress

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from kinekracht.middleware import trust_proxy


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
