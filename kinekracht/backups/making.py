"""A backup of what there is now, made while the site goes on."""

import datetime as dt
import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection

from booking import erasures
from booking.models.links import keyed_hash
from kinekracht import encryption
from kinekracht.backups import (
    ERASURES,
    FORMAT,
    MAIL,
    MANIFEST,
    MEDIA,
    VERSION,
    Refused,
    databases,
    in_plain_words,
    refuse_without_shared_folder,
    work_folder,
)
from kinekracht.backups.envelope import Sealer

Members = dict[str, dict[str, Any]]


@in_plain_words()
def make(target: Path | None, *, now: dt.datetime) -> Path:
    """Write a backup into a new file, and return where: ``target``, in it if it is a folder.

    With no ``target`` that is VAR_DIR/backups. Refused, with no such file, if it can't be done.
    """
    path = new_path(target, now)
    refuse_without_shared_folder()
    database = databases.current()
    with work_folder() as work:
        if not database.has_tables():
            raise Refused("Er is niets om te bewaren: de databank is leeg.")
        copy = work / database.member
        facts = database.copy(copy)
        with new_file(path) as file:
            sealer = Sealer(file, settings.BACKUP_KEYS)
            with tarfile.open(fileobj=cast("BinaryIO", sealer), mode="w|") as tar:
                # First the database: of every picture that it knows, the file is there by now.
                members = pack(tar, {database.member: copy} | files())
                manifest = {
                    "format": FORMAT,
                    "version": VERSION,
                    "created_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
                    "engine": connection.vendor,
                    **asdict(facts),
                    # By which a restore knows whether it has the keys to what is encrypted.
                    "sample": encryption.encrypt(FORMAT),
                    # And whether the addresses that were sent to patients go on working.
                    "links": keyed_hash(FORMAT),
                    "members": members,
                }
                described = work / MANIFEST
                described.write_text(json.dumps(manifest, indent=1))
                pack(tar, {MANIFEST: described})
            sealer.close()
    return path


def new_path(target: Path | None, now: dt.datetime) -> Path:
    """Where to write; Refused if that can't be."""
    if target is None:
        target = settings.VAR_DIR / "backups"
        target.mkdir(mode=0o700, exist_ok=True)
    if target.is_dir():
        suffix = "tar.encrypted" if settings.BACKUP_KEYS else "tar"
        target /= f"kinekracht-{now:%Y-%m-%d-%H%M%S}.{suffix}"
    if not target.parent.is_dir():
        raise Refused(f"De map {target.parent} bestaat niet.")
    if target.exists():
        raise Refused(f"{target} bestaat al. Een back-up wordt nooit overschreven.")
    return target


def files() -> dict[str, Path]:
    """All files but the database, by their name in the backup."""
    found = {}
    for prefix, folder in folders().items():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found[prefix + path.relative_to(folder).as_posix()] = path
    if erasures.file().exists():
        found[ERASURES] = erasures.file()
    return found


def folders() -> dict[str, Path]:
    """What is kept in folders: the pictures, and attachments of mails."""
    return {MEDIA: Path(settings.MEDIA_ROOT), MAIL: Path(storages["mail"].path(""))}


def pack(tar: tarfile.TarFile, paths: dict[str, Path]) -> Members:
    """Put files in a tar; the size and the hash of each. One that has just gone is left out."""
    members = {}
    for name, path in paths.items():
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue  # the mail was sent
        with file:
            hashed = Hashed(file)
            member = tarfile.TarInfo(name)
            member.size = os.fstat(file.fileno()).st_size
            member.mode = 0o600
            tar.addfile(member, cast("BinaryIO", hashed))
        members[name] = {"size": member.size, "sha256": hashed.digest.hexdigest()}
    return members


class Hashed:
    """A file of which all that is read is hashed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that only we can read, and that goes by its name once it is whole and on the disk."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)  # of one that was killed
    try:
        with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
