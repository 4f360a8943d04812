"""Self-tests, for search engines."""

from django.db.models import QuerySet

from kinekracht.sitemaps import SiteSitemap
from selftest.models import Questionnaire


class QuestionnaireSitemap(SiteSitemap):
    def items(self) -> QuerySet[Questionnaire]:
        return Questionnaire.objects.published()
