"""The cache as it is live, and two processes that share it."""

import pytest

from kinekracht import content_version
from tests.factories import (
    ArticleFactory,
    PracticeFactory,
)
from tests.kinekracht.page_cache.situation import Process


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """The cache, as it is live."""
    folder = tmp_path / "cache"
    backend = "kinekracht.file_cache.FileCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": folder}}
    return folder


@pytest.fixture(autouse=True)
def _nothing_missed(monkeypatch):
    monkeypatch.setattr(content_version.Publishing, "is_due", False)
    monkeypatch.setattr(content_version.Publishing.cache, "rests_until", 0)


@pytest.fixture
def article():
    PracticeFactory()
    return ArticleFactory(slug="titel", title="Zwakke bekkenbodem")


@pytest.fixture
def publish(django_capture_on_commit_callbacks):
    """Changes something as staff do: what waits for the commit is done."""

    def publish(change):
        with django_capture_on_commit_callbacks(execute=True):
            change()

    return publish


@pytest.fixture
def here():
    return Process()


@pytest.fixture
def there():
    return Process()
