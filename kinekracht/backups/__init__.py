"""All that the site holds in one file, and the way back. For the management commands alone.

``envelope`` is how the file shows that it is whole, and hides what is in it; ``databases`` is how
each kind of database is copied and put back; ``making`` and ``restoring`` do it.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import Error

FORMAT = "KineKracht backup"
VERSION = 1
MANIFEST = "manifest.json"
ERASURES = "erasures"
MEDIA = "media/"
MAIL = "mail/"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Refused(Exception):  # noqa: N818  it is the answer, not a mishap
    """A backup can't be made or restored; the message says why, to the person who asked."""


@contextmanager
def in_plain_words() -> Iterator[None]:
    """What disk and database have to say, as Refused."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Refused("De schijf is vol.") from error
        raise Refused(f"De schijf laat het niet toe: {error}.") from error
    except Error as error:
        raise Refused(f"De databank laat het niet toe: {str(error).strip()}.") from error


@contextmanager
def work_folder() -> Iterator[Path]:
    """An empty folder in VAR_DIR that only we can read; Refused if another one is at work.

    On the disk of the data, as what lies in it for a moment is as private as that.
    """
    folder = settings.VAR_DIR / "backup-work"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                "Er loopt al een back-up of een herstel. Wacht tot het klaar is."
            ) from None
        try:
            clear(folder)  # one that was killed could not
            yield folder
        finally:
            clear(folder)
    finally:
        os.close(lock)


def refuse_without_shared_folder() -> None:
    """Refused if the folder that machines share isn't there: it would look as if it were empty."""
    if not os.access(settings.SHARED_DIR, os.R_OK | os.W_OK | os.X_OK):
        raise Refused(f"De map {settings.SHARED_DIR} is er niet, of niet van ons. Is ze gekoppeld?")


def clear(folder: Path) -> None:
    """Delete what is in a folder."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
