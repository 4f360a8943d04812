"""What holds for every list and form of the admin, whoever wrote its ModelAdmin."""

import datetime as dt
import re
from html import unescape

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.sites.models import Site
from django.urls import resolve
from django.utils import timezone

from booking.models import Appointment
from kinekracht.admin_site import PracticeAdminSite
from kinekracht.staff.guarded_admin import GuardedAdmin
from selftest.models import Question
from tests.access import make_world
from tests.booking.factories import AppointmentFactory, CalendarFeedFactory, CallBackFactory
from tests.factories import (
    ArticleFactory,
    CategoryFactory,
    DraftFactory,
    PractitionerFactory,
    QuestionnaireFactory,
    ReferenceFactory,
    TreatmentFactory,
)
from tests.test_access import TABLE

pytestmark = pytest.mark.django_db

REGISTRY = admin.site._registry  # noqa: SLF001  no other way
LABELS = sorted(model._meta.label for model in REGISTRY)
LISTS = sorted(set(LABELS) - {"kinekracht.Practice"})  # whose list is its form

# What each list can be narrowed by.
CHOICE = YES_NO = ("exact", "isnull")
RELATED = ("id__exact", "isnull")
OFFERED = {
    "articles.Article": {
        "status": CHOICE,
        "category": RELATED,
        "treatment": RELATED,
        "published_at": ("year",),
    },
    "auth.User": {"is_active": YES_NO, "groups": RELATED},
    "booking.Appointment": {"status": CHOICE, "practitioner": RELATED},
    "booking.AuditEntry": {"action": CHOICE},
    "booking.Closure": {"practitioner": RELATED},
    "booking.WorkingHours": {"practitioner": RELATED, "weekday": CHOICE},
    "selftest.Questionnaire": {"published": YES_NO},
    "staff.RightsChange": {"what": CHOICE},
}
VALUES = {"exact": "1", "id__exact": "1", "isnull": "True", "year": "2026"}
LOOKUPS = ["", *(f"__{name}" for name in (*VALUES, "startswith", "contains", "gte", "in"))]
HIDDEN = {
    "key", "old_key", "uid", "submission_hash", "complaint", "self_test", "password", "context",
    "message", "html_message",
}  # fmt: skip
NONSENSE = ["", "x", "-1", "None", "9" * 40, "1e9", "[]", "💩", "é" * 300]


@pytest.fixture
def lists(admin_client):
    """Asks the list of a model something, as somebody who may see all of it."""
    make_world()

    def ask(model, link="", **query):
        place = f"/beheer/{model._meta.app_label}/{model._meta.model_name}/"
        return admin_client.get(place + link, query)

    return ask


def is_refused(response):
    """Whether a list says, without rows, that the question makes no sense.

    That of the practice leads to its one form, whatever it is asked.
    """
    if response.status_code == 302:
        to, _, query = response["Location"].partition("?")
        return query == "e=1" or to.startswith("/beheer/kinekracht/practice/")
    return response.status_code == 400


def look_ups(model):
    """Every field of ``model``, and of what it points to or is pointed at by, as a look-up."""
    for field in model._meta.get_fields(include_hidden=True):
        for name in {field.name, getattr(field, "attname", field.name)}:
            yield from (name + lookup for lookup in LOOKUPS)
        for further in field.related_model._meta.get_fields() if field.is_relation else []:
            yield f"{field.name}__{further.name}"
            yield f"{field.name}__{further.name}__startswith"


def offered(label):
    return {
        f"{name}__{lookup}"
        for name, lookups in OFFERED.get(label, {}).items()
        for lookup in lookups
    }


@pytest.mark.once
@pytest.mark.parametrize("label", LABELS)
def test_a_list_is_narrowed_by_what_it_offers_and_nothing_else(lists, label):
    model = apps.get_model(label)
    asked = {*look_ups(model), *offered(label)}
    answers = {
        name: lists(model, **{name: VALUES.get(name.partition("__")[2], "a")}) for name in asked
    }
    refused = {name for name, answer in answers.items() if is_refused(answer)}
    assert asked - refused == offered(label)
    assert all(answers[name].status_code == 200 for name in offered(label))


@pytest.mark.parametrize("label", LISTS)
def test_every_link_of_a_list_works(lists, label):
    model = apps.get_model(label)
    page = lists(model, _facets="True").content.decode()
    for link in map(unescape, set(re.findall(r'href="(\?[^"]*)"', page))):
        assert lists(model, link).status_code == 200


def test_what_a_filter_keeps_is_still_what_it_says(lists):
    article = apps.get_model("articles.Article")
    draft = DraftFactory(title="Half af")
    for query in ({"status__exact": "draft"}, {"category__id__exact": draft.category_id}):
        assert list(lists(article, **query).context["cl"].queryset) == [draft]
    published = ArticleFactory()
    day = timezone.localtime(published.published_at)
    query = {f"published_at__{part}": getattr(day, part) for part in ("year", "month", "day")}
    assert published in lists(article, **query).context["cl"].queryset
    assert draft not in lists(article, **query).context["cl"].queryset


