"""Whoever asks Django which site this is, hears what SITE_URL says."""

import pytest
from django.contrib.sites.models import Site
from django.contrib.sites.shortcuts import get_current_site

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://www.kine.example", "www.kine.example"), ("http://127.0.0.1:8000", "127.0.0.1:8000")],
)
def test_the_setting_answers_and_the_row_is_not_read(
    settings, rf, django_assert_num_queries, url, host
):
    Site.objects.filter(pk=settings.SITE_ID).update(domain="elders.example")
    Site.objects.clear_cache()
    settings.SITE_URL = url
    with django_assert_num_queries(0):
        here = get_current_site(rf.get("/", headers={"host": "testserver"}))
    assert (here.pk, here.domain, here.name) == (settings.SITE_ID, host, host)
    assert Site.objects.get_current() == here
