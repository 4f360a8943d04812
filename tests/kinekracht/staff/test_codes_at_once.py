"""Codes that come in the same moment are counted all the same, whatever the database."""

import json
import subprocess
import sys

import pytest

from tests import with_postgresql
from tests.running_site import ROOT, environment

pytestmark = pytest.mark.once

MANY = 8


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def results(request, tmp_path_factory):
    """What came of each race (guessers), in a process and a database of their own."""
    var_dir = tmp_path_factory.mktemp("guessers")
    if request.param == "SQLite":
        return races(var_dir)
    with with_postgresql.server() as url:
        return races(var_dir, DATABASE_URL=url)


def races(var_dir, **database):
    done = subprocess.run(
        [sys.executable, "-m", "tests.kinekracht.staff.guessers", str(MANY)],
        cwd=ROOT,
        env=environment(
            var_dir,
            DJANGO_SETTINGS_MODULE="kinekracht.settings",
            SECRET_KEY="only-for-tests-" + "x" * 50,
            SITE_URL="http://127.0.0.1:8000",
            **database,
        ),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_wrong_codes_from_many_networks_all_count(results):
    assert results["wrong_in_many_places"] == {"wrong": MANY, "counted": MANY}


def test_in_one_place_one_is_looked_at(results):
    assert results["wrong_in_one_place"] == {"wrong": 1, "too_soon": MANY - 1, "counted": 1}


def test_a_right_code_opens_once(results):
    # Who came too late is told that the code is wrong, as it is no longer one.
    assert results["right_in_many_places"] == {"right": 1, "wrong": MANY - 1, "counted": MANY - 1}
