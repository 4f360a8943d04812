"""An upload is decoded apart: in a process of its own, one at a time, within limits of the kernel.

What a file says of itself is not enough to go by. An AVIF of 3 kB that calls itself 40 × 30 pixels
may hold 16,384 × 16,384 of them, and a JPEG of 15 MB may draw the same pixels half a million times.
Whatever a decoder is led to do here, readers keep their memory, and our keys are not within reach.
"""

import fcntl
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, NamedTuple

from PIL import AvifImagePlugin

from kinekracht import images

ROOT = Path(__file__).resolve().parents[2]


class Cost(NamedTuple):
    """What drawing one picture may take: bytes of memory, seconds of a processor."""

    memory: int
    seconds: int


# The costliest picture within the limits takes 0.4 GB, and six seconds on a slow machine.
MOST = Cost(memory=600_000_000, seconds=30)


def make_variants(
    file: IO[bytes], *, limits: images.Limits, turn: Path, most: Cost = MOST
) -> list[images.Variant]:
    """What ``images.make_variants`` makes of ``file``, or PictureError.

    Waits for its turn: who holds the lock on the file ``turn``, made if need be, draws.
    """
    images.check_bytes(file, limits=limits)
    command = [sys.executable, "-W", "ignore", "-m", "kinekracht.practice.drawing"]
    with turn.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        drawn = subprocess.run(  # noqa: S603  nothing of the upload is in the command
            [*command, *map(str, [*most, *limits])],
            input=file.read(),
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={},  # no keys
            pass_fds=[held.fileno()],  # if we are killed, it keeps the turn until it is done
            check=False,
        )
    file.seek(0)
    if drawn.returncode < 0:  # the kernel ended it
        raise images.PictureError(images.TOO_COSTLY)
    drawn.check_returncode()
    return read_answer(drawn.stdout)


def read_answer(answer: bytes) -> list[images.Variant]:
    """The variants that ``main`` wrote, or the PictureError it wrote instead."""
    head, _, content = answer.partition(b"\n")
    said = json.loads(head)
    if "error" in said:
        raise images.PictureError(said["error"])
    variants, start = [], 0
    for width, height, format_, length in said["variants"]:
        variants.append(images.Variant(width, height, format_, content[start : start + length]))
        start += length
    return variants


def main() -> None:
    """Draw the upload on standard input; answer with a line of JSON, then the files it lists."""
    memory, seconds, *limits = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # readers come first
    upload = io.BytesIO(sys.stdin.buffer.read())
    AvifImagePlugin.DEFAULT_MAX_THREADS = 2  # each has a stack, which counts as memory
    try:
        variants = images.make_variants(upload, limits=images.Limits(*limits))
        said: Any = {"variants": [(v.width, v.height, v.format, len(v.content)) for v in variants]}
    except images.PictureError as error:
        variants, said = [], {"error": str(error)}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    for variant in variants:
        sys.stdout.buffer.write(variant.content)


if __name__ == "__main__":
    main()
