"""What search engines are told about: every page for everybody."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from kinekracht.models import Treatment


class SiteSitemap(Sitemap):
    """A sitemap whose addresses are built from SITE_URL."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class PageSitemap(SiteSitemap):
    def items(self) -> list[str]:
        return ["home", "treatment_list", "about", "contact", "articles:list", "privacy",
                "accessibility"]  # fmt: skip

    def location(self, item: str) -> str:
        return reverse(item)


class TreatmentSitemap(SiteSitemap):
    def items(self) -> QuerySet[Treatment]:
        return Treatment.objects.all()
