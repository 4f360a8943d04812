"""The bench finds out when an answer is wrong, and says which bar is missed."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench import answers, bars, load, report
from bench.rounds import Compared, Pair, Rates, compare

pytestmark = pytest.mark.once

SECONDS = {True: 0.2, False: 1}  # wrk takes whole ones
generators = pytest.mark.parametrize(
    "without_wrk", [True, False], ids=["threads", "wrk or threads"]
)


class Said(answers.Server):
    """A server that answers what it was told to, from so many requests on something else."""

    def __init__(self, *, then=None, after=20):
        self.first, self.then, self.after = (200, b"an article"), then, after
        self.count = 0

    def cpu_seconds(self):
        return self.count / 100

    def next(self):
        self.count += 1
        return self.then if self.then and self.count > self.after else self.first


@contextmanager
def serving(said):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            status, body = said.next()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        said.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        try:
            yield answers.target(said, "/")
        finally:
            server.shutdown()
            thread.join()


@generators
def test_it_counts_right_answers(without_wrk):
    said = Said()
    with serving(said) as target:
        run = load.generator(without_wrk=without_wrk).run(target, SECONDS[without_wrk])
    assert run.rate > 10
    assert said.count >= run.rate * SECONDS[without_wrk] * 0.8


@generators
@pytest.mark.parametrize("then", [(500, b"an article"), (200, b"an error")])
def test_it_refuses_answers_that_go_wrong(without_wrk, then):
    generator = load.generator(without_wrk=without_wrk)
    with serving(Said(then=then)) as target, pytest.raises(answers.Wrong, match="answer"):
        generator.run(target, SECONDS[without_wrk])


def test_it_sees_another_text_of_the_same_length():
    with serving(Said(then=(200, b"an artikel"), after=1)) as target, pytest.raises(answers.Wrong):
        target.check()


def test_it_refuses_a_server_that_is_gone():
    with serving(Said()) as target:
        pass
    with pytest.raises(OSError, match="refused"):
        load.Threads().run(target, 0.2)


class Slower:
    """Each measurement finds half of what the one before did."""

    name = "for this test"

    def __init__(self, *, busy=0.1):
        self.busy = busy
        self.rate = 1600

    def run(self, target, seconds):
        self.rate /= 2
        target.address.count += 10
        return load.Run(self.rate, 1, self.busy)


def test_who_is_measured_first_changes_with_each_round():
    with serving(Said()) as site, serving(Said()) as bare:
        found = compare({"page": Pair(site, bare)}, Slower(), rounds=2, seconds=1)["page"]
    assert (found.bare.by_clock, found.site.by_clock) == ([800, 100], [400, 200])
    assert found.ratio == 1.25


def test_a_client_without_time_measures_itself():
    with serving(Said()) as page, pytest.raises(answers.Wrong, match="90% of its core"):
        compare({"page": Pair(page, page)}, Slower(busy=0.9), rounds=1, seconds=1)


def test_ratios_stand_in_for_bars():
    one = Compared(site=Rates([75, 75], [10, 10]), bare=Rates([100, 100], [20, 20]))
    found = report.compared("x", {"article, plain": one})
    assert found.values == {"article, plain: part of the bare view": 0.75}
    assert "| article, plain | **0.750** | 0.750–0.750 | 0.500 | 75 | 100 | 0% |" in found.parts[0]


def test_bars_are_judged_by_what_was_measured():
    least, most = bars.Bar("ratio", 0.85, is_least=True), bars.Bar("size", 60, False, " kB")
    assert bars.missed([least, most], {"ratio": 0.8499, "size": 60.0001}) == []
    assert bars.missed([least, most], {"ratio": 0.8494, "size": 60.004}) == [
        "ratio: 0.849, should be ≥ 0.85",
        "size: 60.004 kB, should be ≤ 60 kB",
    ]


def test_what_was_not_measured_is_missed():
    missed = bars.missed(bars.bars_of(["SQLite"]), {})
    assert "SQLite, writing: errors: not measured, should be ≤ 0" in missed
    assert len(missed) == len(bars.READING + bars.LOOKUPS + bars.BOOKING + bars.WRITING)


def test_the_report_takes_the_place_of_the_one_before(tmp_path):
    file = tmp_path / "performance.md"
    file.write_text(f"Before.\n\n{report.BEGIN}\nold\n{report.END}\n\nAfter.\n")
    report.write(file, "\nnew\n")
    assert file.read_text() == f"Before.\n\n{report.BEGIN}\nnew\n{report.END}\n\nAfter.\n"


def test_a_page_without_marks_is_left_alone(tmp_path):
    file = tmp_path / "performance.md"
    file.write_text("Mine.\n")
    with pytest.raises(ValueError, match="has no"):
        report.write(file, "new")
    assert file.read_text() == "Mine.\n"
