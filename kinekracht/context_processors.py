"""What every template may show."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from kinekracht.models import Practice


def practice(request: HttpRequest) -> dict[str, object]:
    """The practice, the site's own address, and where its two calls to action lead.

    Making an appointment online and the self-test are other apps; as long as one is not
    there, an appointment is made through the contact page and the self-test is not offered.
    """
    return {
        "practice": SimpleLazyObject(Practice.objects.current),
        "site_url": settings.SITE_URL,
        "appointment_url": address_of("booking:start") or reverse("contact"),
        "self_test_url": address_of("selftest:start"),
    }


def address_of(name: str) -> str | None:
    """The path of the page called ``name``, or None where that app is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
