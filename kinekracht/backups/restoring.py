"""A backup becomes the site again: looked over as a whole first, and put in place after that."""

import datetime as dt
import hashlib
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from post_office.models import Attachment

from booking import erasures
from booking.models import Worker
from booking.models.links import keyed_hashes
from kinekracht import content_version, encryption
from kinekracht.backups import (
    ERASURES,
    FORMAT,
    MANIFEST,
    MEDIA,
    VERSION,
    Refused,
    databases,
    envelope,
    in_plain_words,
    refuse_without_shared_folder,
    work_folder,
)
from kinekracht.backups.databases import Database, Facts
from kinekracht.backups.envelope import NOT_OURS
from kinekracht.backups.making import Members, folders

NAME = re.compile(r"manifest\.json|erasures|database\.(?:sqlite3|dump)|(?:media|mail)/.+")
TABLE = re.compile(r"\w+")
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Backup:
    """A backup that was looked over, and of which each member lies in a file of its own."""

    created_at: dt.datetime
    facts: Facts
    files: dict[str, Path]
    has_our_keys: bool  # to what patients confided, mails and apps for codes
    has_our_links: bool  # so that the addresses they were sent go on working

    @property
    def member(self) -> str:
        return databases.current().member


@in_plain_words()
def check(path: Path) -> Backup:
    """Look a backup over and do nothing else; Refused if it can't be restored here."""
    with work_folder() as work:
        return unpack(path, work)


@in_plain_words()
def restore(
    path: Path, *, replace: bool, lists: Iterable[Path], now: dt.datetime
) -> tuple[Backup, int]:
    """Put a backup in the place of what there is; it, and how many erasures were done again.

    ``lists`` are lists of erasures beside the backup's own and the site's. Refused, and nothing
    has changed, if the backup can't be restored, or may not be: there is a database and no
    ``replace``, or a worker is at work.
    """
    erased = set().union(*(read_list(file) for file in lists))
    refuse_without_shared_folder()
    database = databases.current()
    with work_folder() as work:
        backup = unpack(path, work)
        refuse_overwriting(database, replace=replace, now=now)
        database.put_back(backup.files[database.member], backup.facts)
        content_version.change()
        if ERASURES in backup.files:
            erased |= erasures.listed(backup.files[ERASURES])
        erasures.add(erased)  # before migrating, as that is the last to see keys that were stored
        connection.close()
        call_command("migrate", interactive=False, verbosity=0)
        put_files(backup)
        count = erasures.repeat()
        drop_lost_attachments()
        Session.objects.all().delete()  # no backup has any, but one of before or of a forger
        Worker.objects.update(holder="")  # the one of then isn't here
        content_version.change()
    os.sync()
    return backup, count


def read_list(file: Path) -> set[str]:
    """The lines of a list of erasures that somebody gave; Refused if it is none."""
    found = erasures.listed(file)
    if not found and not (file.is_file() and file.stat().st_size == 0):
        raise Refused(f"{file} is geen lijst van wat gewist is. Er is niets veranderd.")
    return found


def unpack(path: Path, work: Path) -> Backup:
    """Write the members of a backup into ``work``, and look all of it over."""
    envelope.check(path, settings.BACKUP_KEYS)
    try:
        files, members = extract(path, work)
        manifest = json.loads(files.pop(MANIFEST).read_text())
        del members[MANIFEST]
        if (manifest["format"], manifest["version"]) != (FORMAT, VERSION):
            raise Refused(NOT_OURS)
        if manifest["members"] != members:
            raise Refused(NOT_OURS)
        facts = Facts(manifest["migrations"], manifest["rows"])
        if not all(TABLE.fullmatch(name) and int(rows) >= 0 for name, rows in facts.rows.items()):
            raise Refused(NOT_OURS)
        refuse_engine(manifest["engine"])
        refuse_newer(facts)
        backup = Backup(
            dt.datetime.fromisoformat(manifest["created_at"]),
            facts,
            files,
            can_decrypt(manifest["sample"]),
            # Before keys were derived they were in the database, and are now whatever LINK_KEYS is.
            manifest.get("links") in {None, *keyed_hashes(FORMAT)},
        )
        copy = files[backup.member]
    except (tarfile.TarError, ValueError, KeyError, TypeError, AttributeError):
        raise Refused(NOT_OURS) from None
    databases.current().check(copy, facts)
    return backup


