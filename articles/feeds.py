"""The Atom feed."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from articles.models import Article, ArticleQuerySet
from kinekracht.caching import page, public
from kinekracht.models import Practice


@page()
class ArticleFeed(Feed):
    """The latest articles, lead only; links are built from SITE_URL."""

    feed_type = Atom1Feed
    language = "nl-BE"
    subtitle = "Nieuwe artikels"
    title_template = None

    def __call__(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = require_safe(public(super().__call__))(request, *args, **kwargs)
        # A date can't say that an article was taken back; the ETag can.
        response.headers.pop("Last-Modified", None)
        return response

    def title(self) -> str:
        return f"{Practice.objects.current().name}: artikels"

    def link(self) -> str:
        return settings.SITE_URL + reverse("articles:list")

    def feed_url(self) -> str:
        return settings.SITE_URL + reverse("articles:feed")

    def items(self) -> ArticleQuerySet:
        return Article.objects.published().select_related("author", "category").newest_first()[:20]

    def item_title(self, item: Article) -> str:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.lead

    def item_link(self, item: Article) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item: Article) -> str:
        """What stays the same when an article moves."""
        return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:artikel-{item.pk}"

    def item_author_name(self, item: Article) -> str | None:
        return item.author.name if item.author else None

    def item_categories(self, item: Article) -> list[str]:
        return [item.category.name]

    def item_pubdate(self, item: Article) -> dt.datetime | None:
        return item.published_at

    def item_updateddate(self, item: Article) -> dt.datetime:
        return item.changed_at
