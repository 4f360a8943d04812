"""What every template may show."""

from functools import cache

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


@cache
def menu(urlconf: str) -> list[tuple[str, str]]:
    """Address and text of each entry."""
    return [(reverse(name, urlconf), text) for name, text in MENU]


def practice(request: HttpRequest) -> dict[str, object]:
    """The practice, the site's own address, its menu, and where its two calls to action lead.

    ``section`` is the entry of the menu below which the page is, ``is_section`` whether it is that.
    """
    entries = menu(settings.ROOT_URLCONF)
    sections = ["/"] if request.path == "/" else [url for url, _ in entries]
    section = next((url for url in sections if request.path.startswith(url)), "")
    return {
        "json_ld": [],  # what a page tells search engines, unless its view says more
        "menu": entries,
        "section": section,
        "is_section": request.path == section,
        "practice": SimpleLazyObject(Practice.objects.current),
        "site_url": settings.SITE_URL,
        "appointment_url": reverse("booking:start"),
        "self_test_url": reverse("selftest:start"),
    }
