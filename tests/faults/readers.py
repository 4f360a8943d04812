"""Who reads, alone or in a crowd, and what staff publish meanwhile."""

import gzip
import sys
from concurrent.futures import ThreadPoolExecutor

import brotli

VISITORS = 200
ENCODINGS = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}
CHANGE = """
from kinekracht import content_version
content_version.change()
"""
PUBLISH = """
from articles.models import Article
article = Article.objects.get(slug="zwakke-bekkenbodem")
article.title = "{title}"
article.save()
"""


def shell(site, script, **values):
    """Do something in a process of its own, as staff in another worker would."""
    site.run(sys.executable, "-c", f"import django; django.setup(){script.format(**values)}")


def read(site, path, encoding="identity"):
    """The text of a page as a browser would show it."""
    answer = site.get(path, **{"Accept-Encoding": encoding})
    assert answer.status == 200
    if encoding != "identity":
        assert answer.headers["Content-Encoding"] == encoding
    return ENCODINGS[encoding](answer.body).decode()


def crowd(site, path):
    """What many visitors get who come at the same moment, with all kinds of browsers."""
    encodings = [list(ENCODINGS)[n % len(ENCODINGS)] for n in range(VISITORS)]
    with ThreadPoolExecutor(VISITORS) as pool:
        return set(pool.map(lambda encoding: read(site, path, encoding), encodings))
