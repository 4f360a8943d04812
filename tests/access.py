"""Every address of the site, with something behind it, and the people who try to get there."""

import re
from typing import Any, NamedTuple

import reversion
from django.contrib.auth.models import Group, User
from django.contrib.redirects.models import Redirect
from django.db import transaction
from django.test import Client
from reversion.models import Version

from booking import mails
from booking.models import AuditEntry, Weekday
from kinekracht.models import Practice
from kinekracht.staff.models import RightsChange
from tests.booking.factories import (
    AppointmentFactory,
    CalendarFeedFactory,
    CallBackFactory,
    ClosureFactory,
    WorkingHoursFactory,
    in_days,
)
from tests.factories import (
    ArticleFactory,
    CategoryFactory,
    PracticeFactory,
    PractitionerFactory,
    QuestionnaireFactory,
    ReferenceFactory,
    TreatmentFactory,
)
from tests.staff import make_staff, sign_in
from tests.urlconf import PARAMETER

GROUPS = ["redacteur", "onthaal", "therapeut", "beheerder"]
PEOPLE = ["visitor", "password only", "no group", *GROUPS, "other therapist"]
REFUSED = {403, 404, 405}


class World(NamedTuple):
    """A site with one of everything; ``values`` say what stands at a place in an address."""

    therapist: User  # whose the appointments are
    objects: dict[str, Any]  # by the place of their model in the admin
    values: list[tuple[str, Any]]

    def fill(self, route: str) -> str:
        """The address of ``route``, with what there is in the place of its parameters."""

        def value(found: re.Match) -> str:
            place = f"{route[: found.start()]}:{found['name']}{route[found.end() :]}"
            return next(str(value) for start, value in self.values if place.startswith(start))

        return "/" + PARAMETER.sub(value, route)


def make_world() -> World:
    """One of everything. In its places, what is more precise comes first."""
    PracticeFactory()
    therapist = make_staff("therapeut", name="eigen therapeut")
    practitioner, treatment = PractitionerFactory(user=therapist), TreatmentFactory()
    practitioner.treatments.add(treatment)
    for day in Weekday.values:
        hours = WorkingHoursFactory(practitioner=practitioner, weekday=day)
    asked, confirmed, off = (
        AppointmentFactory(
            practitioner=practitioner,
            treatment=treatment,
            name="Quirine Xhofleer",
            telephone="+32471998877",
            email="quirine@example.com",
            complaint="Iets waar niemand van weet.",
            status=status,
            starts_at=in_days(6, hour),
            cells=False,
        )
        for hour, status in enumerate(["requested", "confirmed", "declined"], start=9)
    )
    mails.requested(asked)
    article, category = ArticleFactory(), CategoryFactory()
    lost = ArticleFactory(title="Verloren stuk")
    older, newer, last = version_of(article), version_of(article), version_of(lost)
    lost.delete()
    call_back, feed = CallBackFactory(), CalendarFeedFactory(practitioner=practitioner)
    questionnaire = QuestionnaireFactory()
    reading = AuditEntry.objects.create(at=in_days(-1), name="x", action="read")
    redirect = Redirect.objects.create(site_id=1, old_path="/oud/", new_path="/contact/")
    moment = f"{in_days(8):%Y-%m-%d}-1400"
    objects = {
        "articles/article": article,
        "articles/category": category,
        "articles/reference": ReferenceFactory(),
        "auth/group": Group.objects.get(name="redacteur"),
        "auth/user": make_staff(),
        "booking/appointment": asked,
        "booking/auditentry": reading,
        "booking/calendarfeed": feed,
        "booking/callback": call_back,
        "booking/closure": ClosureFactory(),
        "booking/workinghours": hours,
        "kinekracht/practice": Practice.objects.get(),
        "kinekracht/practitioner": practitioner,
        "kinekracht/treatment": treatment,
        "post_office/email": asked.mails.get().email,
        "redirects/redirect": redirect,
        "selftest/questionnaire": questionnaire,
        "staff/rightschange": RightsChange.objects.first(),
    }
    values = [
        ("afspraak/a/:key/afspraak.ics", confirmed.key),
        ("afspraak/a/:key", asked.key),
        ("afspraak/a/<str:key>/verplaatsen/:start", moment),
        ("afspraak/agenda/:key", feed.key),
        ("afspraak/terugbellen/:key", call_back.key),
        ("afspraak/:slug", treatment.slug),
        ("afspraak/<slug:slug>/:start", moment),
        ("artikels/categorie/:slug", category.slug),
        ("artikels/:slug", article.slug),
        ("behandelingen/:slug", treatment.slug),
        ("zelftest/:slug", questionnaire.slug),
        ("media/:path", "pictures/00000000000000000000-1x1.webp"),
        ("beheer/articles/article/recover/:", last.pk),
        ("beheer/articles/article/:part", article.pk),
        ("beheer/articles/article/<part>/history/:", older.pk),
        ("beheer/articles/article/<int:pk>/history/:", older.pk),
        ("beheer/articles/article/<int:pk>/history/<int:older>/:", newer.pk),
        # What is still on can be deleted by nobody.
        ("beheer/booking/appointment/:object_id/delete/", off.pk),
        *((f"beheer/{place}/:", each.pk) for place, each in objects.items()),
        ("beheer/:app_label", "booking"),
        ("beheer/:url", "bestaat-niet"),
    ]
    return World(therapist, objects, values)


def version_of(article: Any) -> Version:
    """The article as it is now, in its history."""
    with reversion.create_revision():
        article.save()
    return Version.objects.get_for_object(article).first()


def session_of(person: str, world: World) -> dict[str, str]:
    """The cookies of somebody who logged in, or didn't."""
    client = Client()
    match person:
        case "visitor":
            return {}
        case "password only":
            client.force_login(make_staff("beheerder"))
        case "therapeut":
            sign_in(client, world.therapist)
        case "other therapist":
            user = make_staff("therapeut")
            PractitionerFactory(user=user)
            sign_in(client, user)
        case _:
            sign_in(client, make_staff(*([person] if person in GROUPS else [])))
    return {name: morsel.value for name, morsel in client.cookies.items()}


def gets_in(cookies: dict[str, str], address: str) -> bool:
    """Whether ``address`` shows or does something, on GET or on an empty POST; nothing is kept."""
    return any(is_let_in(cookies, method, address) for method in ("GET", "POST"))


def is_let_in(cookies: dict[str, str], method: str, address: str) -> bool:
    """The same for one method. To be sent to the login, or to the start page, is to be refused."""
    client = Client()
    client.cookies.load(cookies)
    with transaction.atomic():
        response = client.generic(method, address)
        transaction.set_rollback(True)
    to = response.headers.get("Location", "")
    sent_away = to == "/beheer/" or to.startswith("/beheer/login/?")
    return response.status_code not in REFUSED and not sent_away
