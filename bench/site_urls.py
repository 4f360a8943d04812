"""The site's addresses, and one of the bench: the free times of a month, as JSON.

There is no page that shows a month.
"""

import datetime as dt

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone

from bench.calendar import MONTH
from booking.availability import availability
from kinekracht import urls
from kinekracht.models import Treatment
from kinekracht.urls import handler400 as handler400  # noqa: PLC0414  Django looks for it here
from kinekracht.urls import handler500 as handler500  # noqa: PLC0414


def month(request: HttpRequest, slug: str, first: str) -> JsonResponse:
    """What is free in 31 days."""
    begin = dt.date.fromisoformat(first)
    last = begin + MONTH - dt.timedelta(days=1)
    treatment = get_object_or_404(Treatment, slug=slug)
    free = availability(treatment, now=timezone.now(), first=begin, last=last)
    return JsonResponse({"free": [slot.start.isoformat() for slot in free]})


urlpatterns = [*urls.urlpatterns, path("bench/month/<slug:slug>/<str:first>/", month)]
