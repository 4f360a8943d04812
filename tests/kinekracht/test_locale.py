from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import gettext

FILES = sorted(Path(settings.LOCALE_PATHS[0]).rglob("*.po"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_compiled_words_are_those_of_the_source(path):
    source = polib.pofile(str(path))
    assert not source.untranslated_entries()
    assert words(source) == words(polib.mofile(str(path.with_suffix(".mo"))))


def words(catalogue):
    return {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in catalogue if e.msgid}


def test_there_are_words_to_compile():
    assert [path.stem for path in FILES] == ["django", "djangojs"]


def test_staff_read_our_words_instead_of_the_packages():
    assert gettext("Collapse all items") == "Alles dichtklappen"
    assert gettext("Are you sure?") == "Weet je het zeker?"


@pytest.mark.django_db
def test_the_scripts_of_the_admin_speak_dutch(admin_client):
    assert "Link aanpassen" in admin_client.get("/beheer/jsi18n/").content.decode()
