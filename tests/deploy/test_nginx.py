"""The proxy: whom it serves, what it passes on, and how long it waits for whom."""

import contextlib
import ssl
from http import HTTPStatus

import pytest

from tests.booking.visitor import Client
from tests.deploy.conftest import SEARCHES
from tests.deploy.raw import (
    CALL_BACK,
    NAME,
    connect,
    head,
    is_closed,
    read_all,
    status_of,
    unfinished,
)
from tests.faults.site import ARTICLE, NEVER_BOOKED, until, wishes

# Once, as the proxy knows no database.
pytestmark = [pytest.mark.site, pytest.mark.once]

AT_ONCE = 64  # requests of one address
SPOOFED = {
    "Forwarded": "for=203.0.113.9;proto=http;host=evil.example",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "81",
    "X-Forwarded-Proto": "http",
    "X-Real-IP": "203.0.113.9",
    "X_Forwarded_For": "203.0.113.9",
    "X_Forwarded_Proto": "http",
    "SCRIPT_NAME": "/elders",
}


def book(front, n):
    """Ask for an appointment at a time of its own; the answer's status."""
    [wish] = wishes(n, n + 1)
    return wish.send(Client(front, NEVER_BOOKED.path)).status


# Whom it serves


def test_a_visitor_gets_the_site_and_its_headers(live):
    answer = live.front.get(ARTICLE)
    assert answer.status == 200
    assert "Zwakke bekkenbodem" in answer.text
    assert answer.headers["Strict-Transport-Security"]
    assert answer.headers["Server"] == "nginx"


def test_a_visitor_books(live):
    assert book(live.front, 1) == 302


@pytest.mark.parametrize("name", ["evil.example", f"x.{NAME}", "127.0.0.1", None])
def test_who_asks_tls_for_another_name_sees_no_certificate(live, name):
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        live.front.connect(name=name)


@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize(
    "request_",
    [
        head(host="evil.example"), head(host="127.0.0.1"), head(host=f"{NAME}.evil.example"),
        head("http://evil.example/"), b"GET / HTTP/1.0\r\n\r\n", b"GET /\r\n",
    ],
    ids=["another", "address", "longer", "whole address", "none", "from before hosts"],
)  # fmt: skip
def test_who_asks_for_another_host_gets_nothing(live, encrypted, request_):
    assert live.front.raw(request_, encrypted=encrypted) == b""


@pytest.mark.parametrize(
    ("path", "host", "leads_to"),
    [
        ("/", NAME, "/"),
        (f"{ARTICLE}?q=x", f"www.{NAME}", f"{ARTICLE}?q=x"),
        ("//evil.example/", NAME, "//evil.example/"),
        (f"http://{NAME}/x", "evil.example", "/x"),
        ("/x", f"{NAME}:81", "/x"),
    ],
)
def test_without_tls_it_leads_to_our_own_address(live, path, host, leads_to):
    asked = head(
        path, host=host, **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    )
    answer = live.front.raw(asked, encrypted=False)
    assert status_of(answer) == 301
    assert f"\r\nLocation: https://{NAME}{leads_to}\r\n".encode() in answer


def test_the_name_with_www_leads_to_the_one_without(live):
    answer = live.front.raw(head("/x?y", host=f"www.{NAME}"), name=f"www.{NAME}")
    assert f"\r\nLocation: https://{NAME}/x?y\r\n".encode() in answer


def test_whoever_renews_the_certificate_finds_its_answer_without_tls(live):
    folder = live.front.folder / "html/.well-known/acme-challenge"
    folder.mkdir(parents=True)
    (folder / "token").write_text("answer")
    assert live.front.raw(head("/.well-known/acme-challenge/token"), encrypted=False).endswith(
        b"\r\n\r\nanswer"
    )


def test_it_speaks_http_2_and_no_old_tls(live):
    def agreed(**options):
        context = ssl.create_default_context(cafile=live.front.certificate)
        context.set_alpn_protocols(["h2", "http/1.1"])
        for name, value in options.items():
            setattr(context, name, value)
        with (
            connect(live.front.port) as connection,
            context.wrap_socket(connection, server_hostname=NAME) as encrypted,
        ):
            return encrypted.selected_alpn_protocol(), encrypted.version()

    assert agreed() == ("h2", "TLSv1.3")
    assert agreed(maximum_version=ssl.TLSVersion.TLSv1_2) == ("h2", "TLSv1.2")


