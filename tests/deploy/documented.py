"""What docs/deploy.md and deploy/ say, with other places in it: those of a test."""

import os
import re
import shutil

import pytest

from tests.running_site import ROOT

SBIN = "/usr/sbin"  # where Debian has nginx, and not everybody looks


def program(name, package):
    """The path of a program of Debian's. Its absence is a failure in CI, and elsewhere a skip."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:{SBIN}")
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            f"NO {name} HERE: the tests that need it did not run. "
            f"Install it (apt install {package})."
        )
    return path


def documented(language, words):
    """The block of code in docs/deploy.md that holds ``words``."""
    blocks = re.findall(
        r"^```(\w+)\n(.*?)^```$", (ROOT / "docs/deploy.md").read_text(), re.MULTILINE | re.DOTALL
    )
    [found] = [text for name, text in blocks if name == language and words in text]
    return found


def replaced(text, values):
    """``text`` with other values in the place of those in the documentation."""
    for old, new in values.items():
        assert old in text, f"{old} is not in {text}"
        text = text.replace(old, new)
    return text
