"""Under /beheer/persoon/."""

from django.contrib import admin
from django.urls import path

from booking import person_views

app_name = "person"

urlpatterns = [
    path("", admin.site.admin_view(person_views.show), name="show"),
    path("gegevens/", admin.site.admin_view(person_views.export), name="export"),
    path("wissen/", admin.site.admin_view(person_views.erase), name="erase"),
]
