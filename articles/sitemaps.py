"""Articles and categories, for search engines."""

import datetime as dt

from django.db.models import QuerySet

from articles.models import Article, ArticleQuerySet, Category
from kinekracht.sitemaps import SiteSitemap


class ArticleSitemap(SiteSitemap):
    def items(self) -> ArticleQuerySet:
        return Article.objects.published().newest_first()

    def lastmod(self, item: Article) -> dt.datetime:
        return item.changed_at


class CategorySitemap(SiteSitemap):
    def items(self) -> QuerySet[Category]:
        return Category.objects.all()
