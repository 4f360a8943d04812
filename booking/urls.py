"""/afspraak/: asking for an appointment, and what becomes of it."""

from django.urls import path, register_converter

from booking import feeds, personal_views, views
from booking.converters import MomentConverter

app_name = "booking"

register_converter(MomentConverter, "moment")

urlpatterns = [
    # Asking
    path("", views.start, name="start"),
    path("terugbellen/", views.call_back, name="call_back"),
    # What is personal: who knows the key may see and change it
    path("a/<str:key>/", personal_views.appointment, name="appointment"),
    path("a/<str:key>/akkoord/", personal_views.accept, name="accept"),
    path("a/<str:key>/verplaatsen/", personal_views.move, name="move"),
    path("a/<str:key>/verplaatsen/<moment:start>/", personal_views.move_to, name="move_to"),
    path("a/<str:key>/annuleren/", personal_views.cancel, name="cancel"),
    path("a/<str:key>/wissen/", personal_views.erase, name="erase"),
    path("a/<str:key>/zelftest/", personal_views.withdraw_self_test, name="withdraw_self_test"),
    path("a/<str:key>/afspraak.ics", feeds.calendar, name="calendar"),
    path("terugbellen/<str:key>/", personal_views.call_back, name="call_back_sent"),
    path("terugbellen/<str:key>/wissen/", personal_views.erase_call_back, name="erase_call_back"),
    # For the practice's own calendar programs
    path("agenda/<str:key>.ics", feeds.feed, name="feed"),
    # Free times, and the form
    path("<slug:slug>/", views.times, name="times"),
    path("<slug:slug>/<moment:start>/", views.request_form, name="form"),
    path(
        "<slug:slug>/<moment:start>/met-zelftest/",
        views.form_with_self_test,
        name="form_with_self_test",
    ),
]
