"""The site's settings, from an environment that is the same on every machine.

What the developer's shell holds (DEBUG, the address of a live database) must reach no test. The
environment is set here because pytest-django reads the settings before any conftest.py.
"""

import os
import tempfile
from pathlib import Path

# Goes with the process, as every worker of pytest-xdist has its own.
_var_dir = tempfile.TemporaryDirectory(prefix="kinekracht-test-", ignore_cleanup_errors=True)
(Path(_var_dir.name) / "static").mkdir()

for _name in (
    "ALLOWED_HOSTS",
    "BACKUP_KEY",
    "CACHE_URL",
    "DATABASE_URL",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "SHARED_DIR",
    "TRUSTED_PROXY",
    *(f"{scope}_PER_MINUTE" for scope in ("BOOKING", "LOGIN", "SEARCH", "SELF_TEST")),
):
    os.environ.pop(_name, None)
os.environ |= {
    "DEBUG": "False",
    "ENCRYPTION_KEYS": "b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtISE=",
    "LINK_KEYS": "bGlua3MtZm9yLXRlc3RzLW9ubHktLWZvci10ZXN0cy0=",
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "SITE_URL": "http://testserver",
    "VAR_DIR": _var_dir.name,
}
if "TEST_DATABASE_URL" in os.environ:  # from tests.with_postgresql
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from kinekracht.settings import *  # noqa: E402, F403  what is under test
from kinekracht.settings import DATABASES, RATE_LIMITS, STORAGES  # noqa: E402

# With many requests a second and a clock that stands still, tests look like a flood.
RATE_LIMITS = dict.fromkeys(RATE_LIMITS, 0)

CACHE_STATUS = True

# A slow hash is right for passwords, and a waste in tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# By itself it is in memory for Django's own engine only.
if DATABASES["default"]["ENGINE"] == "kinekracht.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}

# What a test changes is never committed, so a page that was kept would be another test's.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# Without collectstatic; the browser tests run on the real thing.
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
