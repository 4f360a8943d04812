"""The site map."""

from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe

from articles.sitemaps import ArticleSitemap, CategorySitemap
from booking.sitemaps import TimesSitemap
from kinekracht import views
from kinekracht.caching import public
from kinekracht.sitemaps import PageSitemap, TreatmentSitemap
from selftest.sitemaps import QuestionnaireSitemap

SITEMAPS = {
    "pages": PageSitemap,
    "treatments": TreatmentSitemap,
    "articles": ArticleSitemap,
    "categories": CategorySitemap,
    "self_tests": QuestionnaireSitemap,
    "times": TimesSitemap,
}

handler400 = "kinekracht.outage.bad_request"
handler500 = "kinekracht.outage.server_error"

urlpatterns = [
    # The practice
    path("", views.home, name="home"),
    path("behandelingen/", views.treatment_list, name="treatment_list"),
    path("behandelingen/<slug:slug>/", views.treatment_detail, name="treatment_detail"),
    path("over-ons/", views.about, name="about"),
    path("contact/", views.contact, name="contact"),
    path("privacy/", views.privacy, name="privacy"),
    path("toegankelijkheid/", views.accessibility, name="accessibility"),
    # What patients read
    path("artikels/", include("articles.urls")),
    # What patients ask themselves
    path("zelftest/", include("selftest.urls")),
    # What patients ask us
    path("afspraak/", include("booking.urls")),
    # Staff
    path("beheer/agenda/", include("booking.agenda_urls")),
    path("beheer/persoon/", include("booking.person_urls")),
    path("beheer/", admin.site.urls),
    # Machines
    path("gezond/", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", require_safe(public(sitemap)), {"sitemaps": SITEMAPS}, name="sitemap"),
    re_path(
        r"^media/(?P<path>pictures/[0-9a-f]{20}-\d{1,4}x\d{1,8}\.(?:avif|webp))$",
        views.media,
        name="media",
    ),
]
