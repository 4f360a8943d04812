"""The free times, for search engines: one address for each treatment."""

from django.db.models import QuerySet
from django.urls import reverse

from kinekracht.models import Treatment
from kinekracht.sitemaps import SiteSitemap


class TimesSitemap(SiteSitemap):
    def items(self) -> QuerySet[Treatment]:
        return Treatment.objects.bookable()

    def location(self, item: Treatment) -> str:
        return reverse("booking:times", args=[item.slug])
