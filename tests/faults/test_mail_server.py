"""The mail server is down from the first booking to the last, and then it is there again."""

import collections

import pytest

from tests.faults.site import Site, send_all, serving, until, wishes
from tests.smtp_server import smtp_server

pytestmark = pytest.mark.site

MANY = 30
TRIED = "SELECT count(*) FROM post_office_email WHERE number_of_retries > 0"
STATES = "SELECT DISTINCT status FROM post_office_email"
SENT, FAILED = 0, 1


@pytest.fixture
def server():
    """A mail server, which is down at first."""
    with smtp_server() as server:
        server.stop()
        yield server


@pytest.fixture
def make_site(database, server, tmp_path):
    """Makes a site that leaves its mail there."""
    given = {"EMAIL_URL": server.url, "MAIL_RETRY_SECONDS": "0"}
    return lambda **options: Site(database, tmp_path / "var", **given | options)


def test_bookings_go_on_and_every_mail_arrives_once_when_it_is_back(make_site, server):
    site = make_site()
    with serving(site):
        site.work()
        wanted = wishes(0, MANY)
        answers = send_all(site, wanted)
        assert {status for status, _ in answers} == {302}
        until(lambda: site.database.column(TRIED) > [0], site=site)
        assert server.mails == []
        server.start()
        until(lambda: site.database.column(STATES) == [SENT], site=site)
    assert site.database.half_written == []
    assert len({mail["Message-ID"] for mail in server.mails}) == len(server.mails)
    assert collections.Counter(mail["To"] for mail in server.mails) == {
        "praktijk@example.com": MANY
    } | {f"patient{wish.n}@example.com": 1 for wish in wanted}


def test_without_patience_mails_would_be_lost(make_site):
    site = make_site(without="patience")
    with serving(site):
        site.work()
        send_all(site, wishes(0, 3))
        until(lambda: FAILED in site.database.column(STATES), site=site)
