"""/zelftest/: the self-tests."""

from django.urls import path

from selftest import views

app_name = "selftest"

urlpatterns = [
    path("", views.start, name="start"),
    path("<slug:slug>/", views.questionnaire, name="questionnaire"),
]
