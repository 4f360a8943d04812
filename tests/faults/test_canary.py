"""What a patient confides, and who they are, shows up nowhere but where they sent it.

One walk through all that can happen to an appointment, with errors on the way, and then a look at
everything that left the site or was written beside the database's own rows.
"""

import re
import subprocess
import uuid
from urllib.parse import unquote, urlencode

import pytest

from kinekracht.encryption import decrypt
from tests.booking.visitor import Client
from tests.faults.site import FIRST_DAY, MANAGE, Site, until
from tests.running_site import ROOT
from tests.smtp_server import smtp_server

pytestmark = pytest.mark.site

CANARY = re.compile("canary|kanarie|470 ?123 ?456|70 12 34 56", re.IGNORECASE)
PATIENT = {
    "name": "Canary Kanarie",
    "telephone": "0470 12 34 56",
    "email": "zangvogel@example.com",
    "visit": "first",
    "referral": "unknown",
    "complaint": "Canary-klacht over iets.",
}
ADMIN = "/beheer/booking/appointment/"
LOG_IN = """
from django.test import Client
from kinekracht.models import Practitioner
from tests.staff import make_staff, sign_in
user = make_staff("beheerder", "therapeut", name="els")
Practitioner.objects.update(user=user)
print(sign_in(Client(), user).cookies["sessionid"].value)
"""
FEED = """
from booking.models import CalendarFeed
from kinekracht.models import Practitioner
print(CalendarFeed.objects.create(practitioner=Practitioner.objects.get()).key)
"""
# A column that the code doesn't know and that must be filled: every request is now an error, and
# PostgreSQL's message about it quotes the whole row.
BREAK = {
    "SQLite": [
        """CREATE TRIGGER broken BEFORE INSERT ON booking_appointment
        BEGIN SELECT RAISE(ABORT, 'canary in a message'); END"""
    ],
    "PostgreSQL": [
        "ALTER TABLE booking_appointment ADD COLUMN broken integer NOT NULL DEFAULT 1",
        "ALTER TABLE booking_appointment ALTER COLUMN broken DROP DEFAULT",
    ],
}
KEPT = {
    "history": "SELECT object_repr || change_message FROM django_admin_log",
    "subjects": "SELECT subject FROM post_office_email",
    "texts": "SELECT message FROM post_office_email",
    "audit": "SELECT name || action FROM booking_auditentry",
    "calendars": "SELECT name FROM post_office_attachment",
    "errors": "SELECT message FROM post_office_log",
}


@pytest.fixture
def server():
    with smtp_server() as server:
        yield server


@pytest.fixture
def site(database, place, server):
    site = Site(database, place / "canary", EMAIL_URL=server.url, MAIL_RETRY_SECONDS="0")
    site.serve()
    site.work()
    yield site
    site.stop()


class Staff:
    """Somebody at the practice, in the admin."""

    def __init__(self, site, seen):
        self.site, self.seen = site, seen
        self.cookie = f"sessionid={shell(site, LOG_IN)}; csrftoken={'a' * 32}"

    def get(self, path):
        return self.seen(self.site.get(path, Cookie=self.cookie))

    def post(self, path, **fields):
        body = urlencode(fields | {"csrfmiddlewaretoken": "a" * 32}).encode()
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self.seen(self.site.request("POST", path, body, headers=headers))


def shell(site, script):
    """What ``script`` prints in the site's environment."""
    done = subprocess.run(
        [*MANAGE, "shell", "--no-imports", "-c", script],
        cwd=ROOT,
        env=site.variables | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


def addresses_in(answer):
    """Where an answer leads: by itself, or by what is in it."""
    found = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)
    # What staff click to call or to write is no address on the site.
    inner = [each for each in found if not each.startswith(("tel:", "mailto:"))]
    return [answer.headers.get("Location") or "", *inner]


