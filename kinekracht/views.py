"""The practice's own pages: the views that know every app."""

import errno
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import Error
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles import structured_data
from articles.models import Article
from booking.models import Worker
from kinekracht.caching import immutable, public
from kinekracht.models import Practice, Practitioner, Treatment
from kinekracht.outage import RETRY_AFTER

LATEST = 3
NOWHERE = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """Who we are, and the way in for somebody with a complaint."""
    context = practice_context() | {
        "treatments": Treatment.objects.all(),
        "practitioners": Practitioner.objects.all(),
        "articles": Article.objects.published().for_cards().newest_first()[:LATEST],
    }
    return render(request, "kinekracht/home.html", context)


@require_safe
@public
def treatment_list(request: HttpRequest) -> HttpResponse:
    """What patients come for."""
    return render(
        request, "kinekracht/treatment_list.html", {"treatments": Treatment.objects.all()}
    )


@require_safe
@public
def treatment_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One treatment, and the articles that belong to it."""
    treatment = get_object_or_404(Treatment.objects.prefetch_related("practitioners"), slug=slug)
    articles = Article.objects.published().for_treatment(treatment).for_cards().newest_first()
    steps = [
        ("Start", "/"),
        ("Behandelingen", "/behandelingen/"),
        (treatment.name, treatment.get_absolute_url()),
    ]
    context = {
        "treatment": treatment,
        "practitioners": treatment.practitioners.all(),
        "articles": articles,
        "steps": steps,
        "json_ld": [structured_data.breadcrumbs(steps, site_url=settings.SITE_URL)],
    }
    return render(request, "kinekracht/treatment_detail.html", context)


@require_safe
@public
def about(request: HttpRequest) -> HttpResponse:
    """Who works here."""
    context = {"practitioners": Practitioner.objects.prefetch_related("treatments")}
    return render(request, "kinekracht/about.html", context)


@require_safe
@public
def contact(request: HttpRequest) -> HttpResponse:
    """Where we are and how to reach us."""
    return render(request, "kinekracht/contact.html", practice_context())


def practice_context() -> dict[str, Any]:
    """The practice, asked for once, for the page and for what it tells search engines."""
    practice = Practice.objects.current()
    return {
        "practice": practice,
        "json_ld": [structured_data.practice(practice, site_url=settings.SITE_URL)],
    }


@require_safe
@public
def privacy(request: HttpRequest) -> HttpResponse:
    """What we keep, for how long, and what we don't."""
    terms = ("COMPLAINT_DAYS", "APPOINTMENT_MONTHS", "CALL_BACK_DAYS", "MAIL_DAYS", "AUDIT_MONTHS")
    keep = {name: getattr(settings, name) for name in terms}
    return render(request, "kinekracht/privacy.html", {"keep": keep})


@require_safe
@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """For whom the site works, and what to do where it does not."""
    return render(request, "kinekracht/accessibility.html")


@require_safe
@public
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may visit."""
    return render(request, "robots.txt", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 if the database answers, 503 if it does not; and when the worker was last seen."""
    try:
        worker = Worker.objects.first()
    except Error:
        return HttpResponse(
            "database onbereikbaar\n",
            "text/plain; charset=utf-8",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            headers=RETRY_AFTER,
        )
    seen = "nog niet gestart"
    if worker is not None:
        seconds = int((timezone.now() - worker.beat_at).total_seconds())
        seen = f"{max(0, seconds)} s geleden"
    return HttpResponse(f"in orde\nworker: {seen}\n", "text/plain; charset=utf-8")


@require_safe
@immutable
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture variant. Every name carries a hash of its content, so it may be kept for ever."""
    try:
        return FileResponse(default_storage.open(path))
    except SuspiciousFileOperation as error:  # a way out of the folder
        raise Http404("no name of a picture") from error
    except OSError as error:
        if error.errno in NOWHERE:
            raise Http404("no such picture") from error
        raise
