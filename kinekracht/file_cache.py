"""Django's cache in files, for all processes of one machine."""

from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks


class FileCache(FileBasedCache):
    """With an ``add`` that succeeds once however many try, and damaged files that don't count."""

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        self._createdir()  # type: ignore[attr-defined]
        with Path(self._dir, "lock").open("w") as turn:  # type: ignore[attr-defined]
            locks.lock(turn, locks.LOCK_EX)  # the kernel gives it back if we are killed
            return bool(super().add(key, value, timeout, version))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self.get(key, version=version) is not None

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except OSError:
            raise
        except Exception:  # noqa: BLE001  it may be damaged in whatever way
            self.delete(key, version)
            return default