@pytest.mark.parametrize("label", LISTS)
def test_nonsense_in_a_query_string_is_no_failure(lists, label):
    model = apps.get_model(label)
    for value in NONSENSE:
        for name in [*offered(label), "q", "o", "p", "all", "_facets"]:
            response = lists(model, **{name: value})
            assert response.status_code == 200 or is_refused(response)


@pytest.mark.parametrize(
    "query",
    [
        {"published_at__month": "3"},
        {"published_at__day": "3"},
        {"published_at__gte": "2026-01-01"},
        {"published_at__lt": "2026-01-01"},
        {"published_at__year": "2026", "published_at__hour": "3"},
        {"published_at__year": "2026", "published_at__month": "13"},
        {"published_at__year": "2026", "published_at__day": "32"},
        *({"published_at__year": year} for year in ("0", "-1", "1", "9999", "10000", "9" * 40)),
    ],
    ids=str,
)
def test_days_that_no_list_offers_are_refused(lists, query):
    assert is_refused(lists(apps.get_model("articles.Article"), **query))


# They look at nothing that is asked: a list that is a form, and a form of our own.
OWN_PAGES = {("kinekracht/practice", ""), ("booking/appointment", "add/")}


@pytest.mark.once
@pytest.mark.parametrize("page", ["", "add/", "{pk}/change/", "{pk}/delete/"])
def test_nothing_is_named_by_another_field_than_its_number(admin_client, page):
    for place, instance in make_world().objects.items():
        if (place, page) in OWN_PAGES:
            continue
        address = f"/beheer/{place}/{page.format(pk=instance.pk)}"
        for field in instance._meta.get_fields():
            response = admin_client.get(address, {"_popup": "1", "_to_field": field.name})
            assert field.name == "id" or response.status_code in {302, 400, 403}, address


@pytest.mark.parametrize("label", LISTS)
def test_no_list_is_ordered_by_what_it_hides(lists, label):
    model = apps.get_model(label)
    columns = REGISTRY[model].list_display
    changelist = REGISTRY[model].get_changelist_instance(lists(model).wsgi_request)
    for column in columns:
        field = str(changelist.get_ordering_field(column))
        assert field == column or not HIDDEN.intersection(field.split("__"))


# Where "Op de site bekijken" leads


def is_for_everybody(path):
    """Whether it is a page that needs no key."""
    if not path.startswith("/") or path.startswith("//"):
        return False
    route = resolve(path.partition("#")[0]).route
    who = [name for row in TABLE if route in row["routes"] for name in row["who"]]
    return who == ["everybody"] and "<str:key>" not in route


def leads_astray(model_admin, instance):
    """Whether the form of ``instance`` may lead somewhere else than to a page for everybody."""
    by_django = [each.view_on_site is True for each in (model_admin, *shown(model_admin.inlines))]
    path = None if any(by_django) else model_admin.get_view_on_site_url(instance)
    return any(by_django) or not (path is None or is_for_everybody(path))


def shown(inlines):
    """Those with a page of their own, of which there are none today."""
    return [inline for inline in inlines if hasattr(inline.model, "get_absolute_url")]


def test_no_form_leads_anywhere_but_to_a_public_page():
    for instance in make_world().objects.values():
        assert not leads_astray(REGISTRY[type(instance)], instance)


@pytest.mark.parametrize(
    "way", [True, lambda each: each.get_absolute_url(), lambda _: "//kwaad.be/"]
)
def test_a_form_that_leads_astray_would_be_noticed(way):
    """The control: appointments have an address, which only their patient has."""
    site = PracticeAdminSite()
    site.register(Appointment, view_on_site=staticmethod(way) if callable(way) else way)
    assert leads_astray(site.get_model_admin(Appointment), AppointmentFactory())


def way_from(instance):
    return REGISTRY[type(instance)].get_view_on_site_url(instance)


def test_what_is_public_is_reached_from_its_form(admin_client):
    assert way_from(PractitionerFactory(slug="an")) == "/over-ons/#an"
    assert way_from(TreatmentFactory(slug="rug")) == "/behandelingen/rug/"
    assert way_from(CategoryFactory(slug="adem")) == "/artikels/categorie/adem/"
    assert way_from(QuestionnaireFactory(slug="bekken")) == "/zelftest/bekken/"
    article = ArticleFactory(slug="titel")
    form = admin_client.get(f"/beheer/articles/article/{article.pk}/change/").content.decode()
    assert 'href="/artikels/titel/"' in form


def test_what_is_not_public_is_reached_from_nowhere():
    for instance in (
        AppointmentFactory(),
        CallBackFactory(),
        CalendarFeedFactory(),
        DraftFactory(),
        ArticleFactory(published_at=timezone.now() + dt.timedelta(days=1)),
        QuestionnaireFactory(published=False),
        ReferenceFactory(),
    ):
        assert way_from(instance) is None


@pytest.mark.parametrize("given", [None, admin.ModelAdmin, type("Own", (admin.ModelAdmin,), {})])
def test_the_models_of_any_package_are_guarded_when_they_are_registered(given):
    site = PracticeAdminSite()
    site.register([Site, Question], given)
    for model in (Site, Question):
        assert isinstance(site.get_model_admin(model), GuardedAdmin)
