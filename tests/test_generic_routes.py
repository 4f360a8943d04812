"""Who is told what by the pages that Django's admin has for every model."""

import tomllib
from pathlib import Path

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client

from tests.access import PEOPLE, make_world, session_of
from tests.generic_routes import answer_to, delete_selected, make_secrets, requests_for
from tests.test_access import allowed

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TOLD = tomllib.loads(Path(__file__).with_name("access.toml").read_text())["told"]


@pytest.fixture
def world(settings, tmp_path):
    settings.SHARED_DIR = tmp_path  # where erasures are listed
    return make_world()


@pytest.fixture
def secrets(world):
    return make_secrets(world)


def test_every_model_of_the_admin_is_tried(world):
    places = {f"{m._meta.app_label}/{m._meta.model_name}" for m in admin.site._registry}  # noqa: SLF001
    assert set(world.objects) == places


def test_the_table_says_of_every_secret_who_is_told(secrets):
    assert [row["what"] for row in TOLD] == list(secrets)
    assert all(all(words) for words in secrets.values())


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_is_told_what_the_table_says_and_nothing_else(world, secrets, person):
    session = session_of(person, world)
    told = {}
    for request in requests_for(world):
        answer = answer_to(session, request)
        for what, words in secrets.items():
            if any(word in answer for word in words):
                told.setdefault(what, []).append(f"{request.method} {request.address}")
    expected = {row["what"] for row in TOLD if person in row["who"]}
    assert {what: told.get(what) for what in told.keys() ^ expected} == {}


@pytest.mark.parametrize("person", PEOPLE)
def test_a_list_deletes_for_nobody_who_may_not_delete(world, person):
    session = session_of(person, world)
    deleted = {place for place in world.objects if is_deleted(session, world, place)}
    may = {
        place
        for place in world.objects
        if person in allowed()[f"beheer/{place}/<path:object_id>/delete/"]
    }
    assert deleted <= may
    assert bool(deleted) == bool(may)


def is_deleted(cookies, world, place):
    """Whether the object at ``place`` is gone when it is ticked in its list; nothing is kept."""
    client = Client()
    client.cookies.load(cookies)
    instance = world.objects[place]
    with transaction.atomic():
        client.post(f"/beheer/{place}/", delete_selected(instance, post="yes"))
        gone = not type(instance).objects.filter(pk=instance.pk).exists()
        transaction.set_rollback(True)
    return gone


@pytest.mark.parametrize("person", PEOPLE)
def test_the_shortcut_to_a_page_of_the_site_is_gone(world, person):
    session = session_of(person, world)
    shortcuts = [each for each in requests_for(world) if each.address.startswith("/beheer/r/")]
    assert len(shortcuts) == len(world.objects)
    for request in shortcuts:
        answer = answer_to(session, request)
        assert answer.startswith("404") or "Location: /beheer/login/?" in answer
