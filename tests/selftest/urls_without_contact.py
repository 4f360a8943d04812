"""The self-test's addresses and those every page asks for: a page fails at its first other link."""

from django.urls import include, path

urlpatterns = [
    path("zelftest/", include("selftest.urls")),
    path("afspraak/", include("booking.urls")),
]
