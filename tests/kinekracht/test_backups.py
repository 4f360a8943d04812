"""What may be restored, and what is refused. As processes, under load: tests/faults/."""

import contextlib
import fcntl
import hashlib
import io
import json
import os
import re
import secrets
import stat
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.utils import timezone
from post_office.models import Attachment, Email

from booking import erasures, mails, workflow
from booking.models import Appointment, CallBack, Cell, Worker
from kinekracht.backups import databases, envelope
from tests.booking.factories import AppointmentFactory, CallBackFactory
from tests.kinekracht.disk import no_room
from tests.settings import STORAGES
from tests.staff import is_in, make_staff, sign_in
from tests.with_postgresql import programs

KEY, OLD_KEY, OTHER_KEY = (Fernet.generate_key().decode() for _ in range(3))
CANARY = "kanarie"
PICTURE = os.urandom(100_000)
REFUSED = r"geen back-up van deze site|andere sleutel"


def site_in(folder, **options):
    """Settings of a site whose data are in ``folder``."""
    folder.mkdir(exist_ok=True)
    mail = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    return override_settings(
        VAR_DIR=folder,
        SHARED_DIR=folder,
        MEDIA_ROOT=folder / "media",
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "mail": mail | {"OPTIONS": {"location": folder / "mail"}},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        **{"BACKUP_KEYS": []} | options,
    )


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture(scope="module", autouse=True)
def _programs_of_postgresql():
    """pg_dump and the like, of the server that the tests have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory, django_db_setup, django_db_blocker):
    """A backup of an empty practice with a picture and a waiting mail: plain, and encrypted."""
    folder = tmp_path_factory.mktemp("made")
    put(folder / "var/media/pictures/a.webp", PICTURE)
    put(folder / "var/mail/afspraak.ics", CANARY.encode())
    put(folder / "var/erasures", f"2026-01-01 {'a' * 64}\n".encode())
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(envelope, "CHUNK", 50_000)  # so that there are many
        for name, keys in (("plain", []), ("encrypted", [KEY, OLD_KEY])):
            with site_in(folder / "var", BACKUP_KEYS=keys):
                call_command(
                    "backup", str(folder / name), stdout=io.StringIO(), stderr=io.StringIO()
                )
    return SimpleNamespace(plain=folder / "plain", encrypted=folder / "encrypted")


@pytest.fixture
def var_dir(tmp_path):
    """Of the site that a test is about: it has no files yet."""
    with site_in(tmp_path / "var"):
        yield tmp_path / "var"


def say(command, *arguments, **options):
    """What a command said: what was asked for, and warnings."""
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def refuses(var_dir, tmp_path):
    """Asserts that something is no backup to be restored, in these words, which come first."""

    def assert_refused(content, words=REFUSED, keys=()):
        path = content if isinstance(content, Path) else tmp_path / "file"
        if not isinstance(content, Path):
            path.write_bytes(content)
        with override_settings(BACKUP_KEYS=list(keys)):
            for options in ({}, {"replace": True}, {"check": True}):
                with pytest.raises(CommandError, match=words):
                    say("restore", path, **options)
        assert [path.name for path in var_dir.rglob("*")] == ["backup-work"]

    return assert_refused


# The file


def members(path, keys=()):
    """What a backup holds, by name."""
    with envelope.opened(path, list(keys)) as file, tarfile.open(fileobj=file, mode="r|") as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def sealed(infos, keys=()):
    """A whole file of these members, each as tarfile describes it, with its content."""
    file = io.BytesIO()
    sealer = envelope.Sealer(file, list(keys))
    with tarfile.open(fileobj=sealer, mode="w|") as tar:
        for info, content in infos:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    sealer.close()
    return file.getvalue()


def forged(path, manifest=None, more=(), **changed):
    """A whole file like the one at ``path``, but for what was changed in it, hashes included."""
    content = members(path)
    described = json.loads(content.pop("manifest.json"))
    content |= {name.replace("__", "."): data for name, data in changed.items()}
    content = {name: data for name, data in content.items() if data is not None}
    described["members"] = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in content.items()
    }
    content["manifest.json"] = json.dumps(described | (manifest or {})).encode()
    return sealed([(tarfile.TarInfo(name), data) for name, data in content.items()] + list(more))


def test_a_plain_backup_is_a_tar_with_all_that_the_site_holds(made):
    with tarfile.open(made.plain) as tar:
        names = tar.getnames()
    engine = "database.dump" if connection.vendor == "postgresql" else "database.sqlite3"
    assert names == [
        engine, "media/pictures/a.webp", "mail/afspraak.ics", "erasures", "manifest.json",
    ]  # fmt: skip
    content = members(made.plain)
    assert content["media/pictures/a.webp"] == PICTURE
    manifest = json.loads(content["manifest.json"])
    assert (manifest["format"], manifest["version"]) == ("KineKracht backup", 1)
    assert manifest["engine"] == connection.vendor
    assert ["booking", "0001_initial"] in manifest["migrations"]
    assert manifest["rows"]["booking_appointment"] == 0
    assert manifest["rows"]["django_migrations"] == len(manifest["migrations"])
    assert {name: member["size"] for name, member in manifest["members"].items()} == {
        name: len(data) for name, data in content.items() if name != "manifest.json"
    }


def test_an_encrypted_backup_shows_nothing_to_who_has_no_key(made):
    assert CANARY.encode() in made.plain.read_bytes()
    encrypted = made.encrypted.read_bytes()
    assert not any(word in encrypted for word in (CANARY.encode(), b"manifest", b"media/"))
    content, plain = (members(path, [KEY]) for path in (made.encrypted, made.plain))
    assert content.keys() == plain.keys()
    assert content["media/pictures/a.webp"] == PICTURE


@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_only_its_owner_can_read_the_file(made, kind):
    assert stat.S_IMODE(getattr(made, kind).stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_what_is_whole_is_in_order(made, var_dir, kind):
    with override_settings(BACKUP_KEYS=[KEY] if kind == "encrypted" else []):
        said, warned = say("restore", getattr(made, kind), check=True)
    assert re.fullmatch(
        r"In orde: \w+ \d+ \w+ \d{4}, \d+\.\d\d uur \(rijen: \d+, foto's: 1\)\n", said
    )
    assert warned == ""


def test_a_key_that_came_later_or_is_older_does_as_well(made, var_dir):
    with override_settings(BACKUP_KEYS=[OTHER_KEY, KEY]):
        assert "In orde" in say("restore", made.encrypted, check=True)[0]
    with (
        pytest.raises(CommandError, match="andere sleutel"),
        override_settings(
            BACKUP_KEYS=[OLD_KEY]  # the first one encrypts
        ),
    ):
        say("restore", made.encrypted, check=True)


# What is damaged


@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_it_refuses_a_file_in_which_a_byte_was_changed(made, var_dir, tmp_path, kind):
    content = getattr(made, kind).read_bytes()
    keys = [KEY] if kind == "encrypted" else []
    file = tmp_path / "file"
    step = len(content) // 40
    ends = [*range(40), *range(len(content) - 110, len(content))]
    for offset in [*range(0, len(content), step), *ends]:
        flipped = bytearray(content)
        flipped[offset] ^= 1 << offset % 8
        file.write_bytes(flipped)
        with override_settings(BACKUP_KEYS=keys), pytest.raises(CommandError):
            say("restore", file, check=True)
    file.write_bytes(content)
    with override_settings(BACKUP_KEYS=keys):
        assert "In orde" in say("restore", file, check=True)[0]


@pytest.mark.parametrize("kind", ["plain", "encrypted"])
def test_it_refuses_a_file_that_was_cut_off_or_goes_on(made, refuses, kind):
    content = getattr(made, kind).read_bytes()
    keys = [KEY] if kind == "encrypted" else []
    for length in (1, 31, 100, 512, len(content) // 3, len(content) // 2, len(content) - 1):
        refuses(content[:length], keys=keys, words=f"{REFUSED}|niet versleuteld")
    refuses(content + b"\0", keys=keys)
    refuses(content + content, keys=keys)


def chunks_of(content):
    """The encrypted chunks of a file, each with its length before it."""
    rest, found = content.removeprefix(envelope.ENCRYPTED), []
    while rest:
        end = envelope.LENGTH + int.from_bytes(rest[: envelope.LENGTH], "big")
        found.append(rest[:end])
        rest = rest[end:]
    return found


def test_it_refuses_encrypted_chunks_that_are_not_all_there_in_their_order(made, refuses):
    first, second, *others, last = chunks_of(made.encrypted.read_bytes())
    for chunks in (
        [second, first, *others, last],
        [second, *others, last],
        [first, first, second, *others, last],
        [first, second, *others],
        [first, second, last],
        [],
    ):
        refuses(envelope.ENCRYPTED + b"".join(chunks), keys=[KEY])


def as_zip():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", "{}")
    return file.getvalue()


def as_tar():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("manifest.json"))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", os.urandom(3000), as_zip(), as_tar(), envelope.ENCRYPTED, b"SQLite format 3\0"],
    ids=["empty", "text", "noise", "zip", "tar", "header", "database"],
)
def test_it_refuses_what_is_no_backup(refuses, content):
    refuses(content, words=f"{REFUSED}|BACKUP_KEY")
    refuses(content, words=f"{REFUSED}|BACKUP_KEY", keys=[KEY])


def test_it_refuses_what_is_not_there_or_no_file(refuses, tmp_path):
    refuses(tmp_path / "nergens", words="laat het niet toe")
    refuses(tmp_path, words="laat het niet toe")


# Whose it is


def test_it_refuses_an_encrypted_backup_without_the_key(made, refuses):
    refuses(made.encrypted, words="Deze back-up is versleuteld. Zet de sleutel")
    refuses(made.encrypted, words="andere sleutel", keys=[OTHER_KEY])


def test_it_refuses_a_plain_backup_where_only_who_has_the_key_can_make_one(made, refuses):
    refuses(made.plain, words="niet versleuteld, terwijl BACKUP_KEY is ingesteld", keys=[KEY])


def test_a_forged_backup_without_changes_is_taken_for_one(made, var_dir, tmp_path):
    """The control of all that follow: it isn't the forging that is refused."""
    (tmp_path / "file").write_bytes(forged(made.plain))
    assert "In orde" in say("restore", tmp_path / "file", check=True)[0]