# What it passes on


def test_nothing_that_a_visitor_says_of_themselves_is_passed_on(noted):
    before = len(noted.behind.requests)
    sent = SPOOFED | {"Upgrade": "h2c", "TE": "trailers", "Expect": "", "X-From": "192.0.2.1"}
    assert status_of(noted.front.raw(head("/x?y=%2F", **sent))) == 200
    [(lines, _)] = noted.behind.requests[before:]
    assert sorted(lines) == [
        "GET /x?y=%2F HTTP/1.1",
        f"Host: {NAME}",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Proto: https",
        "X-From: 192.0.2.1",  # of these tests
    ]


def test_limits_count_where_a_visitor_is_and_not_where_they_say(live):
    def search(n, source):
        said = SPOOFED | {"X-Forwarded-For": f"203.0.113.{n}", "Forwarded": f"for=203.0.113.{n}"}
        return live.front.request("GET", "/artikels/?q=drang", headers=said, source=source).status

    statuses = [search(n, "127.0.0.9") for n in range(SEARCHES + 2)]
    assert statuses == [200] * SEARCHES + [429] * 2
    assert search(0, "127.0.0.8") == 200


@pytest.mark.parametrize("path", [ARTICLE, ARTICLE.rstrip("/"), "/beheer/", "/sitemap.xml"])
def test_addresses_in_answers_are_ours_whatever_a_visitor_says(live, path):
    plain, spoofed = (live.front.request("GET", path, headers=headers) for headers in ({}, SPOOFED))
    assert spoofed.status == plain.status
    assert spoofed.headers["Location"] == plain.headers["Location"]
    assert b"evil.example" not in spoofed.body
    assert b"elders" not in spoofed.body


BOTH = {"Content-Length": "4", "Transfer-Encoding": "chunked"}


@pytest.mark.parametrize(
    "data",
    [
        head("/", "POST", **BOTH) + b"0\r\n\r\n",
        head("/", "POST", **{"Transfer-Encoding": "xchunked"}) + b"0\r\n\r\n",
        head("/", "POST", **{"Transfer-Encoding": "chunked, chunked"}) + b"0\r\n\r\n",
        head("/", "POST", **{"Transfer-Encoding": "chunked"}) + b"z\r\n\r\n",
        head("/", "POST", **{"Content-Length": "4\r\nContent-Length: 5"}) + b"12345",
        head("/", "POST", **{"Content-Length": "+4"}) + b"1234",
        head("/", "POST", **{"Content-Length ": "4"}) + b"1234",
        head("/", Host="evil.example\r\nHost: example.be"),
        head("/a b"),
        head("/%00"),
        head("/\0"),
        head("/../../etc/passwd"),
        b"G\xc3\x8bT / HTTP/1.1\r\nHost: example.be\r\n\r\n",
        b"CONNECT example.be:443 HTTP/1.1\r\nHost: example.be\r\n\r\n",
        head("/", "TRACE"),
        head("/" + "x" * 9000),
        head("/", **{"X-Long": "x" * 9000}),
    ],
)
def test_what_two_readers_may_read_differently_is_not_passed_on(noted, data):
    before = len(noted.behind.requests)
    answer = noted.front.raw(data)
    assert answer == b"" or 400 <= status_of(answer) <= 501
    assert noted.behind.requests[before:] == []


