"""What is served of pages that are kept: one rendering, in the encoding that a browser takes."""

import gzip

import brotli
import pytest
from django.core.cache import cache
from django.urls import reverse
from hypothesis import given
from hypothesis.strategies import text

from kinekracht.pages import best_encoding, encoded
from tests.kinekracht.page_cache.situation import (
    HIT,
    PATH,
    STORED,
    Process,
)

pytestmark = pytest.mark.django_db


def test_a_page_is_rendered_once_for_all_processes(article, here, there, django_assert_num_queries):
    first = here.get(PATH)
    assert first["Cache-Status"] == STORED
    for process in (here, there, here):
        with django_assert_num_queries(0):
            again = process.get(PATH)
        assert again["Cache-Status"] == HIT
        assert again.content == first.content
        assert dict(again.headers) | {"Cache-Status": STORED} == dict(first.headers)


def test_it_is_the_page_that_is_rendered_without_a_cache(article, here, settings):
    here.get(PATH)
    kept = here.get(PATH)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    plain = Process().get(PATH)
    assert kept.content == plain.content
    del kept.headers["Cache-Status"]
    assert set(kept.headers.items()) == set(plain.headers.items())


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [
        ("gzip", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("identity", None, bytes),
    ],
)
def test_whoever_comes_first_each_gets_the_encoding_they_take(
    article, here, there, accepted, encoding, decode
):
    for browser in ("gzip", "br", ""):
        cache.clear()
        plain = here.get(PATH, headers={"accept-encoding": browser})
        assert plain["Cache-Status"] == STORED
        for process in (here, there):
            answer = process.get(PATH, headers={"accept-encoding": accepted})
            assert answer["Cache-Status"] == HIT
            assert answer.get("Content-Encoding") == encoding
            assert "<h1>Zwakke bekkenbodem</h1>" in decode(answer.content).decode()
            assert answer["Content-Length"] == str(len(answer.content))
            assert answer["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("br", "br"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0, br;q=0.000", ""),
        ("deflate, zstd, *", ""),
        ("gzip;q=", ""),
        ("brx, xgzip", ""),
        (" br ;q=0.1", "br"),
        ("gzip;q*=x''1", "gzip"),  # which Django's reader of such headers falls over
        ("gzip;q*=undefined''1, br", "br"),
    ],
)
def test_the_encoding_is_one_that_the_browser_names(accepted, encoding):
    assert best_encoding(accepted) == encoding


@given(text())
def test_whatever_a_browser_says_it_gets_an_answer(accepted):
    assert best_encoding(accepted) in {"", "gzip", "br"}


def test_a_picture_is_not_compressed_again():
    assert list(encoded(b"x" * 999, "image/png")) == [""]
    assert list(encoded(b"x" * 999, "text/html; charset=utf-8")) == ["", "gzip", "br"]


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_who_has_the_page_is_told_that_it_is_still_so(article, here, encoding):
    headers = {"accept-encoding": encoding}
    here.get(PATH)
    etag = here.get(PATH, headers=headers)["ETag"]
    assert etag.startswith("W/") == bool(encoding)
    answer = here.get(PATH, headers=headers | {"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == etag
    assert answer["Vary"] == "Accept-Encoding"
    assert here.get(PATH, headers=headers | {"if-none-match": '"x"'}).status_code == 200


def test_the_first_to_come_may_have_it_already(article, here, there):
    etag = here.get(PATH)["ETag"]
    cache.clear()
    assert there.get(PATH, headers={"if-none-match": etag}).status_code == 304
    assert here.state(PATH) == HIT


def test_who_asks_for_the_head_makes_the_page_for_all(article, here, there):
    assert here.head(PATH)["Cache-Status"] == STORED
    assert there.state(PATH) == HIT


def test_a_drawing_is_kept_as_a_page_is(article, here):
    path = reverse("articles:social_card", args=[article.slug])
    here.get(path)
    answer = here.get(path, headers={"accept-encoding": "br"})
    assert (answer["Cache-Status"], answer["Content-Type"]) == (HIT, "image/png")
    assert "Content-Encoding" not in answer
