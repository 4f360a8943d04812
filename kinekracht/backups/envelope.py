"""The file of a backup: a tar that shows every change made to it, encrypted if there is a key.

Plain, it is a tar that any program opens, and behind its end a line with the hash of all before it:
the seal. Encrypted, that same file is cut into chunks, each one a Fernet token behind its length.
Without the key no chunk can be made, and by the seal none can be missing or in another place.
"""

import base64
import hashlib
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kinekracht.backups import FORMAT, VERSION, Refused

ENCRYPTED = f"{FORMAT} {VERSION}, encrypted\n".encode()
CHUNK = 1 << 20
LENGTH = 4  # bytes that say how long a token is
LONGEST = 2 * CHUNK

NOT_OURS = "Dit is geen back-up van deze site, of hij is beschadigd. Er is niets veranderd."
NOT_THIS_KEY = (
    "Deze back-up is beschadigd, of gemaakt met een andere sleutel dan die in BACKUP_KEY. "
    "Er is niets veranderd."
)
NO_KEY = (
    "Deze back-up is versleuteld. Zet de sleutel waarmee hij gemaakt is in BACKUP_KEY. "
    "Er is niets veranderd."
)
NOT_ENCRYPTED = (
    "Deze back-up is niet versleuteld, terwijl BACKUP_KEY is ingesteld: iemand kan hem veranderd "
    "hebben. Vertrouw je hem, doe het dan nog eens zonder BACKUP_KEY. Er is niets veranderd."
)


def seal(digest: Any) -> bytes:
    """The line behind a tar with this hash."""
    return f"{FORMAT} {VERSION}, sha256 {digest.hexdigest()}\n".encode()


SEAL_LENGTH = len(seal(hashlib.sha256()))


class Sealer:
    """Takes a tar, and writes it into ``file`` as it must be kept. ``close`` leaves that open."""

    def __init__(self, file: BinaryIO, keys: list[str]) -> None:
        self._file = file
        self._box = MultiFernet([Fernet(key) for key in keys]) if keys else None
        self._digest = hashlib.sha256()
        self._pending = bytearray()
        if keys:
            file.write(ENCRYPTED)

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self._pending += data
        while len(self._pending) >= CHUNK:
            self._put(CHUNK)
        return len(data)

    def close(self) -> None:
        self._pending += seal(self._digest)
        while self._pending:
            self._put(CHUNK)

    def _put(self, length: int) -> None:
        chunk = bytes(self._pending[:length])
        del self._pending[:length]
        if self._box is not None:
            token = base64.urlsafe_b64decode(self._box.encrypt(chunk))
            chunk = len(token).to_bytes(LENGTH, "big") + token
        self._file.write(chunk)


def check(path: Path, keys: list[str]) -> None:
    """Refused unless this is the whole of what a Sealer wrote, with one of ``keys`` if any."""
    digest = hashlib.sha256()
    last = b""
    for chunk in chunks(path, keys):
        last += chunk
        digest.update(last[:-SEAL_LENGTH])
        last = last[-SEAL_LENGTH:]
    if last != seal(digest):
        raise Refused(NOT_OURS)
    if keys and not is_encrypted(path):
        raise Refused(NOT_ENCRYPTED)


def opened(path: Path, keys: list[str]) -> BinaryIO:
    """The tar in a file that was checked; its seal comes behind it."""
    return io.BufferedReader(Joined(chunks(path, keys)))


class Joined(io.RawIOBase):
    """Chunks, one after the other, as a file."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._parts, b"")
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def is_encrypted(path: Path) -> bool:
    """Whether a file says of itself that it is an encrypted backup."""
    with path.open("rb") as file:
        return file.read(len(ENCRYPTED)) == ENCRYPTED


def chunks(path: Path, keys: list[str]) -> Iterator[bytes]:
    """What a Sealer was given, and the seal; Refused where it can't be decrypted."""
    if not is_encrypted(path):
        with path.open("rb") as file:
            yield from iter(partial(file.read, CHUNK), b"")
        return
    if not keys:
        raise Refused(NO_KEY)
    box = MultiFernet([Fernet(key) for key in keys])
    with path.open("rb") as file:
        file.seek(len(ENCRYPTED))
        while length := file.read(LENGTH):
            token = file.read(min(int.from_bytes(length, "big"), LONGEST))
            try:
                yield box.decrypt(base64.urlsafe_b64encode(token))
            except InvalidToken:
                raise Refused(NOT_THIS_KEY) from None
