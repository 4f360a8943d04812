"""A name for the code that runs: what another version rendered is no page of this one."""

import datetime as dt
import hashlib
from functools import cache

from django.conf import settings

SOURCES = ("*.py", "*.html", "*.txt", "*.mo", "*.toml")
FOLDERS = ("articles", "booking", "kinekracht", "locale", "selftest", "templates")
PLAIN = (bool, int, float, str, dt.timedelta)


@cache
def release() -> str:
    """A hash of code, templates, names of static files, packages, database and plain settings.

    The same on every machine with the same ones, wherever its folders are.
    """
    base = settings.BASE_DIR
    files = {
        file for folder in FOLDERS for pattern in SOURCES for file in (base / folder).rglob(pattern)
    }
    elsewhere = [base / "requirements.txt", settings.STATIC_ROOT / "staticfiles.json"]
    state = hashlib.blake2b(digest_size=8)
    for file in [*sorted(files), *elsewhere]:
        if file.exists():
            state.update(file.name.encode() + file.read_bytes())
    database = settings.DATABASES["default"]
    state.update(f"{database['NAME']} at {database.get('HOST')} ".encode())
    for name in sorted(dir(settings)):
        value = getattr(settings, name, None)
        if isinstance(value, PLAIN):
            state.update(f"{name}={value!r} ".encode())
    return state.hexdigest()
