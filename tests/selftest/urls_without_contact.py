"""The self-test's addresses alone: every page fails at its first link to another."""

from django.urls import include, path

urlpatterns = [path("zelftest/", include("selftest.urls"))]