def test_a_body_in_pieces_is_passed_on_whole_and_with_its_length(noted):
    before = len(noted.behind.requests)
    chunked = head("/", "POST", **{"Transfer-Encoding": "chunked"})
    body = b"4\r\nname\r\n10\r\nGET / HTTP/1.1\r\n\r\n0\r\n\r\n"
    assert status_of(noted.front.raw(chunked + body)) == 200
    [(lines, received)] = noted.behind.requests[before:]
    assert received == b"nameGET / HTTP/1.1\r\n"
    assert "Content-Length: 20" in lines
    assert not [line for line in lines if line.startswith("Transfer-Encoding")]


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        (CALL_BACK, 100_000, 200),
        (CALL_BACK, 200_000, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        ("/beheer/kinekracht/practitioner/1/change/", 15_000_000, 200),
        ("/beheer/kinekracht/practitioner/1/change/", 17_000_000, 413),
    ],
)
def test_a_picture_of_staff_may_be_large_and_no_form_of_a_visitor(noted, path, size, status):
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read it all
        assert noted.front.request("POST", path, bytes(size)).status == status


def test_what_a_visitor_sends_is_never_written_to_the_disk(hasty):
    """The folder where nginx would write it is none: who needs it gets an error."""
    folder = hasty.front.folder / "body"
    folder.rename(folder.with_suffix(".gone"))
    folder.touch()
    assert hasty.front.request("POST", CALL_BACK, bytes(127_000)).status == 200
    assert len(hasty.behind.requests[-1][1]) == 127_000
    assert hasty.front.request("POST", "/beheer/", bytes(200_000)).status == 500  # the control


# How long it waits, and for how many


def test_forty_slow_forms_stop_nobody(live):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(unfinished(live.front)) for _ in range(40)]
        assert live.front.get(ARTICLE).status == 200
        assert live.front.get(NEVER_BOOKED.path).status == 200
        assert book(live.front, 2) == 302
        for connection in slow:
            connection.sendall(b"x" * 95)  # none of them was done until now
        assert {status_of(read_all(connection)) for connection in slow} == {403}


def test_forty_slow_beginnings_and_sixty_idle_connections_stop_nobody(live):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(live.front.connect()) for _ in range(40)]
        for connection in slow:
            connection.sendall(head(ARTICLE)[:-4])
        idle = [stack.enter_context(live.front.connect()) for _ in range(60)]
        mute = [stack.enter_context(connect(live.front.port)) for _ in range(60)]
        assert live.front.get(ARTICLE).status == 200
        assert book(live.front, 3) == 302
        assert not any(is_closed(connection) for connection in idle + mute)
        for connection in slow:
            connection.settimeout(30)
            connection.sendall(b"\r\n\r\n")
        assert {status_of(read_all(connection)) for connection in slow} == {200}


def test_nothing_of_an_unfinished_form_reaches_the_site(noted):
    before = len(noted.behind.requests)
    with unfinished(noted.front) as connection:
        assert noted.front.get("/").status == 200
        assert len(noted.behind.requests) == before + 1
        connection.sendall(b"x" * 95)
        assert status_of(read_all(connection)) == 200
    assert noted.behind.requests[-1][1] == b"name=" + b"x" * 95


def test_who_sends_a_beginning_letter_by_letter_is_closed(hasty):
    before = len(hasty.behind.requests)
    with hasty.front.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        until(lambda: is_closed(connection, b"x"))
    assert hasty.behind.requests[before:] == []


def test_who_stops_in_the_middle_of_a_form_is_closed(hasty):
    before = len(hasty.behind.requests)
    with unfinished(hasty.front) as connection:
        until(lambda: is_closed(connection))
    assert hasty.behind.requests[before:] == []


@pytest.mark.parametrize(
    ("from_", "same", "another"),
    [
        (["192.0.2.7"], "192.0.2.7", "192.0.2.8"),
        (
            [f"2001:db8:1:1::{n:x}" for n in range(1, AT_ONCE)],
            "2001:db8:1:1:f::1",
            "2001:db8:1:2::1",
        ),
    ],
    ids=["IPv4", "IPv6"],
)
def test_one_address_has_so_many_requests_at_once_and_no_more(noted, from_, same, another):
    front = noted.front

    def ask(source):
        return front.request("GET", "/", headers={"X-From": source}).status

    with contextlib.ExitStack() as stack:
        for n in range(AT_ONCE):
            source = {"X-From": from_[n % len(from_)]}
            stack.enter_context(unfinished(front, headers=source))
        until(lambda: ask(same) == HTTPStatus.TOO_MANY_REQUESTS)
        assert ask(another) == 200
    until(lambda: ask(same) == 200)
