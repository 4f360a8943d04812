"""The site's addresses, and one that no table knows."""

from django.urls import path

from kinekracht.urls import *  # noqa: F403
from kinekracht.urls import urlpatterns
from kinekracht.views import home

urlpatterns = [*urlpatterns, path("geheim/", home)]
