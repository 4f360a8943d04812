"""Processes that count together, or die while they do: ``python -m tests.kinekracht.counting``.

A process of its own, as forking one that runs tests and threads is asking for trouble. Nothing is
imported here but what gunicorn's master imports too.
"""

import multiprocessing
import os
import signal
import sys
import threading

from kinekracht.counters import Counters

PROCESSES, THREADS, TIMES = 4, 4, 100
fork = multiprocessing.get_context("fork")


def race(limit: int, *, together: bool) -> int:
    """How often all pass at one moment where ``limit`` may; or, not together, of each process."""
    counters = Counters()
    passed = fork.Queue()

    def process() -> None:
        mine = counters if together else Counters()
        took: list[bool] = []

        def thread() -> None:
            took.extend(
                not mine.take("x", limit=limit, seconds=60, now=1000.0) for _ in range(TIMES)
            )

        threads = [threading.Thread(target=thread) for _ in range(THREADS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        passed.put(took.count(True))

    processes = [fork.Process(target=process) for _ in range(PROCESSES)]
    for each in processes:
        each.start()
    total = sum(passed.get() for _ in processes)
    for each in processes:
        each.join()
    return total


def kill_holder(take_turn) -> None:
    """Have a process killed outright after it took its turn and before it gave that back."""
    has_it, told = os.pipe()

    def process() -> None:
        take_turn()
        os.write(told, b"x")
        signal.pause()

    holder = fork.Process(target=process)
    holder.start()
    os.read(has_it, 1)
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()


def main(what: str) -> object:
    if what == "race":
        return race(700, together=True)
    if what == "race-apart":
        return race(300, together=False)
    if what == "killed":
        counters = Counters()
        kill_holder(lambda: counters.alone().__enter__())
        return [counters.take("x", limit=2, seconds=60, now=1000.0) for _ in range(3)]
    lock = fork.Lock()  # the control: a lock in shared memory
    kill_holder(lock.acquire)
    return lock.acquire(block=False)


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
