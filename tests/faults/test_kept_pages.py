"""Pages that are kept, in all processes of the site."""

import time

import pytest

from kinekracht.web.ahead import public_paths
from tests.faults.readers import CHANGE, PUBLISH, crowd, read, shell
from tests.faults.rendered import how_often
from tests.faults.site import ARTICLE, kill, until

pytestmark = pytest.mark.site

SCHEDULE = """
import datetime as dt
from django.utils import timezone
from articles.models import Article
article = Article.objects.get(slug="zwakke-bekkenbodem")
article.pk, article.slug, article.title = None, "nieuw", "{title}"
article.published_at = timezone.now() + dt.timedelta(seconds=4)
article.save()
"""
DIE_RENDERING = """
from django.core.cache import cache
from django.test import RequestFactory
from kinekracht.page_cache import PageCache
request = RequestFactory(headers={{"host": "127.0.0.1:{port}"}}).get("{path}")
assert cache.add(PageCache(None).key_of(request) + "-turn", 1, 30)
"""


def test_a_crowd_at_a_cold_page_has_it_rendered_once(site):
    for path in (ARTICLE, "/"):
        shell(site, CHANGE)
        before = how_often(site, path) if (site.var_dir / "rendered").exists() else 0
        [text] = crowd(site, path)
        assert "</html>" in text
        assert how_often(site, path) == before + 1


def test_a_crowd_at_a_page_that_has_just_aged_has_it_rendered_once(site):
    shell(site, SCHEDULE, title="Een nieuw artikel")
    assert "Een nieuw artikel" not in read(site, "/artikels/")
    before, begin = how_often(site, "/artikels/"), time.monotonic()
    until(lambda: time.monotonic() > begin + 4, site=site)
    texts = crowd(site, "/artikels/")
    assert how_often(site, "/artikels/") == before + 1
    assert texts >= {read(site, "/artikels/")}
    assert "Een nieuw artikel" in read(site, "/artikels/")


def test_what_is_published_in_one_process_is_seen_by_all_on_the_next_request(site):
    for title in ("Eerste titel", "Tweede titel", "Derde titel"):
        crowd(site, ARTICLE)  # both of gunicorn's processes have it at hand
        shell(site, PUBLISH, title=title)
        before = how_often(site, ARTICLE)
        for _ in range(20):
            assert f"<h1>{title}</h1>" in read(site, ARTICLE)
        assert how_often(site, ARTICLE) == before + 1


def test_a_process_that_is_killed_while_it_renders_stops_nobody(site):
    """Its turn lasts on for half a minute; others wait for a moment, and do without it."""
    shell(site, CHANGE)
    shell(site, DIE_RENDERING, port=site.port, path=ARTICLE)
    before = how_often(site, ARTICLE)
    assert "</html>" in read(site, ARTICLE)
    assert how_often(site, ARTICLE) == before + 1


def test_beside_a_worker_nobody_is_the_first_to_read(site):
    """What it renders ahead is found by the processes of the site, under the name they look for."""
    *_, last = public_paths(read(site, "/sitemap.xml").encode())

    def renders_all(worker, before):
        until(lambda: how_often(site, last) > before, or_ended=worker, site=site)

    before = how_often(site, last)
    worker = site.work()
    renders_all(worker, before)  # what a change comes in the middle of isn't the round after it
    for change in (CHANGE, CHANGE):
        before = how_often(site, last)
        shell(site, change)
        renders_all(worker, before)
        assert site.get(ARTICLE).headers["Cache-Status"] == "KineKracht; hit"
    kill(worker)
