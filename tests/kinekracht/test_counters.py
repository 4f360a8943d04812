import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinekracht.counters import WAYS, Counters
from tests.running_site import ROOT

pytestmark = pytest.mark.once

MINUTE = 60.0


@pytest.fixture(scope="module")
def counters():
    return Counters(slots=64)


def run(what):
    """What tests.kinekracht.counting says."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.kinekracht.counting", what],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_the_limit_passes_and_not_one_more():
    counters = Counters(slots=8)
    passed = [counters.take("an", limit=3, seconds=MINUTE, now=1000.0) for _ in range(5)]
    assert passed == [0, 0, 0, 60, 60]


def test_it_says_how_long_to_wait_and_then_takes_it():
    counters = Counters(slots=8)
    assert counters.take("an", limit=1, seconds=MINUTE, now=1000.0) == 0
    assert counters.take("an", limit=1, seconds=MINUTE, now=1045.0) == 15
    assert counters.take("an", limit=1, seconds=MINUTE, now=1060.0) == 0


def test_what_was_refused_does_not_make_the_wait_longer():
    counters = Counters(slots=8)
    for second in range(60):
        counters.take("an", limit=1, seconds=MINUTE, now=1000.0 + second)
    assert counters.take("an", limit=1, seconds=MINUTE, now=1060.0) == 0


def test_a_clock_that_is_set_back_keeps_nobody_waiting():
    counters = Counters(slots=8)
    counters.take("an", limit=1, seconds=MINUTE, now=9000.0)
    assert counters.take("an", limit=1, seconds=MINUTE, now=1000.0) == 0


def test_names_do_not_count_for_each_other():
    counters = Counters(slots=8)
    for name in ("an", "jo", "an jo", "", "é"):
        assert counters.take(name, limit=1, seconds=MINUTE, now=1000.0) == 0
        assert counters.take(name, limit=1, seconds=MINUTE, now=1000.0) == MINUTE


@given(
    limit=st.integers(1, 5),
    steps=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), max_size=60),
)
def test_never_more_than_the_limit_pass_in_a_window(limit, steps):
    counters = Counters(slots=WAYS)
    now, begun, passed = 1000.0, {}, {}
    for name, gap in steps:
        now += gap
        wait = counters.take(name, limit=limit, seconds=MINUTE, now=now)
        if now >= begun.get(name, -MINUTE) + MINUTE:
            begun[name] = now
        times = passed.setdefault(name, [])
        of_window = [time for time in times if time >= begun[name]]
        assert bool(wait) == (len(of_window) >= limit)
        if wait:
            assert now + wait == begun[name] + MINUTE
        else:
            times.append(now)
    for times in passed.values():
        for end in times:  # any minute at all, across two windows
            assert sum(end - MINUTE < time <= end for time in times) < 2 * limit


@given(st.lists(st.integers(0, 10_000), max_size=200))
def test_more_names_than_there_is_room_for_push_out_the_oldest(counters, numbers):
    """Nobody is refused for what others did, and the table doesn't grow."""
    size = len(counters.table)
    for number in dict.fromkeys(numbers):
        name = f"{number} {len(numbers)} {sum(numbers)}"
        first = counters.take(name, limit=1, seconds=MINUTE, now=1000.0)
        again = counters.take(name, limit=1, seconds=MINUTE, now=1000.0)
        assert again == MINUTE
        assert first in {0, MINUTE}  # of an example that was tried before
    assert len(counters.table) == size


def test_the_one_pushed_out_is_the_oldest():
    counters = Counters(slots=WAYS)
    for second in range(WAYS):
        counters.take(f"{second}", limit=1, seconds=MINUTE, now=1000.0 + second)
    counters.take("new", limit=1, seconds=MINUTE, now=1010.0)
    waits = [
        counters.take(f"{second}", limit=1, seconds=MINUTE, now=1010.0)
        for second in reversed(range(1, WAYS))
    ]
    assert all(waits)
    assert counters.take("0", limit=1, seconds=MINUTE, now=1010.0) == 0


def test_what_is_kept_does_not_say_who():
    counters = Counters(slots=64)
    counters.take("search 203.0.113.7", limit=1, seconds=MINUTE, now=1000.0)
    other = Counters(slots=64)
    other.take("search 203.0.113.7", limit=1, seconds=MINUTE, now=1000.0)
    assert b"203.0.113.7" not in counters.table[:]
    assert counters.table[:] != other.table[:]


def test_processes_and_threads_count_together():
    assert run("race") == "700"


def test_with_counters_of_their_own_all_would_pass():
    assert run("race-apart") == str(4 * 300)


def test_a_process_that_is_killed_while_it_counts_blocks_nobody():
    assert run("killed") == "[0.0, 0.0, 60.0]"


def test_with_a_lock_in_memory_it_would():
    assert run("killed-with-other-lock") == "False"
