"""/beheer/agenda/: for staff, and so behind their login."""

from django.contrib import admin
from django.urls import path

from booking import agenda_views

app_name = "agenda"

urlpatterns = [path("", admin.site.admin_view(agenda_views.show), name="show")]
