"""What several machines share. With real processes: tests/faults/test_two_machines.py."""

import contextlib
import socket

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from kinekracht import shared_cache
from kinekracht.settings import FILES, cache_url, folder, service
from tests.factories import ArticleFactory, PracticeFactory
from tests.running_site import free_port

SECRET = "geheim"


@pytest.fixture
def setting(monkeypatch):
    """Gives a variable a value, and returns its name."""

    def setting(name, value):
        monkeypatch.setenv(name, value)
        return name

    return setting


# SHARED_DIR


def test_without_a_folder_it_is_the_machines_own(tmp_path, monkeypatch):
    monkeypatch.delenv("SHARED_DIR", raising=False)
    assert folder("SHARED_DIR", default=tmp_path) == tmp_path


def test_a_folder_that_is_there_is_taken(setting, tmp_path):
    assert folder(setting("SHARED_DIR", str(tmp_path)), default=None) == tmp_path


@pytest.mark.parametrize("value", ["", "shared", "~/shared", "/bestaat/niet", __file__])
def test_a_folder_that_makes_no_sense_is_refused(setting, value):
    with pytest.raises(ImproperlyConfigured, match="SHARED_DIR must be a folder that exists"):
        folder(setting("SHARED_DIR", value), default=None)


# CACHE_URL


def cache_at(name):
    return service(name, default=FILES, parse=cache_url)


@pytest.mark.parametrize(
    "url",
    [
        f"redis://:{SECRET}@10.0.0.3:6379/0",
        f"rediss://user:{SECRET}@redis.example.be",
        "redis://[::1]:6379",
        "unix:///run/redis/redis.sock?db=1",
    ],
)
def test_redis_is_taken_and_not_waited_for_long(setting, url):
    cache = cache_at(setting("CACHE_URL", url))
    assert cache["LOCATION"] == url
    assert cache["OPTIONS"] == {"socket_connect_timeout": 1, "socket_timeout": 1}


def test_it_can_be_left_out_or_nothing(setting):
    assert cache_at("NO_SUCH_VARIABLE") == FILES
    assert cache_at(setting("CACHE_URL", "dummycache://"))["BACKEND"].endswith("DummyCache")


@pytest.mark.parametrize(
    "url",
    [
        "",
        SECRET,
        f"redis:{SECRET}",
        f"redis://:{SECRET}@",
        f"redis://:{SECRET}@10.0.0.3:poort/0",
        f"redis://:{SECRET}@10.0.0.3:70000/0",
        f"redis://:{SECRET}@10.0.0.3:6379/nul",
        f"redis://:{SECRET}#{SECRET}@10.0.0.3:6379/0",
        f"redis://:{SECRET}@[10.0.0.3/0",
        f"http://:{SECRET}@10.0.0.3:6379/0",
        f"locmemcache://{SECRET}",  # each process would have its own
        "unix://",
    ],
)
def test_nonsense_is_refused_and_not_quoted(setting, url):
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL can't be read") as refused:
        cache_at(setting("CACHE_URL", url))
    assert SECRET not in str(refused.value)
    assert refused.value.__suppress_context__  # nor in the traceback


# A Redis that fails


@pytest.fixture
def use(settings, setting):
    """Has this process use the Redis on a port."""

    def use(port):
        url = f"redis://:{SECRET}@127.0.0.1:{port}/0"
        settings.CACHES = {"default": cache_at(setting("CACHE_URL", url))}

    return use


@pytest.fixture
def silent():
    """A server that takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def how_many(server):
    """How many connections came since."""
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


@pytest.mark.django_db
def test_a_silent_redis_is_asked_once_in_a_while(use, silent, monkeypatch, caplog):
    """And then it isn't waited for: a page is late for it once."""
    PracticeFactory()
    use(silent.getsockname()[1])
    process = Client()
    monkeypatch.setattr(shared_cache, "PAUSE", 3600)
    for _ in range(10):
        assert process.get("/contact/").status_code == 200
    assert how_many(silent) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "TimeoutError: pages are not kept"
    ]


@pytest.mark.django_db
def test_afterwards_it_is_asked_again(use, silent, monkeypatch):
    PracticeFactory()
    use(silent.getsockname()[1])
    process = Client()
    monkeypatch.setattr(shared_cache, "PAUSE", 0)
    for _ in range(2):
        assert process.get("/contact/").status_code == 200
    assert how_many(silent) == 2


@pytest.mark.django_db
def test_without_redis_all_is_there_and_staff_can_publish(
    use, client, django_capture_on_commit_callbacks, caplog
):
    PracticeFactory()
    use(free_port())
    with django_capture_on_commit_callbacks(execute=True):
        article = ArticleFactory(slug="titel")
    for path in ("/", article.get_absolute_url(), "/artikels/titel/deelbeeld.png"):
        response = client.get(path)
        assert response.status_code == 200
        assert "Cache-Status" not in response
    assert SECRET not in caplog.text
