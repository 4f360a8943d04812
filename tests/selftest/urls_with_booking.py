"""The site's addresses and that of a booking form, which another app has."""

from django.http import HttpResponse
from django.urls import include, path

from kinekracht.urls import urlpatterns as site

booking = ([path("", lambda request: HttpResponse(), name="start")], "booking")
urlpatterns = [path("afspraak/", include(booking)), *site]