@pytest.mark.parametrize(
    "name",
    [
        "../passwd", "/etc/passwd", "media/../../passwd", "media//x", "media/./x", "media/",
        "mail/..", "secret-key", "db.sqlite3", "erasures/x", "database.sqlite3-wal", "static/x",
    ],
)  # fmt: skip
def test_it_refuses_a_member_that_would_go_elsewhere(made, refuses, name):
    refuses(forged(made.plain, **{name: b"x"}))


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE],
    ids=["symlink", "hardlink", "device", "fifo", "folder"],
)
def test_it_refuses_a_member_that_is_no_file(made, refuses, kind):
    info = tarfile.TarInfo("media/x")
    info.type, info.linkname = kind, "/etc/passwd"
    refuses(forged(made.plain, more=[(info, b"")]))


def test_it_refuses_a_member_that_is_there_twice_or_not_described_or_missing(made, refuses):
    again = tarfile.TarInfo("mail/afspraak.ics")
    refuses(forged(made.plain, more=[(again, CANARY.encode())]))
    refuses(forged(made.plain, more=[(tarfile.TarInfo("mail/more.ics"), b"x")]))
    everything = members(made.plain)
    for name in everything:
        rest = {other: data for other, data in everything.items() if other != name}
        refuses(sealed([(tarfile.TarInfo(other), data) for other, data in rest.items()]))
    changed = everything | {"mail/afspraak.ics": b"another"}
    refuses(sealed([(tarfile.TarInfo(name), data) for name, data in changed.items()]))


