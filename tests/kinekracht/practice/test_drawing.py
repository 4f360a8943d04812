"""What a file may cost to look at, whatever it says of itself."""

import fcntl
import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from kinekracht import images
from kinekracht.practice import drawing
from tests.factories import picture_file
from tests.running_site import ROOT

pytestmark = pytest.mark.once

LIMITS = images.Limits(bytes=15_000_000, pixels=25_000_000, side=12_000)
HOLD = """
import fcntl, sys
held = open(sys.argv[1], "w")
fcntl.flock(held, fcntl.LOCK_EX)
print(flush=True)
input()
"""
DRAW = """
import sys
from pathlib import Path
from kinekracht import images
from kinekracht.practice import drawing
limits = images.Limits(bytes=15_000_000, pixels=25_000_000, side=12_000)
with open(sys.argv[1], "rb") as file:
    drawing.make_variants(file, limits=limits, turn=Path(sys.argv[2]))
"""


@pytest.fixture
def turn(tmp_path):
    return tmp_path / "turn"


def make_variants(content, turn, **options):
    return drawing.make_variants(io.BytesIO(content), limits=LIMITS, turn=turn, **options)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def avif_that_calls_itself_small(size):
    content = bytearray(encoded(Image.new("RGB", size), "AVIF", speed=10, subsampling="4:4:4"))
    at = content.index(b"ispe") + 8
    content[at : at + 8] = struct.pack(">II", 40, 30)
    return bytes(content)


def jpeg_drawn_over_and_over(times):
    content = encoded(Image.new("RGB", (5000, 5000)), "JPEG", progressive=True)
    last_scan = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + times * last_scan + content[-2:]


def waiting_for(turn):
    """Whether somebody waits for the lock on this file, as the kernel tells it."""
    lines = Path("/proc/locks").read_text().splitlines()
    return any(
        "->" in line and line.split()[-3].endswith(f":{turn.stat().st_ino}") for line in lines
    )


def is_held(turn):
    """Whether somebody has the lock on this file."""
    with turn.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_until(state):
    until = time.monotonic() + 60
    while not state():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_it_gives_what_would_have_been_drawn_here(turn):
    content = picture_file((600, 400)).getvalue()
    assert make_variants(content, turn) == images.make_variants(io.BytesIO(content), limits=LIMITS)


def test_what_is_wrong_is_said_in_the_same_words(turn):
    with pytest.raises(images.PictureError, match="geen foto die we kunnen lezen"):
        make_variants(b"geen foto", turn)
    with pytest.raises(images.PictureError, match="Elke zijde mag er hoogstens 12000"):
        make_variants(picture_file((1, 12_001), "PNG").getvalue(), turn)


def test_too_many_bytes_cost_no_process(turn):
    with pytest.raises(images.PictureError, match="te groot: 16 MB"):
        make_variants(bytes(15_000_001), turn)
    assert not turn.exists()


@pytest.mark.parametrize(
    ("size", "kind", "mode", "options"),
    [
        ((5000, 5000), "WEBP", "RGBA", {"lossless": True}),
        ((2500, 10_000), "PNG", "RGBA", {}),
        ((5000, 5000), "JPEG", "CMYK", {"progressive": True}),
    ],
)
def test_the_costliest_that_is_allowed_fits(turn, size, kind, mode, options):
    assert make_variants(encoded(Image.new(mode, size), kind, **options), turn)


def test_a_file_that_holds_more_than_it_says_is_refused_for_it(turn):
    most = drawing.MOST._replace(memory=80_000_000)
    honest = picture_file((40, 30), "AVIF").getvalue()
    assert make_variants(honest, turn, most=most)
    liar = avif_that_calls_itself_small((6000, 6000))
    assert make_variants(liar, turn)  # the control: nothing else is wrong with it
    with pytest.raises(images.PictureError):
        make_variants(liar, turn, most=most)


def test_a_file_that_draws_without_end_is_ended(turn):
    content = jpeg_drawn_over_and_over(20_000)
    assert len(content) < 1_500_000
    with pytest.raises(images.PictureError, match="te veel geheugen of rekentijd"):
        make_variants(content, turn, most=drawing.MOST._replace(seconds=1))


def test_one_is_drawn_at_a_time(turn):
    drawn = []
    thread = threading.Thread(
        target=lambda: drawn.extend(make_variants(picture_file((20, 10)).getvalue(), turn))
    )
    with turn.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        thread.start()
        wait_until(lambda: waiting_for(turn))
        assert drawn == []
    thread.join(60)
    assert len(drawn) == 2


def test_nobody_waits_for_a_process_that_was_killed(turn):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(turn)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        assert is_held(turn)
        holder.kill()
        holder.wait()
    assert make_variants(picture_file((20, 10)).getvalue(), turn)


def test_what_a_killed_process_was_having_drawn_keeps_its_turn(turn, tmp_path):
    """Or two would be drawn at a time."""
    picture = tmp_path / "picture"
    picture.write_bytes(jpeg_drawn_over_and_over(20_000))
    with subprocess.Popen(
        [sys.executable, "-c", DRAW, str(picture), str(turn)], cwd=ROOT, start_new_session=True
    ) as process:
        try:
            wait_until(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text)
            process.kill()
            process.wait()
            assert is_held(turn)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    wait_until(lambda: not is_held(turn))