def test_nobody_hears_of_the_canary(database, place, site, server):
    kind = type(database).__name__
    addresses = []

    def seen(answer):
        addresses.extend(addresses_in(answer))
        return answer

    def at(hour):
        return f"/afspraak/kine/{FIRST_DAY}-{hour:02}00/"

    visitor = Client(site, at(9))

    def send(path, **fields):
        sent = visitor.post(path, **PATIENT | fields, submission=str(uuid.uuid4()))
        return seen(sent).headers.get("Location")

    # A form with a mistake, one that is sent, and somebody who wants to be called.
    assert send(at(9), email="canary@", telephone="") is None
    personal = send(at(9))
    assert send("/afspraak/terugbellen/")
    # Staff answer, change what is known of the patient, and read what was confided.
    staff = Staff(site, seen)
    [pk] = database.column("SELECT id FROM booking_appointment")
    page = f"{ADMIN}{pk}/"
    details = {name: PATIENT[name] for name in ("name", "telephone", "email")}
    assert staff.post(f"{page}bevestigen/", version=0).status == 302
    assert staff.post(f"{page}change/", **details | {"name": "Canary K."}).status == 302
    assert "Canary-klacht" in staff.get(f"{page}vertrouwelijk/").text
    assert staff.post(f"{page}vertrouwelijk/", complaint="Canary, korter.").status == 302
    for path in ("/beheer/", ADMIN, f"{page}change/", f"{page}history/", "/beheer/agenda/"):
        assert staff.get(path).status == 200
    assert staff.post("/beheer/persoon/", email=PATIENT["email"]).status == 200
    # The patient moves and calls it off; calendars are fetched.
    calendars = [site.get(f"{personal}afspraak.ics").text]
    feed = f"/afspraak/agenda/{shell(site, FEED)}.ics"
    calendars.append(site.get(feed).text)
    moved = visitor.post(f"{personal}verplaatsen/{FIRST_DAY}-1500/", version=1)
    assert moved.status == 302
    calendars.append(site.get(feed).text)
    assert visitor.post(f"{personal}annuleren/", version=2).status == 302
    seen(site.get(personal))
    # Errors: a database that refuses the row, one that is locked, and what can't be read.
    database.execute(*BREAK[kind])
    assert visitor.post(at(11), **PATIENT, submission=str(uuid.uuid4())).status == 500
    for body in (b"name=Canary%ZZ\xff&complaint=canary%00", b"{canary"):
        site.request("POST", at(12), body, headers=visitor.headers)
    site.get("/afspraak/a/canary-kanarie/")
    site.get("/artikels/?q=canary%20kanarie")
    server.wait_for(7)

    assert not [each for each in addresses if CANARY.search(unquote(each))]
    assert "BEGIN:VEVENT" in calendars[0]
    assert not CANARY.search(unfolded("".join(calendars)))
    for name, query in KEPT.items():
        rows = database.column(query)
        if name == "texts":
            rows = [decrypt(row) for row in rows]
        assert rows or name == "errors", name
        assert not [row for row in rows if CANARY.search(row)], name
    for mail in server.mails:
        parts = [str(part.get_payload(decode=True) or b"") for part in mail.walk()]
        headers = [f"{name}: {value}" for name, value in mail.items() if name != "To"]
        assert not CANARY.search(unfolded("".join(headers + parts)))
    until(lambda: "booking_appointment" in site.said or "Error" in site.said, site=site)
    assert "IntegrityError" in site.said
    assert "workflow.py" in site.said  # where it was
    assert not CANARY.search(site.said)


def unfolded(text):
    """Without the line ends of calendars and mails, which may cut a word in two."""
    return re.sub(r"(\\r)?(\\n|\r?\n)[ \t]|=\r?\n", "", text)


def test_the_control_sees_a_canary():
    for text in ("Canary", "x=canary%20y", "+32470123456", "SUMMARY:Can\r\n ary", "Dag Kanarie"):
        assert CANARY.search(unfolded(text))
    assert not CANARY.search("C.K. op dinsdag")
