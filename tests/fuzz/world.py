"""A site with something of everything, and every address that its URLconf knows."""

import reversion
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.redirects.models import Redirect
from reversion.models import Version

from articles.blocks import BLOCKS, CallToAction, Case, Figure, Quote, Summary, WhenToCall
from articles.models import Article
from booking import mails
from booking.models import Appointment, AuditEntry, CalendarFeed, CallBack
from tests import factories
from tests.booking.factories import (
    AppointmentFactory,
    CalendarFeedFactory,
    CallBackFactory,
    ClosureFactory,
    WorkingHoursFactory,
    brussels,
)

NOW = brussels(2026, 12, 1, 8)  # a Tuesday
FREE = "2026-12-03-1400"
Status = Appointment.Status
KEYS = {
    "afspraak/a/": Appointment,
    "afspraak/terugbellen/": CallBack,
    "afspraak/agenda/": CalendarFeed,
}
SLUGS = {
    "behandelingen/": "bekken",
    "artikels/categorie/": "adem",
    "artikels/": "titel",
    "zelftest/": "bekken",
    "afspraak/": "bekken",
}


def make_world():
    """One or more of all that can be looked at or changed; the superuser who may."""
    factories.PracticeFactory(notify_email="onthaal@example.com", change_notice_hours=24)
    person = factories.PractitionerFactory(name="An Maes", slug="an")
    treatment = factories.TreatmentFactory(slug="bekken", duration_minutes=60)
    treatment.practitioners.add(person)
    for weekday in range(5):
        WorkingHoursFactory(practitioner=person, weekday=weekday)
    ClosureFactory(starts_at=brussels(2026, 12, 10), ends_at=brussels(2026, 12, 11))
    CalendarFeedFactory(practitioner=person)
    CallBackFactory()
    make_articles(treatment)
    questionnaire = factories.QuestionnaireFactory(slug="bekken", questions=2)
    factories.WarningSignFactory(questionnaire=questionnaire)
    user = User.objects.create_superuser("beheer")
    Group.objects.get_or_create(name="groep")
    Redirect.objects.create(site_id=1, old_path="/oud/", new_path="/contact/")
    make_appointments(treatment, person)
    AuditEntry.write(AuditEntry.Action.READ, by=user, now=NOW, number=1)
    return user


def make_articles(treatment):
    figure = Figure(alt="Een lijn")
    figure.picture.save("x", factories.picture_file((40, 30)), save=False)
    factories.ReferenceFactory(key="Bron")
    blocks = [
        factories.text("<p>Wat het is [@Bron].</p>"),
        factories.symptom("Drang"),
        Summary(text="<p>Kort.</p>"),
        figure,
        Quote(text="Dat hielp.", person="Iemand"),
        Case(title="Wie het overkwam", text="<p>Zo ging het.</p>"),
        WhenToCall(situations="je pijn hebt"),
        factories.faq("Gaat het over?"),
        CallToAction(action="contact", title="Bel ons"),
    ]
    assert {type(block) for block in blocks} == set(BLOCKS)
    adem = factories.CategoryFactory(slug="adem")
    with reversion.create_revision():
        article = factories.ArticleFactory(
            slug="titel", category=adem, treatment=treatment, blocks=blocks
        )
        reversion.add_to_revision(article)
    factories.ArticleFactory(slug="ander", category=adem)


def make_appointments(treatment, person):
    own = {"treatment": treatment, "practitioner": person}
    for hour, status in enumerate((Status.REQUESTED, Status.PROPOSED, Status.CONFIRMED)):
        AppointmentFactory(starts_at=brussels(2026, 12, 3, 9 + hour), status=status, **own)
    AppointmentFactory(starts_at=brussels(2026, 11, 30, 9), status=Status.CONFIRMED, **own)
    told = AppointmentFactory(
        starts_at=brussels(2026, 12, 4, 9), complaint="Klacht.", self_test="Antwoorden.", **own
    )
    mails.requested(told)


def values_of(route, name):
    """Values of a parameter that lead somewhere; KeyError for a name that has none here yet."""
    if name == "slug":
        return [next(slug for start, slug in SLUGS.items() if route.startswith(start))]
    if name == "key":
        model = next(model for start, model in KEYS.items() if route.startswith(start))
        return [record.key for record in model.objects.order_by("pk")]
    versions = Version.objects.order_by("pk").values_list("pk", flat=True)
    if name in {"older", "newer", "number"}:
        return [versions[0]]
    if name in {"pk", "id", "object_id", "part"} and (model := model_of(route)):
        return list(model.objects.order_by("pk").values_list("pk", flat=True)[:5])
    return {
        "start": [FREE],
        "content_type_id": [ContentType.objects.get_for_model(Article).pk],
        "object_id": [Article.objects.get(slug="titel").pk],
        "app_label": ["booking"],
        "url": ["nergens"],
        "path": ["pictures/0123456789abcdef0123-40x30.webp"],
    }[name]


def model_of(route):
    """The model whose pages a route of the admin is about, if it is."""
    _, app, name, *_ = [*route.split("/"), "", ""]
    try:
        return apps.get_model(app, name)
    except LookupError:
        return None
