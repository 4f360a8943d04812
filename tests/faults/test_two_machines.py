"""Two machines with nothing in common but what docs/deploy.md has them share.

Their folders are on one disk here, and the shared one is no NFS. All else is what it says.
"""

import contextlib
import io
import subprocess
import tarfile
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from PIL import Image

from booking.models.links import sha256, verified_uid
from tests.booking.visitor import Client, filled_in
from tests.deploy.nginx import Nginx
from tests.deploy.raw import LOCALHOST, NAME
from tests.faults.machines import Machine, Redis, servers
from tests.faults.readers import CHANGE, PUBLISH, crowd, read, shell
from tests.faults.rendered import how_often
from tests.faults.site import ARTICLE, MANAGE, NEVER_BOOKED, kill, until, wishes
from tests.running_site import ROOT
from tests.smtp_server import calendar_of, smtp_server
from tests.with_postgresql import programs

# Once, as it brings a PostgreSQL of its own.
pytestmark = [pytest.mark.site, pytest.mark.once]

HIT, STORED = "KineKracht; hit", "KineKracht; fwd=miss; stored"
PAGES = (ARTICLE, "/artikels/", "/contact/")
STORE_PICTURE = """
import io
from PIL import Image
from django.core.files.base import ContentFile
from kinekracht.models import Practitioner
file = io.BytesIO()
Image.new("RGB", (4, 3), "teal").save(file, "PNG")
an = Practitioner.objects.get(slug="an")
an.portrait.save("an.png", ContentFile(file.getvalue()))
"""
CONFIRM = """
from django.utils import timezone
from booking import actors, workflow
from booking.models import Appointment
asked = Appointment.objects.with_key("{key}").get()
workflow.confirm(asked, version=asked.version, by=actors.PATIENT, now=timezone.now())
"""
PORTRAITS = "SELECT portrait FROM kinekracht_practitioner WHERE portrait <> ''"
HOLDER = "SELECT holder FROM booking_worker WHERE holder <> ''"
STATES = "SELECT status FROM booking_appointment"
UNSENT = "SELECT count(*) FROM post_office_email WHERE status <> 0"


@pytest.fixture(scope="module")
def network(postgresql, place, tmp_path_factory):
    """All of it: ``one`` and ``other`` are the web machines, ``front`` is where visitors come."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgresql.copied(place))
        cache = Redis(place / "redis")
        mail = stack.enter_context(smtp_server())
        shared = place / "shared"
        shared.mkdir()
        given = {
            "CACHE_URL": cache.url,
            "EMAIL_URL": mail.url,
            "SHARED_DIR": str(shared),
            "SITE_URL": f"https://{NAME}",
            "TRUSTED_PROXY": LOCALHOST,
        }
        one, other = (Machine(database, place / name, **given) for name in ("one", "other"))
        front = Nginx(place / "nginx", servers(one, other))
        cache.start()
        stack.callback(cache.stop)
        for machine in (one, other):
            stack.callback(machine.stop)
            machine.master = machine.serve()
        front.start()
        stack.callback(front.stop)
        yield SimpleNamespace(
            cache=cache,
            database=database,
            front=front,
            machines=(one, other),
            mail=mail,
            one=one,
            other=other,
            shared=shared,
        )


@pytest.fixture(autouse=True)
def _nothing_booked(network):
    network.database.empty()


def states(machine, path, times=8):
    """What became of requests: enough for both of a machine's processes to have one."""
    answers = [machine.get(path) for _ in range(times)]
    assert {answer.status for answer in answers} == {200}
    return [answer.headers.get("Cache-Status", "") for answer in answers]


def renders(network, path):
    """How often both machines together rendered a page."""
    return sum(how_often(machine, path) for machine in network.machines)


def book(site, n=0):
    """Somebody asks for an appointment; what they are answered."""
    [wish] = wishes(n, n + 1)
    return wish.send(Client(site, NEVER_BOOKED.path))


def press(machine, path):
    """Somebody presses the button of a page; what they are answered."""
    return Client(machine, path).post(path)


# Reading


def test_what_one_renders_the_other_has(network):
    shell(network.one, CHANGE)
    for path in PAGES:
        before = renders(network, path)
        assert network.one.get(path).headers["Cache-Status"] == STORED
        assert set(states(network.other, path)) == {HIT}
        assert renders(network, path) == before + 1


def test_what_staff_publish_on_one_is_on_the_other_with_the_next_request(network):
    for machine, title in ((network.one, "Eerste titel"), (network.other, "Tweede titel")):
        for reader in network.machines:
            states(reader, ARTICLE)  # each process has it at hand
        shell(machine, PUBLISH, title=title)
        before = renders(network, ARTICLE)
        for reader in (*network.machines, network.front):
            for _ in range(8):
                assert f"<h1>{title}</h1>" in read(reader, ARTICLE)
        assert renders(network, ARTICLE) == before + 1


def test_a_crowd_at_a_cold_page_has_it_rendered_once_by_both_together(network):
    shell(network.one, CHANGE)
    before = [how_often(machine, ARTICLE) for machine in network.machines]
    [text] = crowd(network.front, ARTICLE)
    assert "</html>" in text
    assert renders(network, ARTICLE) == sum(before) + 1


def test_a_picture_that_one_was_given_is_served_by_the_other(network):
    shell(network.one, STORE_PICTURE)
    [name] = network.database.column(PORTRAITS)
    answers = [machine.get(f"/media/{name}") for machine in network.machines]
    for answer in answers:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert Image.open(io.BytesIO(answer.body)).size == (4, 3)
    assert answers[0].body == answers[1].body


# Booking


