"""The browser for the browser tests: ``python -m tests.chromium`` sees to it and says which."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FETCH_SECONDS = 300
MISSING = (
    "NO CHROMIUM HERE: the browser tests did not run. Install it (apt install chromium) and run "
    "them again; with REQUIRE_BROWSER=1 its absence is a failure."
)


def find() -> str | None:
    """The path of the system's Chromium, else of playwright's own, else None."""
    return next(filter(None, map(shutil.which, NAMES)), None) or playwrights_own()


def playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def is_required() -> bool:
    return os.environ.get("REQUIRE_BROWSER") == "1"


def fetch() -> str | None:
    """Try to get playwright's own; its path, or None where it can't be had."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, timeout=FETCH_SECONDS, capture_output=True, check=False)
    return find()


if __name__ == "__main__":
    print(find() or fetch() or "none, and none to be had: no browser tests")
