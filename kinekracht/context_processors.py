"""What every template may show."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from kinekracht.models import Practice


def practice(request: HttpRequest) -> dict[str, object]:
    """The practice, the site's own address, and where its two calls to action lead."""
    return {
        "practice": SimpleLazyObject(Practice.objects.current),
        "site_url": settings.SITE_URL,
        "appointment_url": reverse("booking:start"),
        "self_test_url": reverse("selftest:start"),
    }
