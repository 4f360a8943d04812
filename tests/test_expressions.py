"""No regular expression of ours takes more than its share of a long text."""

import json
import re
import signal
import subprocess
import sys

import pytest

from tests.expressions import Expression, all_expressions, in_javascript, in_python
from tests.running_site import ROOT

pytestmark = pytest.mark.once

# How ours once were. Each took seconds for what a form lets through.
QUADRATIC = [
    r"\s*\[(@[^\[\]<>]*)\]",
    r"""(<(?:[^"'>]|"[^"]*"|'[^']*')*>)""",
    r"<h(?P<level>[23])>(?P<html>.*?)</h(?P=level)>",
]


def slow_ones(expressions):
    """The first that was too slow, if there is one."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.expressions"],
        cwd=ROOT,
        input=json.dumps([(each.pattern, each.flags) for each in expressions]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGXCPU}, done.stderr
    return done.stdout.splitlines()[-1:] if done.returncode else []


def test_every_expression_of_ours_is_linear():
    assert slow_ones(all_expressions()) == []


@pytest.mark.parametrize("pattern", QUADRATIC)
def test_one_that_is_not_is_found(pattern):
    found = slow_ones(
        [Expression("", "a"), Expression("", pattern, re.DOTALL), Expression("", "b")]
    )
    assert found == [pattern]


def test_they_are_found_wherever_they_stand():
    places = [each.place.removeprefix(f"{ROOT}/").partition(":")[0] for each in all_expressions()]
    assert {
        "articles/references.py",
        "articles/models.py",  # a validator
        "booking/converters.py",  # an address
        "kinekracht/urls.py",
        "booking/outbox.py",  # inside a function
        "kinekracht/fields.py",  # of a class
        "static/js/admin-forms.js",
    } <= set(places)


@pytest.mark.parametrize(
    ("source", "patterns"),
    [
        ("import re\nX = re.compile(r'a+', re.DOTALL)", [("a+", re.DOTALL)]),
        ("import re\ndef f(x): return re.sub('b+', '', x)", [("b+", 0)]),
        ("class Week:\n    regex = '[0-9]+'", [("[0-9]+", 0)]),
        ("f(RegexValidator(regex='c+'))", [("c+", 0)]),
    ],
)
def test_a_new_one_is_found(tmp_path, source, patterns):
    path = tmp_path / "module.py"
    path.write_text(source)
    assert [(each.pattern, each.flags) for each in in_python(path)] == patterns


@pytest.mark.parametrize("source", ["from re import compile", "import re\nre.compile(x + 'a')"])
def test_one_that_hides_is_refused(tmp_path, source):
    path = tmp_path / "module.py"
    path.write_text(source)
    with pytest.raises(AssertionError):
        list(in_python(path))


@pytest.mark.parametrize(
    "source", ["x.replace(/a+$/, '')", "const x = /a+$/g;", "if (/a+$/.test(x)) y();"]
)
def test_one_in_a_script_is_found(tmp_path, source):
    path = tmp_path / "script.js"
    path.write_text(source)
    assert [each.pattern for each in in_javascript(path)] == ["a+$"]
