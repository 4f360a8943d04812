"""What the logs say after visits to addresses that nobody else may learn."""

import contextlib
import re
import ssl

import pytest

from tests.booking.visitor import Client
from tests.deploy.nginx import SITE, SNIPPET, Nginx
from tests.deploy.raw import NAME, connect, head, unfinished
from tests.faults.site import ARTICLE, NEVER_BOOKED, until, wishes
from tests.running_site import free_port

# Once, as the proxy knows no database.
pytestmark = [pytest.mark.site, pytest.mark.once]

KEY = "Nq3xV0bTgk7_sleutel-4mZ"
SLUG = "zwakke-bekkenbodem"
WORD = "incontinentie"
VISITOR = "127.0.0.77"
LINE = re.compile(r"\d{4}-\S+ [A-Z-]+ (\S+) \d{3} [\d.]+ (?:\d{3}|-)")
PARTS = {"/", "/afspraak/", "/afspraak/a/*", "/afspraak/agenda/*", "/afspraak/terugbellen/*"} | {
    f"/{name}/" for name in ("artikels", "behandelingen", "beheer", "media", "zelftest")
}
SUBPAGES = [
    *("", "akkoord/", "verplaatsen/", "verplaatsen/2026-12-01-0900/", "annuleren/", "wissen/"),
    *("zelftest/", "afspraak.ics"),
]


def spellings(path):
    """Ways to write the address of one page, and what is taken for it by mistake."""
    first, rest = path[1], path[2:]
    return [
        path,
        f"{path}?q={WORD}&sleutel={KEY}",
        f"/%{ord(first):02x}{rest}",
        path[0] + path[1:].replace("/", "%2F"),
        path.replace("/", "//"),
        path.replace("/", "/./"),
        f"/{WORD}/..{path}",
        path.upper(),
        path.rstrip("/"),
        f"{path}%3Fq={WORD}",
        f"{path}%0A",
        f"{path};{WORD}",
        "".join(f"%{ord(letter):02X}" for letter in path),
    ]


def visit(front, path):
    """Ask for it, by TLS and without."""
    for encrypted in (True, False):
        asked = head(path, Referer=f"https://{NAME}/artikels/{SLUG}/", Cookie=f"x={KEY}")
        assert front.raw(asked, source=VISITOR, encrypted=encrypted)


def indiscretions(said, *more):
    """Which secrets stand in a log."""
    secrets = [KEY, SLUG, WORD, VISITOR, *more]
    return [secret for secret in secrets if secret.lower() in said.lower()]


@pytest.fixture(scope="module")
def addresses(live):
    """Of a patient's own page, of a call-back's, and of a practice's calendar."""
    [wish] = wishes(40, 41)
    own = wish.send(Client(live.front, NEVER_BOOKED.path)).headers["Location"]
    asking = Client(live.front, "/afspraak/terugbellen/")
    answer = asking.post("/afspraak/terugbellen/", name="An", telephone="0470 12 34 56")
    call_back = answer.headers["Location"]
    until(lambda: len(live.front.log) == 4)
    return own, call_back, f"/afspraak/agenda/{KEY}.ics"


def test_visits_leave_when_how_and_in_which_part_of_the_site(live, addresses):
    own, call_back, feed = addresses
    keys = [address.split("/")[3] for address in (own, call_back)]
    paths = [
        "/",
        *(own + page for page in SUBPAGES),
        *(f"/afspraak/a/{KEY}/{page}" for page in SUBPAGES),
        *(call_back, f"{call_back}wissen/", f"/afspraak/terugbellen/{KEY}/", feed),
        *(ARTICLE, f"{ARTICLE}deelbeeld.png", f"/artikels/categorie/{WORD}/", f"/zelftest/{WORD}/"),
        *(f"/artikels/?q={WORD}", f"/behandelingen/{WORD}/", f"/media/pictures/{WORD}.avif"),
        *(f"/beheer/persoon/?q={WORD}", f"/beheer/booking/appointment/{KEY}/change/", f"/{WORD}/"),
    ]
    paths += [odd for path in (own, call_back, feed, ARTICLE) for odd in spellings(path)]
    before = len(live.front.log)
    for path in paths:
        visit(live.front, path)
    until(lambda: len(live.front.log) == before + 2 * len(paths))
    assert indiscretions(live.front.said + live.site.said, *keys) == []
    parts = {LINE.fullmatch(line)[1] for line in live.front.log}
    assert parts - {"other"} == PARTS


def provoke(front):
    """All that nginx has something to say about; every time it knows a key and an address."""
    secret = f"/afspraak/a/{KEY}/"
    for odd in (f"{secret} x", f"{secret}%00", f"{secret}%zz", f"{secret}../../../..", "x" * 9000):
        for encrypted in (True, False):
            front.raw(head(odd), source=VISITOR, encrypted=encrypted)
    front.raw(head(secret, "POST", **{"Transfer-Encoding": KEY}), source=VISITOR)
    front.raw(head(secret, host=f"{KEY}.example"), source=VISITOR)
    front.raw(head(secret, X=f"{KEY}" * 500), source=VISITOR)
    front.raw(head(secret, KEY), source=VISITOR)
    too_long = {"Content-Length": "20000000"}
    front.raw(head(secret, "POST", **too_long), source=VISITOR)
    front.raw(head(secret), source=VISITOR)  # nobody is behind it
    unfinished(front, secret, source=VISITOR).close()
    with connect(front.port, VISITOR) as connection:
        connection.sendall(head(secret))
    with contextlib.suppress(ssl.SSLError):
        front.connect(name=f"{KEY}.example", source=VISITOR)
    # A disk that is full, or a folder that is not there.
    (front.folder / "body").rename(front.folder / "gone")
    (front.folder / "body").touch()
    large = head(f"/beheer/{KEY}/", "POST", **{"Content-Length": "200000"}) + bytes(200_000)
    assert front.raw(large, source=VISITOR).startswith(b"HTTP/1.1 500 ")


@contextlib.contextmanager
def provoked(folder, **changed):
    """What the logs say when all of that went wrong."""
    front = Nginx(folder, f"server 127.0.0.1:{free_port()};")
    for name, (old, new) in changed.items():
        file = front.folder / {"site": SITE, "snippet": SNIPPET}[name]
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
    try:
        front.start()
        provoke(front)
        # Lines are written in the order in which requests end; this one is the last.
        until(lambda: [line for line in front.log if " 500 " in line], site=front)
        yield front.said
    finally:
        front.stop()


def test_what_goes_wrong_quotes_no_request(tmp_path):
    with provoked(tmp_path / "nginx") as said:
        assert indiscretions(said) == []
        assert " /afspraak/a/* 502 " in said
        assert " /beheer/ 500 " in said


@pytest.mark.parametrize(
    "changed",
    [
        {"site": ("$kinekracht_part $status", "$uri $status")},
        {"snippet": ("/dev/null emerg", "log/kinekracht-error.log crit")},
    ],
    ids=["the path", "errors"],
)
def test_as_it_was_the_logs_quote_keys(tmp_path, changed):
    """The control: what these tests would find if the configuration were less discreet."""
    with provoked(tmp_path / "nginx", **changed) as said:
        assert KEY in indiscretions(said)
