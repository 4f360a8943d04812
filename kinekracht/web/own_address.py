"""Where this site is: the setting SITE_URL says so, and nothing else does."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sites.models import Site, SiteManager
from django.http import HttpRequest


def site_of_settings(self: SiteManager, request: HttpRequest | None = None) -> Site:
    """The site that SITE_URL names, in the words of ``django.contrib.sites``."""
    host = urlsplit(settings.SITE_URL).netloc
    return Site(pk=settings.SITE_ID, domain=host, name=host)


def never_read_the_row() -> None:
    """Let SITE_URL answer whoever asks Django which site this is, a package's view included.

    The row in the database is Django's default, example.com, and would be a second truth that
    somebody has to keep. Redirects hang from it, so it stays, as a key.
    """
    SiteManager.get_current = site_of_settings  # type: ignore[method-assign]