def test_a_slot_that_is_asked_for_on_both_at_once_is_given_once(network):
    visitors = [Client(machine, NEVER_BOOKED.path) for machine in network.machines * 2]
    together = threading.Barrier(len(visitors))

    def ask(path, number):
        fields = filled_in(number) | {"submission": str(uuid.uuid4())}
        together.wait()
        return visitors[number].post(path, **fields).status

    with ThreadPoolExecutor(len(visitors)) as pool:
        for wish in wishes(0, 10):
            statuses = list(pool.map(ask, [wish.path] * len(visitors), range(len(visitors))))
            assert sorted(statuses) == [302, 409, 409, 409]
    assert len(network.database.keys) == 10
    assert network.database.half_written == []


def test_a_form_that_one_showed_is_taken_by_the_other_and_counts_once(network):
    [wish] = wishes(0, 1)
    visitor = Client(network.one, NEVER_BOOKED.path)
    first = wish.send(visitor)
    visitor.site = network.other
    again = wish.send(visitor)
    assert first.status == again.status == 302
    assert first.headers["Location"] == again.headers["Location"]
    assert len(network.database.keys) == 1


def test_a_calendar_file_that_one_made_is_mailed_once_by_the_worker_of_the_other(network):
    network.mail.mails.clear()
    network.other.work()
    until(lambda: network.database.column(HOLDER), site=network.other)
    network.one.work()  # which stands by
    address = book(network.one).headers["Location"]
    [key] = network.database.keys
    shell(network.one, CONFIRM, key=key)
    assert press(network.one, f"{address}annuleren/").status == 302
    until(lambda: network.database.column(UNSENT) == [0], site=network.other)
    network.mail.wait_for(4)
    mails = [mail for mail in network.mail.mails if mail["To"] == "patient0@example.com"]
    files = [calendar_of(mail) for mail in mails]
    assert [b"METHOD:REQUEST" in file for file in files if file] == [True, False]
    assert sum(b"METHOD:CANCEL" in file for file in files if file) == 1
    assert len({mail["Message-ID"] for mail in network.mail.mails}) == len(network.mail.mails)


def test_a_backup_made_on_either_has_what_they_share(network, tmp_path):
    shell(network.one, STORE_PICTURE)
    [name] = network.database.column(PORTRAITS)
    address = book(network.one).headers["Location"]
    assert press(network.one, f"{address}wissen/").status == 200
    (network.shared / "mail/waiting").mkdir(parents=True)
    (network.shared / "mail/waiting/afspraak.ics").touch()
    other = network.other
    path = {"PATH": f"{programs()}:{other.variables['PATH']}"}  # of pg_dump
    command = [*MANAGE, "backup", tmp_path / "backup"]
    subprocess.run(command, cwd=ROOT, env=other.variables | path, check=True, capture_output=True)
    with tarfile.open(tmp_path / "backup") as backup:
        assert {f"media/{name}", "mail/waiting/afspraak.ics", "erasures"} <= {*backup.getnames()}
    assert not (other.var_dir / "media").exists()


# What fails


def test_without_redis_pages_are_rendered_and_bookings_go_on_and_then_it_is_back(network):
    front = network.front
    states(front, ARTICLE)
    network.cache.stop()
    try:
        for machine in network.machines:
            assert set(states(machine, ARTICLE)) == {""}
        assert front.get(f"{ARTICLE}deelbeeld.png").status == 200
        shell(network.one, PUBLISH, title="Zonder Redis")
        assert "<h1>Zonder Redis</h1>" in read(front, ARTICLE)
        assert book(front).status == 302
        assert network.database.half_written == []
    finally:
        network.cache.start()
    for machine in network.machines:
        until(lambda: set(states(machine, ARTICLE)) == {HIT}, site=machine)  # noqa: B023  at once
    assert "<h1>Zonder Redis</h1>" in read(front, ARTICLE)


def test_without_the_shared_folder_people_read_and_book_and_nothing_is_half_done(network):
    one, database = network.one, network.database
    address = book(one).headers["Location"]
    [key] = database.keys
    shell(one, CONFIRM, key=key)
    shell(one, STORE_PICTURE)
    [name] = database.column(PORTRAITS)
    gone = network.shared.with_suffix(".gone")
    network.shared.rename(gone)
    network.shared.touch()  # or the site, which may be root here, would make another
    try:
        before = database.column(STATES)
        assert {one.get(path).status for path in (*PAGES, address)} == {200}
        assert one.get(f"/media/{name}").status == 404
        # Both write a file: a calendar that says so, and the list of erasures.
        for button in ("annuleren/", "wissen/"):
            answer = press(one, address + button)
            assert answer.status == 500
            assert "056 / 94 11 58" in answer.text
        assert database.column(STATES) == before
        assert book(one, 1).status == 302
    finally:
        network.shared.unlink()
        gone.rename(network.shared)
    assert one.get(f"/media/{name}").status == 200
    assert press(one, f"{address}annuleren/").status == 302
    assert press(one, f"{address}wissen/").status == 200
    line = sha256(str(verified_uid(key, of="appointment")))
    assert line in (network.shared / "erasures").read_text()


def test_without_one_machine_all_is_served_by_the_other_and_then_it_is_back(network):
    kill(network.one.master)
    for path in PAGES * 5:
        assert network.front.get(path).status == 200
    for n in range(5):
        assert book(network.front, n).status == 302
    assert network.database.half_written == []
    network.one.master = network.one.serve()
    shell(network.other, CHANGE)
    before = how_often(network.one, "/gezond/")
    until(
        lambda: network.front.get("/gezond/").status and how_often(network.one, "/gezond/") > before
    )
