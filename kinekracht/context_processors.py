"""What every template may show."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from kinekracht.models import Practice

MENU = [
    ("treatment_list", "Behandelingen"),
    ("articles:list", "Artikels"),
    ("selftest:start", "Zelftest"),
    ("about", "Over ons"),
    ("contact", "Contact"),
]


def practice(request: HttpRequest) -> dict[str, object]:
    """The practice, the site's own address, its menu, and where its two calls to action lead."""
    return {
        "json_ld": [],  # what a page tells search engines, unless its view says more
        "menu": [(reverse(name), text) for name, text in MENU],
        "practice": SimpleLazyObject(Practice.objects.current),
        "site_url": settings.SITE_URL,
        "appointment_url": reverse("booking:start"),
        "self_test_url": reverse("selftest:start"),
    }
