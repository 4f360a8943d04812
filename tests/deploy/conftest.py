"""A site behind the proxy of deploy/nginx/."""

import contextlib
from types import SimpleNamespace

import pytest

from tests.deploy.nginx import Nginx
from tests.deploy.raw import NAME
from tests.deploy.recorder import recorder
from tests.faults.conftest import prepare
from tests.faults.databases import SQLite
from tests.faults.machines import Machine
from tests.faults.site import serving

SEARCHES = 8
TIMEOUTS = ("client_header_timeout", "client_body_timeout")
PATIENT = {f"{name} 10s": f"{name} 120s" for name in TIMEOUTS}
HASTY = {f"{name} 10s": f"{name} 1s" for name in TIMEOUTS}


@pytest.fixture(scope="package")
def prepared(tmp_path_factory):
    """A database with something to read and to book in it."""
    return prepare(SQLite(tmp_path_factory.mktemp("prepared")), tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="module")
def live(prepared, tmp_path_factory):
    """``front`` is nginx and ``site`` what it leads to, as it would be served live."""
    folder = tmp_path_factory.mktemp("live")
    given = {
        "SEARCH_PER_MINUTE": str(SEARCHES),
        "SITE_URL": f"https://{NAME}",
        "TRUSTED_PROXY": "127.0.0.1",
    }
    with contextlib.ExitStack() as stack:
        site = Machine(stack.enter_context(prepared.copied(folder)), folder / "var", **given)
        stack.enter_context(serving(site))
        front = Nginx(folder / "nginx", f"server 127.0.0.1:{site.port};", changed=PATIENT)
        stack.callback(front.stop)
        front.start()
        yield SimpleNamespace(front=front, site=site)


@contextlib.contextmanager
def noting(folder, changed):
    """The same nginx before a server that notes what it is sent: ``front`` and ``behind``.

    Visitors say themselves from where they come, with ``X-From``.
    """
    more = "set_real_ip_from 127.0.0.1; real_ip_header X-From;"
    with recorder() as behind:
        front = Nginx(folder, f"server 127.0.0.1:{behind.port};", changed=changed, more=more)
        try:
            front.start()
            yield SimpleNamespace(front=front, behind=behind)
        finally:
            front.stop()


@pytest.fixture(scope="module")
def noted(tmp_path_factory):
    """Patient: it has minutes for who is slow, or a busy machine would decide what a test says."""
    with noting(tmp_path_factory.mktemp("noted") / "nginx", PATIENT) as both:
        yield both


@pytest.fixture
def hasty(tmp_path):
    """It has a second for who is slow."""
    with noting(tmp_path / "nginx", HASTY) as both:
        yield both
