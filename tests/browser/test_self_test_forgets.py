"""Nothing of what somebody answers stays behind: not here, and not in their browser."""

import socket
import sqlite3
from contextlib import closing

import pytest

from tests.browser.test_self_test import PATH, answer, send

CANARY = "kanarie-7f3a9c"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def traces(site):
    """What the site holds (rows by table), and everything it ever wrote to its log."""

    def look():
        with closing(sqlite3.connect(site.var_dir / "db.sqlite3")) as database:
            tables = [name for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )]  # fmt: skip
            rows = {
                table: database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
                for table in tables
            }
        return rows, site.output.read_text()

    return look


def files_with(site, words):
    """The files of the site in which ``words`` stand."""
    files = [*site.var_dir.rglob("*"), site.output]
    return [path for path in files if path.is_file() and words.encode() in path.read_bytes()]


def test_the_search_for_traces_finds_what_is_there(site, traces):
    rows, log = traces()
    assert rows["selftest_question"] == 10
    assert "django_session" in rows
    assert "Ctrl-C" in log
    assert files_with(site, "PFDI-20") != []


def test_the_browser_keeps_nothing_and_neither_do_we(visitor, site, traces):
    before = traces()
    page = visitor()
    page.goto(PATH)
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    answer(page, 7, leave_open=(9,))
    send(page)
    answer(page, 7)
    send(page)
    assert page.get_by_role("heading", level=1).inner_text().startswith("Je antwoordde 7")
    assert traces() == before
    assert {address.partition("?")[1] for address in addresses} == {""}
    assert {a for a in addresses if "zelftest" in a} == {site.url + PATH}
    assert page.context.cookies() == []
    assert page.context.storage_state()["origins"] == []
    kept = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, history.state,
             (await indexedDB.databases()).length, (await caches.keys()).length]"""
    )
    assert kept == [0, 0, None, 0, 0]


def test_going_back_shows_no_answers(visitor):
    page = visitor()
    page.goto(PATH)
    answer(page, 3)
    send(page)
    page.go_back()
    assert page.get_by_role("button", name="Bekijk je resultaat").is_visible()
    assert page.locator(":checked").count() == 0


@pytest.mark.parametrize(
    ("status", "request_line", "body"),
    [
        (400, ("POST", PATH), f"vraag-1={CANARY}&{CANARY}=ja"),
        (400, ("POST", PATH), "&".join(f"{CANARY}-{n}={CANARY}" for n in range(1_000))),
        (400, ("POST", PATH), "&".join(f"{CANARY}-{n}={CANARY}" for n in range(6_000))),
        (400, ("POST", PATH), f"vraag-1={CANARY}" * 120_000),
        (400, ("POST", PATH), f"vraag-1={CANARY}%00&vraag-2=%00"),
        (400, ("GET", f"{PATH}?vraag-1=ja&x={CANARY}"), ""),
        (400, ("HEAD", f"{PATH}?vraag-1=ja&x={CANARY}"), ""),
        (405, ("PUT", PATH), f"vraag-1={CANARY}"),
        (405, ("DELETE", PATH), f"vraag-1={CANARY}"),
        (404, ("POST", f"/zelftest/{CANARY}/"), f"vraag-1={CANARY}"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_bad_input_is_refused_and_forgotten(site, traces, status, request_line, body):
    rows, _ = traces()
    reply = site.request(*request_line, body.encode(), headers=FORM)
    assert reply.status == status
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in reply.headers
    assert CANARY not in reply.text
    assert traces()[0] == rows
    assert files_with(site, CANARY) == []


@pytest.mark.parametrize("path", [PATH, "/beheer/login/"])
def test_a_file_is_refused_before_it_is_written(site, traces, path):
    before = traces()
    body = (
        '--x\r\nContent-Disposition: form-data; name="vraag-1"\r\n\r\nja\r\n'
        f'--x\r\nContent-Disposition: form-data; name="x"; filename="{CANARY}"\r\n'
        f"\r\n{CANARY}\r\n--x--\r\n"
    )
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Cookie": "csrftoken=" + "x" * 32,
    }
    reply = site.request("POST", path, body.encode(), headers=headers)
    assert reply.status == 400
    assert "Beantwoord deze vragen" not in reply.text
    assert traces() == before
    assert files_with(site, CANARY) == []


@pytest.mark.parametrize(
    "charset", ["zlib", "rot13", "latin-1", "idna", "undefined", "bestaat-niet"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain"])
def test_a_request_in_other_letters_is_refused_unlogged(site, traces, method, charset, kind):
    before = traces()
    address = f"{PATH}?vraag-1=ja&x={CANARY}%20"
    headers = {"Content-Type": f"{kind}; charset={charset}"}
    reply = site.request(method, address, CANARY.encode(), headers=headers)
    assert reply.status == 400
    assert reply.headers["Cache-Control"] == "no-store"
    assert traces() == before


def test_what_is_no_request_at_all_is_not_quoted(site, traces):
    before = traces()
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: 3\r\n\r\n"
        connection.sendall(f"{head}x=y{CANARY} {CANARY}\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        assert b"".join(iter(lambda: connection.recv(65536), b"")).startswith(b"HTTP/1.1 400")
    assert traces() == before


def test_asking_for_the_head_alone_is_nothing_to_write_about(site, traces):
    before = traces()
    assert site.request("HEAD", PATH).status == 200
    assert traces() == before


def test_somebody_who_leaves_half_way_leaves_no_trace(site, traces):
    rows, log = traces()
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: 1000\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        connection.sendall(f"{head}{kind}vraag-1={CANARY}".encode())
        connection.shutdown(socket.SHUT_WR)
        reply = b"".join(iter(lambda: connection.recv(65536), b""))
    assert CANARY.encode() not in reply
    assert traces() == (rows, log)
    assert files_with(site, CANARY) == []
