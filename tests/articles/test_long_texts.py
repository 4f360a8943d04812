import subprocess
import sys

import pytest

from tests.running_site import ROOT

pytestmark = pytest.mark.once


def test_no_text_costs_more_than_it_is_long():
    done = subprocess.run(
        [sys.executable, "-m", "tests.articles.long_texts"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr)
