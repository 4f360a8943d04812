"""How often something was done of late, counted by all processes of the site together. No Django.

The counts live in memory that gunicorn's master makes and its workers inherit. They are never
written to a disk or a database, not even unreadably: who searched, or took a self-test, is
nobody's business, and gone with the processes.
"""

import fcntl
import hashlib
import mmap
import os
import secrets
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SLOT = struct.Struct("<16sdI4x")  # the name as a keyed hash, when its window began, how often
WAYS = 8  # slots in which a name may stand


class Counters:
    """A table of fixed size, shared by the process that made it and those it forks.

    A name has a window: it begins with the first thing counted and lasts for so many seconds; the
    first after that begins another. A name that finds all its slots in use takes the one whose
    window began longest ago. So whoever has more addresses than there are slots makes the table
    forget, and the limits of others a little wider; refusing them instead would let the same
    person close the site to everybody.
    """

    def __init__(self, slots: int = 32_768) -> None:
        self.sets = slots // WAYS
        self.table = mmap.mmap(-1, self.sets * WAYS * SLOT.size)
        self.secret = secrets.token_bytes(32)
        # A file without name or content, to hold on to. The kernel lets go of it for a process
        # that was killed, which none of the locks that live in memory does.
        with tempfile.TemporaryFile() as file:
            self.turn = os.dup(file.fileno())
        # The kernel's lock doesn't tell threads apart. With one thread of a process at a time
        # there is also never a false deadlock, which it sees where two threads wait for others.
        self.threads_turn = threading.Lock()

    def take(self, name: str, *, limit: int, seconds: float, now: float) -> float:
        """Count one for ``name`` and return 0, or, if its window has had ``limit``, count nothing.

        Then it returns how many seconds the window still lasts. ``now`` is in seconds, on a clock
        that all processes share.
        """
        key = hashlib.blake2b(name.encode(), key=self.secret, digest_size=16).digest()
        with self.alone():
            offset, began, count = self.find(key, seconds=seconds, now=now)
            if count >= limit:
                return began + seconds - now
            SLOT.pack_into(self.table, offset, key, began, count + 1)
            return 0.0

    def find(self, key: bytes, *, seconds: float, now: float) -> tuple[int, float, int]:
        """Where ``key`` is counted, since when, and how often so far.

        A process that was killed half-way through a slot leaves a name that nobody has, or a
        count of somebody's that is off until their window is over.
        """
        first = int.from_bytes(key[:8]) % self.sets * WAYS
        oldest, longest = 0, -1.0
        for offset in range(first * SLOT.size, (first + WAYS) * SLOT.size, SLOT.size):
            name, began, count = SLOT.unpack_from(self.table, offset)
            age = now - began if 0 <= now - began < seconds else float("inf")
            if name == key:
                return (offset, began, count) if age < seconds else (offset, now, 0)
            if age > longest:
                oldest, longest = offset, age
        return oldest, now, 0

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep out all other threads and processes."""
        with self.threads_turn:
            fcntl.lockf(self.turn, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self.turn, fcntl.LOCK_UN)


# Made where this module is first imported: by kinekracht.gunicorn, in the master.
shared = Counters()
