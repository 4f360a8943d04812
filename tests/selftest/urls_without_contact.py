"""The site's addresses but for one, that stands in the menu: no page can be made."""

from kinekracht.urls import urlpatterns as site

urlpatterns = [pattern for pattern in site if getattr(pattern, "name", None) != "contact"]
