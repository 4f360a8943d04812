"""What patients had erased, so that a backup from before can't bring it back.

The list is a file beside the database, as what is restored must not take its place; all machines
share it. A line is a day and the hash of the record's number, which nobody can guess: it names no
one, and leads nowhere unless the record itself is there. Lines from before keys were derived hold
the hash of the key that the record had then.
"""

import datetime as dt
import os
import re
from pathlib import Path

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files import locks
from django.db import transaction

from booking import outbox
from booking.models import Appointment, AuditEntry, CallBack, PatientRequest
from booking.models.links import keyed_hashes, sha256
from booking.slots import local

LINE = re.compile(r"\d{4}-\d\d-\d\d [0-9a-f]{64}$", re.MULTILINE)
SELF_TEST = " self-test"
NAMES = ("uid", "old_key")


def erase(record: PatientRequest, *, now: dt.datetime) -> None:
    """Nothing is left of a record but its mails, and it stays so with every backup; nobody is told.

    OSError, and nothing is erased, if it can't be put on the list. It stands there before the
    database says that it is gone: should all fail in between, it is erased by the next restore
    only, as its patient asked.
    """
    with transaction.atomic():
        forget(record)
        note(record, now=now)


def note(record: PatientRequest, *, now: dt.datetime, part: str = "") -> None:
    """Put a record on the list, or ``part`` of it; it is on the disk when this returns."""
    add({f"{local(now).date()} {fingerprint(record, part)}"})


def add(lines: set[str]) -> None:
    """Put lines on the list that are not there yet; they are on the disk when this returns."""
    if not lines:
        return
    path = file()
    with open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600)) as opened:
        # One at a time, as the end of a file is not where another machine says it is.
        locks.lock(opened, locks.LOCK_EX)
        missing = sorted(lines - listed(path))
        opened.write("".join(f"{line}\n" for line in missing).encode())
        opened.flush()
        os.fsync(opened.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def listed(path: Path) -> set[str]:
    """The lines of a list; none if there is no such file."""
    # One that was cut off by a power failure is none, nor does it spoil the next.
    return set(LINE.findall(path.read_text(errors="replace"))) if path.exists() else set()


def file() -> Path:
    """Where the list is."""
    return Path(settings.SHARED_DIR) / "erasures"


def fingerprint(record: PatientRequest, part: str = "") -> str:
    """What stands on the list for a record."""
    return sha256(f"{record.uid}{part}")


def repeat() -> int:
    """Erase again what is on the list and in the database; how many records there were."""
    erased = {line.split()[1] for line in listed(file())}
    erased_before = {known for line in erased for known in keyed_hashes(line)}
    count = 0
    with transaction.atomic():
        for record in [*Appointment.objects.only(*NAMES), *CallBack.objects.only(*NAMES)]:
            if fingerprint(record) in erased or record.old_key in erased_before:
                if isinstance(record, Appointment):
                    outbox.forget(record)
                forget(record)
                count += 1
            elif fingerprint(record, SELF_TEST) in erased:
                Appointment.objects.filter(pk=record.pk).update(self_test="")
    return count


def forget(record: PatientRequest) -> None:
    """Delete a record, and what is noted about who of the staff saw or changed it."""
    if isinstance(record, Appointment):
        AuditEntry.objects.filter(number=record.pk).update(number=None)
    forget_history(record)
    record.delete()


def forget_history(record: PatientRequest) -> None:
    """Delete what the admin noted about a record: initials and a moment."""
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(record), object_id=str(record.pk)
    ).delete()
