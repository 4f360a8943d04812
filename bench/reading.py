"""Reading: the article, kept and not, beside a bare view; what it weighs, and what it takes."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from bench import machine, memory, report, weights
from bench.answers import Target, Wrong, fetch, target
from bench.load import Generator
from bench.plan import Plan
from bench.report import Findings
from bench.rounds import Pair, compare
from bench.sites import Bare, Live, Store, refuse_unless, site_folder
from tests.running_site import free_port

HIT = "hit"  # in Cache-Status, of a page that was kept


class Reading:
    """The sites of one database, each with another cache."""

    def __init__(self, store: Store, static: Path, stack: ExitStack) -> None:
        self.database = store.copy(store.demo, "reading")
        self.folder = store.folder / "reading_sites"
        self.folder.mkdir()
        self.static, self.stack = static, stack

    def site(self, name: str, cache: str = "") -> Live:
        """A site that is served, by one worker; ``cache`` is its CACHE_URL, if it has one."""
        variables = {"CACHE_URL": cache} if cache else {}
        live = Live(self.database, site_folder(self.folder / name, self.static), variables)
        served: Live = self.stack.enter_context(live.served(machine.SERVER))
        return served

    def with_redis(self) -> Target:
        """The article of a site that keeps pages in Redis."""
        port = self.stack.enter_context(redis_server(self.folder))
        site = self.site("redis", f"redis://127.0.0.1:{port}/0")
        article = kept_article(site)
        refuse_unless(keys_in(port) > 0, "the site with Redis keeps nothing in it")
        return article

    def beside_bare(self, targets: dict[str, Target], asks: Generator, plan: Plan) -> Findings:
        """Each target beside a view that answers the same bytes."""
        bare = self.stack.enter_context(Bare(self.folder / "bare", targets).served())
        pairs = {
            name: Pair(one, target(bare, bare.path(name), one.accepts))
            for name, one in targets.items()
        }
        found = compare(pairs, asks, rounds=plan.rounds, seconds=plan.seconds)
        return report.compared("reading", found)


def measure(store: Store, asks: Generator, plan: Plan, *, static: Path) -> Findings:
    """All that is asked of reading."""
    with ExitStack() as stack:
        reading = Reading(store, static, stack)
        kept, anew = reading.site("kept"), reading.site("anew", "dummycache://")
        path = article_of(kept)
        targets = {
            "article, plain": kept_article(kept),
            "article, gzip": kept_article(kept, "gzip"),
            "article, br": kept_article(kept, "br"),
            "article, not kept": target(anew, path),
        }
        refuse_hit(anew, path)
        has_redis = plan.redis and bool(shutil.which("redis-server") and find_spec("redis"))
        if has_redis:
            targets["article, plain, kept in Redis"] = reading.with_redis()
        refuse_differences(targets)
        queries = anew.ask("bench.queries", path)[path]
        found = reading.beside_bare(targets, asks, plan)
        found.values |= {
            "article, not kept: queries": queries,
            "article, br: answered as br": float(targets["article, br"].encoding == "br"),
        }
        found.parts.append(
            f"The article is `{path}`, {len(targets['article, plain'].content):,} bytes of HTML; "
            f"made anew it takes {queries} queries."
            f"{'' if has_redis else ' Redis was not measured.'}"
        )
        found.add(weights.measure(kept, path))
        found.add(memory.measure(kept, requests=plan.requests))
        return found


def article_of(site: Live) -> str:
    """The address of the article that the demo comes with."""
    found = [path for path in memory.in_sitemap(site) if is_article(path)]
    refuse_unless(len(found) == 1, f"the sitemap names {len(found)} articles, not 1")
    return found[0]


def is_article(path: str) -> bool:
    """Whether it is /artikels/something/, and not a category."""
    parts = path.strip("/").split("/")
    return parts[0] == "artikels" and len(parts) == len(["artikels", "slug"])


def kept_article(site: Live, accepts: str = "") -> Target:
    """The article, which is asked for once before, so that it is kept."""
    path = article_of(site)
    fetch(site, path, accepts)
    answer = fetch(site, path, accepts)
    if HIT not in answer.headers.get("Cache-Status", ""):
        raise Wrong(f"{path} is not kept: {answer.headers.get('Cache-Status', 'no Cache-Status')}")
    return target(site, path, accepts)


def refuse_hit(site: Live, path: str) -> None:
    """Wrong if a page is kept that shouldn't be."""
    status = fetch(site, path).headers.get("Cache-Status", "")
    refuse_unless(HIT not in status, f"{path} is kept, with CACHE_URL=dummycache://")


def refuse_differences(targets: dict[str, Target]) -> None:
    """Wrong if the article isn't the same however it comes, apart from the port in it."""
    contents = {
        name: one.content.replace(f":{one.address.port}/".encode(), b":0/")
        for name, one in targets.items()
    }
    first = next(iter(contents.values()))
    others = [name for name, content in contents.items() if content != first]
    refuse_unless(not others, f"it is another page: {', '.join(others)}")


@contextmanager
def redis_server(folder: Path) -> Iterator[int]:
    """A Redis, not on the server's core, that writes nothing to a disk; the port it listens on."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with machine.on(machine.CLIENT), (folder / "redis.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log)  # noqa: S603  it is our own
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def keys_in(port: int) -> int:
    """How many keys a Redis holds."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"DBSIZE\r\n")
        return int(connection.recv(100).strip().lstrip(b":"))
