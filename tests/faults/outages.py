"""What must hold whatever is wrong with the database: the same for every fault."""

from tests.booking.visitor import Client
from tests.faults.site import ARTICLE, NEVER_BOOKED, wishes

WORDS = [
    "Dit lukt nu even niet",
    "Ook wat je net verstuurde, is niet bewaard.",
    "056 / 94 11 58",
    "0478 / 93 16 61",
]


class Visit:
    """Somebody has read an article, and has the form open, before something goes wrong."""

    def __init__(self, site, n=0):
        self.site, self.database = site, site.database
        self.read = site.get(ARTICLE)
        assert self.read.status == 200
        self.client = Client(site, NEVER_BOOKED.path)
        [self.wish] = wishes(n, n + 1)

    def finds_it_broken(self):
        """They can read on, and are told that what they send is not stored, and what to do."""
        answer = self.wish.send(self.client)
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "60"
        assert answer.headers["Cache-Control"] == "no-store"
        assert all(word in answer.text for word in WORDS)
        read = self.site.get(ARTICLE)
        assert (read.status, read.body) == (200, self.read.body)

    def finds_it_whole(self):
        """The same form is taken; nothing is left of the first time."""
        answer = self.wish.send(self.client)
        assert answer.status == 302, answer.text
        [key] = self.database.keys
        assert answer.headers["Location"] == f"/afspraak/a/{key}/"
        assert self.database.half_written == []
        assert self.site.get(ARTICLE).headers["Cache-Status"] == "KineKracht; hit"


def lines_about(site, cause):
    """The lines in the log about ``cause``; there is no traceback in it and no patient's name."""
    assert 'File "' not in site.said
    assert "Pati" not in site.said
    lines = site.said.splitlines()
    return [line.partition("kinekracht.outage ")[2] for line in lines if cause in line]
