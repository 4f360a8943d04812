"""The site map without the pages for an outage: what Django itself would do."""

from kinekracht.urls import urlpatterns

__all__ = ["urlpatterns"]
