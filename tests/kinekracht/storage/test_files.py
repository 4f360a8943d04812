import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import override_settings

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    root = tmp_path_factory.mktemp("static")
    backend = {"BACKEND": "kinekracht.storage.files.BundledStaticFilesStorage"}
    with override_settings(STATIC_ROOT=root, STORAGES={"default": backend, "staticfiles": backend}):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield storages["staticfiles"], root


def test_the_stylesheet_is_one_file_with_all_its_parts(collected):
    storage, root = collected
    name = storage.stored_name("css/site.css")
    bundle = (root / name).read_text()
    assert re.fullmatch(r"css/site\.[0-9a-f]{12}\.css", name)
    assert "@import" not in bundle
    source = Path(finders.find("css/site.css")).read_text()
    parts = re.findall(r'@import url\("([^"]+)"\)', source)
    assert len(parts) > 3
    for part in parts:
        text = Path(finders.find(f"css/{part}")).read_text()
        first_rule = next(line for line in text.splitlines() if line.endswith("{"))
        assert first_rule in bundle


def test_the_stylesheet_weighs_at_most_12_kilobytes(collected):
    storage, root = collected
    assert (root / f"{storage.stored_name('css/site.css')}.br").stat().st_size <= 12_000


def test_the_font_weighs_at_most_30_kilobytes(collected):
    _, root = collected
    assert (root / "fonts" / "heading.woff2").stat().st_size <= 30_000


def test_files_are_compressed_beside_the_plain_ones(collected):
    storage, root = collected
    name = storage.stored_name("js/contents.js")
    for ending in ("", ".br", ".gz"):
        assert (root / f"{name}{ending}").stat().st_size <= 5_000
