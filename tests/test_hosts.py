"""SITE_URL alone says where we are: no answer names another host, but for those that are meant."""

import re

import pytest
from django.contrib.sites.models import Site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from post_office.models import Email

from kinekracht.encryption import decrypt
from tests.access import make_world
from tests.urlconf import routes

pytestmark = [pytest.mark.django_db, pytest.mark.once]

OURS = "www.kine.example"
MEANT = {
    "schema.org",  # the vocabulary of what search engines are told
    "www.w3.org",  # names of vocabularies: Atom, SVG, XHTML
    "www.sitemaps.org",  # the same
    "doi.org",  # where studies are found
    "www.openstreetmap.org",  # the way to the practice
    "www.gegevensbeschermingsautoriteit.be",  # where somebody can complain about us
}
HOST = re.compile(r"(?:\\?/){2}([\w.-]+\.[a-z]{2,}|localhost|testserver)\b", re.IGNORECASE)


@pytest.fixture
def world(settings, tmp_path):
    """One of everything, at an address that is neither the request's nor the Site row's."""
    settings.SHARED_DIR = tmp_path
    settings.SITE_URL = f"https://{OURS}"
    Site.objects.clear_cache()
    assert Site.objects.get(pk=settings.SITE_ID).domain == "example.com"
    return make_world()


def hosts_in(response):
    """The hosts that an answer names, in its headers or in what it says."""
    headers = "\n".join(response.headers.values())
    return set(HOST.findall(headers + response.getvalue().decode(errors="replace")))


@pytest.mark.parametrize("person", ["client", "admin_client"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_answer_names_a_host_but_ours(world, request, person, method):
    client = request.getfixturevalue(person)
    with CaptureQueriesContext(connection) as asked:
        named = [
            (route, host)
            for route in routes()
            for host in hosts_in(client.generic(method, world.fill(route)))
        ]
    assert [each for each in named if each[1] not in MEANT | {OURS}] == []
    assert not [query["sql"] for query in asked if '"django_site"' in query["sql"]]


def test_the_hosts_that_are_meant_are_named(world, admin_client):
    """The control: hosts are found, wherever they stand."""
    named = {host for route in routes() for host in hosts_in(admin_client.get(world.fill(route)))}
    assert named == MEANT | {OURS}


def test_no_mail_names_a_host_but_ours(world):
    mails = Email.objects.all()
    assert mails
    for mail in mails:
        assert set(HOST.findall(decrypt(mail.message))) == {OURS}
        assert {OURS} <= set(HOST.findall(decrypt(mail.html_message))) <= {OURS} | MEANT