def extract(path: Path, work: Path) -> tuple[dict[str, Path], Members]:
    """Each member in a file named by its number, so that no name leads anywhere.

    With their sizes and hashes. Refused for what is no file, or not called as in a backup.
    """
    files: dict[str, Path] = {}
    members: Members = {}
    with (
        envelope.opened(path, settings.BACKUP_KEYS) as source,
        tarfile.open(fileobj=source, mode="r|") as tar,
    ):
        for member in tar:
            steps = member.name.split("/")
            if not NAME.fullmatch(member.name) or {"", ".", ".."} & set(steps):
                raise Refused(NOT_OURS)
            if not member.isreg() or member.issparse() or member.name in files:
                raise Refused(NOT_OURS)
            file = files[member.name] = work / f"{len(files)}"
            with file.open("xb") as target:
                shutil.copyfileobj(cast("BinaryIO", tar.extractfile(member)), target)
            with file.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256")
            members[member.name] = {"size": member.size, "sha256": digest.hexdigest()}
    return files, members


def refuse_engine(engine: str) -> None:
    """Refused unless a backup is of the kind of database that there is here."""
    if engine != connection.vendor:
        raise Refused(
            f"Deze back-up is er een van {ENGINES.get(engine, engine)}, en deze site gebruikt "
            f"{ENGINES[connection.vendor]}. Zet DATABASE_URL zoals toen. Er is niets veranderd."
        )


def refuse_newer(facts: Facts) -> None:
    """Refused if the database was of a version of the site that this one doesn't know."""
    known = MigrationLoader(None).disk_migrations
    replaced = {old for migration in known.values() for old in migration.replaces}
    unknown = [".".join(key) for key in facts.migrations if tuple(key) not in {*known, *replaced}]
    if unknown:
        raise Refused(
            "Deze back-up is van een andere, wellicht nieuwere versie van de site "
            f"({unknown[0]}). Haal eerst de code van toen. Er is niets veranderd."
        )


def can_decrypt(token: str) -> bool:
    """Whether we have the key that a backup's complaints and self-tests were encrypted with."""
    try:
        return encryption.decrypt(token) == FORMAT
    except encryption.WrongKey:
        return False


def refuse_overwriting(database: Database, *, replace: bool, now: dt.datetime) -> None:
    """Refused if there is a database and nobody said to ``replace`` it, or if it is in use."""
    if not database.has_tables():
        return
    if not replace:
        raise Refused(
            "Er is al een databank. Met --replace komt de back-up in de plaats: alles wat er "
            "sindsdien bij kwam, is dan weg. Er is niets veranderd."
        )
    try:
        busy = Worker.is_alive(now)
    except DatabaseError:
        busy = False  # it has no such table, or can't be read
    if busy:
        raise Refused(
            "Er is nog een worker bezig. Stop de site en de worker. Werd hij hardhandig gestopt, "
            "wacht dan twee minuten. Er is niets veranderd."
        )


def put_files(backup: Backup) -> None:
    """Put pictures and attachments where they belong; what is there beside them stays."""
    for name, source in backup.files.items():
        for prefix, folder in folders().items():
            if name.startswith(prefix):
                target = folder / name.removeprefix(prefix)
                target.parent.mkdir(parents=True, exist_ok=True)
                source.chmod(settings.FILE_UPLOAD_PERMISSIONS if prefix == MEDIA else 0o600)
                shutil.move(source, target)


def drop_lost_attachments() -> None:
    """Let a mail go without a file that isn't there: it was sent while the backup was made."""
    for attachment in Attachment.objects.all():
        if not attachment.file.storage.exists(attachment.file.name):
            attachment.delete()