@pytest.mark.parametrize(
    "manifest",
    [
        {"format": "another"}, {"version": 2}, {"rows": {'x"; DROP TABLE y; --': 1}},
        {"rows": {"x": "1; DROP TABLE y"}}, {"rows": []}, {"migrations": None},
        {"migrations": [["booking"]]}, {"created_at": "yesterday"}, {"sample": 5},
    ],
)  # fmt: skip
def test_it_refuses_a_manifest_that_makes_no_sense(made, refuses, manifest):
    refuses(forged(made.plain, manifest), words=f"{REFUSED}|andere, wellicht")


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
def test_it_refuses_a_manifest_that_is_none(refuses, content):
    refuses(sealed([(tarfile.TarInfo("manifest.json"), content)]))


def test_it_refuses_the_backup_of_another_kind_of_database(made, refuses):
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    refuses(forged(made.plain, {"engine": other}), words="Deze back-up is er een van")


def test_it_refuses_the_backup_of_a_newer_version_of_the_site(made, refuses):
    manifest = json.loads(members(made.plain)["manifest.json"])
    newer = {"migrations": [*manifest["migrations"], ["booking", "0999_later"]]}
    refuses(forged(made.plain, newer), words=r"andere, wellicht nieuwere.*booking\.0999_later")


def test_it_refuses_a_database_that_is_none(made, refuses):
    name = "database__dump" if connection.vendor == "postgresql" else "database__sqlite3"
    words = f"{REFUSED}|PostgreSQL weigert"
    refuses(forged(made.plain, **{name: b"garbage" * 1000}), words=words)
    refuses(forged(made.plain, **{name: None}), words=words)
    whole = members(made.plain)[name.replace("__", ".")]
    refuses(forged(made.plain, **{name: whole[: len(whole) // 2]}), words=words)


# Making one


def test_it_says_when_a_backup_is_not_encrypted(transactional_db, var_dir):
    said, warned = say("backup")
    (path,) = (var_dir / "backups").iterdir()
    assert re.fullmatch(r"kinekracht-\d{4}-\d\d-\d\d-\d{6}\.tar", path.name)
    assert said.startswith(f"Bewaard: {path} (")
    assert "niet versleuteld" in warned
    path.unlink()
    with override_settings(BACKUP_KEYS=[KEY]):
        assert say("backup")[1] == ""
    (path,) = (var_dir / "backups").iterdir()
    assert path.name.endswith(".tar.encrypted")


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_the_shared_folder_nothing_is_done(made, var_dir, tmp_path, command):
    """Or a backup would be made without pictures, and those with them deleted after a month."""
    file = tmp_path / "file" if command == "backup" else made.plain
    refused = pytest.raises(CommandError, match=r"nergens is er niet.*Is ze gekoppeld\?")
    with override_settings(SHARED_DIR=tmp_path / "nergens"), refused:
        say(command, file)
    assert (command == "restore") == file.exists()


def test_no_backup_takes_the_place_of_another(made, var_dir):
    before = made.plain.read_bytes()
    with pytest.raises(CommandError, match="bestaat al"):
        say("backup", made.plain)
    assert made.plain.read_bytes() == before


def test_it_refuses_a_folder_that_is_not_there(var_dir, tmp_path):
    with pytest.raises(CommandError, match=r"De map .* bestaat niet"):
        say("backup", tmp_path / "nergens" / "file")


@pytest.mark.parametrize("size", [0, 10_000, 3_000_000])
def test_a_full_disk_leaves_no_half_backup(transactional_db, var_dir, tmp_path, size):
    put(var_dir / "media/pictures/large.webp", bytes(4_000_000))
    (tmp_path / "to").mkdir()
    with pytest.raises(CommandError, match=r"vol|laat het niet toe|weigert"), no_room(beyond=size):
        say("backup", tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []
    assert list((var_dir / "backup-work").iterdir()) == []
    say("backup", tmp_path / "to")
    assert len(list((tmp_path / "to").iterdir())) == 1


def test_one_that_was_killed_leaves_nothing_behind(transactional_db, var_dir, tmp_path):
    put(var_dir / "backup-work/database.sqlite3", CANARY.encode())
    put(var_dir / "backup-work/folder/file", CANARY.encode())
    put(tmp_path / "file.partial", CANARY.encode())
    say("backup", tmp_path / "file")
    assert CANARY.encode() not in (tmp_path / "file").read_bytes()
    assert not (tmp_path / "file.partial").exists()
    assert list((var_dir / "backup-work").iterdir()) == []


def test_two_at_once_do_not_get_in_each_other_s_way(made, var_dir, tmp_path):
    (var_dir / "backup-work").mkdir()
    other = os.open(var_dir / "backup-work", os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        for command in (["backup", tmp_path / "file"], ["restore", made.plain]):
            with pytest.raises(CommandError, match="Er loopt al een back-up of een herstel"):
                say(*command)
    finally:
        os.close(other)
    assert not (tmp_path / "file").exists()


def test_links_are_not_followed(transactional_db, var_dir, tmp_path):
    put(tmp_path / "secret", CANARY.encode())
    (var_dir / "media").mkdir()
    (var_dir / "media/link").symlink_to(tmp_path / "secret")
    say("backup", tmp_path / "file")
    assert CANARY.encode() not in (tmp_path / "file").read_bytes()


def test_it_says_which_program_of_postgresql_is_missing(transactional_db, var_dir, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no program")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="Het programma pg_dump ontbreekt"):
        say("backup")


# There and back


@pytest.fixture
def practice(transactional_db, var_dir):
    """A site with something in it; ``backup`` is a backup of that."""
    put(var_dir / "media/pictures/a.webp", PICTURE)
    kept, gone, moved = (
        AppointmentFactory(name=name, complaint="Pijn.", self_test="Ja, nee.")
        for name in ("Blijft", "Weg", "Neemt terug")
    )
    call_back = CallBackFactory(name="Bel niet")
    backup = var_dir.parent / "backup"
    say("backup", backup)
    return SimpleNamespace(
        kept=kept, gone=gone, moved=moved, call_back=call_back, backup=backup, var_dir=var_dir
    )


@pytest.fixture
def logged_in(transactional_db):
    """Somebody who is logged in while a backup is made; the row of that."""
    client = sign_in(Client(), make_staff())
    assert is_in(client)
    return Session.objects.get()


def test_a_backup_holds_no_session(logged_in, var_dir, tmp_path):
    say("backup", tmp_path / "file")
    content = members(tmp_path / "file")
    database = next(data for name, data in content.items() if name.startswith("database."))
    assert json.loads(content["manifest.json"])["rows"]["django_session"] == 0
    for trace in (logged_in.session_key, logged_in.session_data):
        assert trace.encode() not in database
    assert Session.objects.get() == logged_in  # it goes on


def test_after_a_restore_nobody_is_logged_in(logged_in, var_dir, tmp_path):
    client = sign_in(Client(), make_staff())
    say("backup", tmp_path / "file")
    say("restore", tmp_path / "file", replace=True)
    assert Session.objects.count() == 0
    assert not is_in(client)


def test_a_backup_of_before_that_has_sessions_brings_none_back(
    logged_in, var_dir, tmp_path, monkeypatch
):
    monkeypatch.setattr(databases, "SESSIONS", "reversion_version")
    say("backup", tmp_path / "file")
    assert json.loads(members(tmp_path / "file")["manifest.json"])["rows"]["django_session"] == 1
    say("restore", tmp_path / "file", replace=True)
    assert Session.objects.count() == 0


def names():
    return sorted(Appointment.objects.values_list("name", flat=True))


def test_a_database_is_not_overwritten_unless_that_was_asked(practice):
    practice.gone.delete()
    with pytest.raises(CommandError, match=r"Er is al een databank\. Met --replace"):
        say("restore", practice.backup)
    assert names() == ["Blijft", "Neemt terug"]


def test_all_is_as_it_was_and_what_came_later_is_gone(practice):
    AppointmentFactory(name="Later")
    (practice.var_dir / "media/pictures/a.webp").unlink()
    practice.kept.delete()
    said, warned = say("restore", practice.backup, replace=True)
    assert "Teruggezet: " in said
    assert "Opnieuw gewist op vraag van patiënten: 0\n" in said
    assert warned == ""
    assert names() == ["Blijft", "Neemt terug", "Weg"]
    found = Appointment.objects.get(name="Blijft")
    assert (found.complaint, found.self_test) == ("Pijn.", "Ja, nee.")
    assert found.cells.count() == len(found.cell_starts())
    assert (practice.var_dir / "media/pictures/a.webp").read_bytes() == PICTURE
    AppointmentFactory(name="Nieuw")  # ids go on from where they were


def test_what_was_erased_since_is_erased_again(practice):
    now = timezone.now()
    workflow.erase(practice.gone, version=0, now=now)
    erasures.erase(practice.call_back, now=now)
    workflow.withdraw_self_test(Appointment.objects.get(name="Neemt terug"), now=now)
    said, _ = say("restore", practice.backup, replace=True)
    assert "Opnieuw gewist op vraag van patiënten: 2\n" in said
    assert names() == ["Blijft", "Neemt terug"]
    assert not CallBack.objects.exists()
    assert [a.self_test for a in Appointment.objects.order_by("name")] == ["Ja, nee.", ""]
    assert Cell.objects.count() == sum(len(a.cell_starts()) for a in Appointment.objects.all())


def test_the_erasures_of_a_machine_that_is_lost_can_be_given(practice, tmp_path):
    workflow.erase(practice.gone, version=0, now=timezone.now())
    list_ = (practice.var_dir / "erasures").rename(tmp_path / "list")
    put(tmp_path / "other", f"2026-01-01 {'b' * 64}\n".encode())
    say("restore", practice.backup, replace=True)
    assert names() == ["Blijft", "Neemt terug", "Weg"]  # the control
    given = {"erasures": [list_, tmp_path / "other"]}
    assert "patiënten: 1\n" in say("restore", practice.backup, replace=True, **given)[0]
    assert names() == ["Blijft", "Neemt terug"]
    assert "patiënten: 1\n" in say("restore", practice.backup, replace=True)[0]  # it was noted


def test_the_erasures_in_a_backup_are_kept(practice, tmp_path):
    workflow.erase(practice.gone, version=0, now=timezone.now())
    say("backup", tmp_path / "later")
    before = (practice.var_dir / "erasures").read_text()
    (practice.var_dir / "erasures").unlink()
    say("restore", tmp_path / "later", replace=True)
    assert (practice.var_dir / "erasures").read_text() == before
    assert "patiënten: 1\n" in say("restore", practice.backup, replace=True)[0]


def test_it_refuses_a_list_of_erasures_that_is_none(practice, tmp_path):
    put(tmp_path / "noise", b"\xff\xfe")
    put(tmp_path / "empty", b"")
    for path in (tmp_path / "nergens", tmp_path / "noise"):
        with pytest.raises(CommandError, match="geen lijst"):
            say("restore", practice.backup, replace=True, erasures=[path])
    say("restore", practice.backup, replace=True, erasures=[tmp_path / "empty"])


def test_it_refuses_while_a_worker_is_at_work(practice):
    Worker.objects.create(holder="machine 1", beat_at=timezone.now())
    with pytest.raises(CommandError, match="Er is nog een worker bezig"):
        say("restore", practice.backup, replace=True)
    Worker.objects.update(holder="")
    say("restore", practice.backup, replace=True)


def test_the_worker_of_then_is_not_waited_for(practice, tmp_path):
    Worker.objects.create(holder="machine 1", beat_at=timezone.now())
    say("backup", tmp_path / "busy")
    Worker.objects.all().delete()
    say("restore", tmp_path / "busy", replace=True)
    assert not Worker.is_alive(timezone.now())


def test_it_warns_without_the_key_to_what_patients_confided(practice):
    with override_settings(ENCRYPTION_KEYS=[OTHER_KEY]):
        _, warned = say("restore", practice.backup, replace=True)
    assert "Zet de sleutel van toen erbij" in warned
    assert names() == ["Blijft", "Neemt terug", "Weg"]


def test_it_warns_where_addresses_that_were_sent_stop_working(practice):
    with override_settings(LINK_KEYS=[OTHER_KEY]):
        _, warned = say("restore", practice.backup, replace=True)
    assert "LINK_KEYS" in warned
    with override_settings(LINK_KEYS=[OTHER_KEY, *settings.LINK_KEYS]):
        assert "LINK_KEYS" not in say("restore", practice.backup, replace=True)[1]


def test_a_backup_that_is_refused_changes_nothing(practice, tmp_path):
    rows = json.loads(members(practice.backup)["manifest.json"])["rows"]
    rows["booking_appointment"] += 1
    put(tmp_path / "a row less than it says", forged(practice.backup, {"rows": rows}))
    put(tmp_path / "cut off", practice.backup.read_bytes()[:-1])
    AppointmentFactory(name="Later")
    for name in ("a row less than it says", "cut off"):
        words = f"{REFUSED}|rows are missing in booking_appointment"
        with pytest.raises(CommandError, match=words):
            say("restore", tmp_path / name, replace=True)
    assert names() == ["Blijft", "Later", "Neemt terug", "Weg"]
    assert not (practice.var_dir / "mail").exists()


def test_the_backup_of_an_older_version_is_brought_up_to_date(practice, tmp_path):
    latest = MigrationRecorder.Migration.objects.filter(
        app="admin", name="0003_logentry_add_action_flag_choices"
    )
    latest.delete()
    say("backup", tmp_path / "older")
    assert not latest.exists()
    say("restore", tmp_path / "older", replace=True)
    assert latest.exists()


def test_a_mail_goes_without_a_file_that_was_not_kept(practice, tmp_path):
    with override_settings(STORAGES=STORAGES):  # the model of attachments knows no other
        for name in ("Attached", "Lost"):
            mails.confirmed(AppointmentFactory(status=Appointment.Status.CONFIRMED, name=name))
        attached, lost = Attachment.objects.order_by("pk")
        Path(lost.file.path).unlink()
        content = Path(attached.file.path).read_bytes()
        say("backup", tmp_path / "later")
        Path(attached.file.path).unlink()
        say("restore", tmp_path / "later", replace=True)
    assert Path(Attachment.objects.get().file.path).read_bytes() == content
    assert Email.objects.filter(about__appointment__name="Lost", attachments=None).exists()


# One that somebody made to get in


@pytest.fixture
def crafted(practice):
    """A function that makes a plain backup with other SQL in it than pg_dump would write."""
    if connection.vendor != "postgresql":
        pytest.skip("a backup of SQLite is no SQL")
    whole, room = practice.var_dir / "with-view", "x" * 300
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE VIEW somebody AS SELECT '{room}' AS wish")
        say("backup", whole)
        cursor.execute("DROP VIEW somebody")
    dump, said = members(whole)["database.dump"], f"'{room}'::text AS wish".encode()
    assert said in dump

    def craft(sql):
        other = dump.replace(said, f"1;\n{sql}\n--".encode().ljust(len(said)))
        put(practice.var_dir / "crafted", forged(whole, database__dump=other))
        return practice.var_dir / "crafted"

    yield craft
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW IF EXISTS somebody")


@pytest.fixture
def trace(tmp_path):
    """A file that isn't there, and that anybody, the database's server included, can make."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o777 if folder == tmp_path else 0o755)
    return tmp_path / "trace"


WISHES = [
    r"\! touch {trace}",
    r"\copy (SELECT 1) TO PROGRAM 'touch {trace}'",
    r"\o | touch {trace}",
    "COPY (SELECT 1) TO PROGRAM 'touch {trace}';",
    "COPY (SELECT 1) TO '{trace}';",
    "CREATE TABLE stolen (line text); COPY stolen FROM '/etc/passwd';",
    "SELECT pg_read_file('/etc/passwd');",
    "SET SESSION AUTHORIZATION postgres;",
    "ALTER ROLE tests SUPERUSER;",
]


def test_a_crafted_backup_reaches_nothing_beyond_the_site_s_own_tables(crafted, trace):
    AppointmentFactory(name="Later")
    for wish in WISHES:
        with pytest.raises(CommandError, match="PostgreSQL weigert"):
            say("restore", crafted(wish.format(trace=trace)), replace=True)
        assert not trace.exists(), wish
    assert names() == ["Blijft", "Later", "Neemt terug", "Weg"]


def test_a_crafted_backup_without_a_wish_is_restored(crafted):
    """The control: it isn't the crafting that is refused."""
    file = crafted("SELECT 1;")
    AppointmentFactory(name="Later")
    say("restore", file, replace=True)
    assert names() == ["Blijft", "Neemt terug", "Weg"]


@contextlib.contextmanager
def role_of_the_site(powers):
    """For the length of a with block it is one with such powers."""
    given, name = connection.settings_dict, f"role_{secrets.token_hex(4)}"
    with psycopg.connect(host=given["HOST"], user="postgres", autocommit=True) as driver:
        driver.execute(f"CREATE ROLE {name} LOGIN IN ROLE tests")
        driver.execute(powers.format(name=name))
        connection.close()
        before = given["USER"]
        given["USER"] = name
        try:
            yield
        finally:
            connection.close()
            given["USER"] = before
            driver.execute(f"DROP ROLE {name}")


POWERS = [
    "ALTER ROLE {name} SUPERUSER",
    "ALTER ROLE {name} CREATEROLE",
    "GRANT pg_execute_server_program TO {name}",
    "GRANT pg_read_server_files TO {name}",
    "GRANT postgres TO {name}",
]


def test_a_plain_backup_is_refused_by_a_role_that_reaches_the_server(crafted, trace):
    """What only we can have made is restored by any role: tests/faults/test_backup.py has one."""
    file = crafted(f"COPY (SELECT 1) TO PROGRAM 'touch {trace}';")
    for powers in POWERS:
        refused = pytest.raises(CommandError, match="een gewone rol")
        with role_of_the_site(powers), refused:
            say("restore", file, replace=True)
        assert not trace.exists(), powers
    assert names() == ["Blijft", "Neemt terug", "Weg"]
