import datetime as dt
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.template import Context, Template
from pytest_django.asserts import assertNumQueries

from booking.models import Worker
from kinekracht.models import Practice, Treatment
from tests.factories import (
    ArticleFactory,
    PracticeFactory,
    PractitionerFactory,
    TreatmentFactory,
)

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/behandelingen/",
    "/over-ons/",
    "/contact/",
    "/privacy/",
    "/toegankelijkheid/",
    "/artikels/",
]


def body(response):
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_before_anything_was_entered(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_telephone_and_appointment_are_reachable_on_every_page(client, path):
    PracticeFactory()
    html = body(client.get(path))
    assert 'href="tel:+3256941158"' in html
    assert "056 / 94 11 58" in html
    assert "Afspraak maken" in html


@pytest.mark.parametrize("path", PAGES)
def test_reading_pages_are_for_everybody_and_strict(client, path):
    response = client.get(path)
    assert response["Cache-Control"] == "public, max-age=300"
    assert "ETag" in response
    assert not response.cookies
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "geolocation=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("path", [*PAGES, "/gezond/", "/robots.txt", "/sitemap.xml"])
def test_pages_can_be_asked_for_but_not_sent_to(client, path):
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    "field", ["name", "street", "city", "opening_note", "introduction", "complaints"]
)
def test_what_staff_enter_is_what_visitors_see(client, field):
    practice = PracticeFactory()
    setattr(practice, field, "KANARIE")
    practice.save()
    html = body(client.get("/")) + body(client.get("/contact/"))
    assert "KANARIE" in html


def test_reimbursement_is_shown_with_its_source_and_date(client):
    PracticeFactory(
        reimbursement="<p>Een deel.</p>",
        reimbursement_source="RIZIV",
        reimbursement_checked_on=dt.date(2026, 2, 21),
    )
    treatment = TreatmentFactory()
    html = body(client.get(treatment.get_absolute_url()))
    for shown in ("Een deel.", "RIZIV", "21 februari 2026"):
        assert shown in html


def test_a_treatment_shows_who_gives_it_and_what_there_is_to_read(client):
    treatment = TreatmentFactory(name="Bekken", first_consultation="<p>Eerst praten.</p>")
    treatment.practitioners.add(PractitionerFactory(name="Lore"))
    ArticleFactory(title="Hoort erbij", treatment=treatment)
    ArticleFactory(title="Hoort er niet bij")
    html = body(client.get(treatment.get_absolute_url()))
    for shown in ("Bekken", "Lore", "Eerst praten.", "Hoort erbij"):
        assert shown in html
    assert "Hoort er niet bij" not in html


def test_a_treatment_that_moved_is_found_at_its_old_address(client):
    treatment = TreatmentFactory(slug="oud")
    treatment.slug = "nieuw"
    treatment.save()
    response = client.get("/behandelingen/oud/")
    assert (response.status_code, response["Location"]) == (301, "/behandelingen/nieuw/")


@pytest.mark.parametrize("many", [1, 3])
def test_pages_cost_the_same_queries_with_few_and_many_rows(
    client, django_assert_num_queries, many
):
    PracticeFactory()
    treatments = TreatmentFactory.create_batch(many)
    for treatment in treatments:
        treatment.practitioners.set(PractitionerFactory.create_batch(many))
        ArticleFactory.create_batch(many, treatment=treatments[0])
    for path, queries in {
        "/": 4,  # the practice, treatments, practitioners, articles
        "/behandelingen/": 2,
        treatments[0].get_absolute_url(): 4,
        "/over-ons/": 3,
        "/contact/": 1,
        "/privacy/": 1,
    }.items():
        with django_assert_num_queries(queries, info=path):
            client.get(path)


def test_an_unknown_page_is_404_with_the_telephone(client):
    PracticeFactory()
    response = client.get("/bestaat/niet/")
    assert response.status_code == 404
    assert "056 / 94 11 58" in body(response)
    assert response["Cache-Control"] == "no-store"


def test_a_broken_page_needs_no_database_and_names_the_telephone(client):
    def broken(*args):
        raise DatabaseError

    client.raise_request_exception = False
    with connection.execute_wrapper(broken):
        response = client.get("/")
    assert response.status_code == 500
    for number in ("056 / 94 11 58", "0478 / 93 16 61"):
        assert number in body(response)


def test_the_health_check_tells_whether_the_database_answers(client):
    def broken(*args):
        raise DatabaseError

    assert client.get("/gezond/").status_code == 200
    with connection.execute_wrapper(broken):
        response = client.get("/gezond/")
    assert response.status_code == 503
    assert body(response) == "database onbereikbaar\n"
    assert "no-store" in client.get("/gezond/")["Cache-Control"]


def test_the_health_check_tells_when_the_worker_was_last_seen(client, time_machine):
    now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    time_machine.move_to(now, tick=False)
    assert body(client.get("/gezond/")) == "in orde\nworker: nog niet gestart\n"
    Worker.objects.create(beat_at=now - dt.timedelta(seconds=12, milliseconds=500))
    with assertNumQueries(1):
        response = client.get("/gezond/")
    assert body(response) == "in orde\nworker: 12 s geleden\n"
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    Worker.objects.update(beat_at=now + dt.timedelta(seconds=3))  # the clock of another machine
    assert body(client.get("/gezond/")) == "in orde\nworker: 0 s geleden\n"


def test_robots_are_kept_out_of_the_admin_and_shown_the_map(client, settings):
    settings.SITE_URL = "https://voorbeeld.be"
    text = body(client.get("/robots.txt"))
    assert "Disallow: /beheer/" in text
    assert "Sitemap: https://voorbeeld.be/sitemap.xml" in text


def test_the_sitemap_lists_every_page_that_can_be_read(client):
    article, treatment = ArticleFactory(), TreatmentFactory()
    treatment.practitioners.add(PractitionerFactory(), PractitionerFactory(bookable=False))
    TreatmentFactory(bookable=False).practitioners.add(PractitionerFactory())
    TreatmentFactory()  # by nobody
    xml = body(client.get("/sitemap.xml"))
    paths = set(re.findall(r"<loc>http://testserver(/[^<]*)</loc>", xml))
    assert paths == {
        *PAGES,
        f"/afspraak/{treatment.slug}/",
        article.get_absolute_url(),
        article.category.get_absolute_url(),
        *(each.get_absolute_url() for each in Treatment.objects.all()),
    }


@pytest.mark.parametrize("somebody", [True, False])
def test_a_treatment_leads_to_its_free_times_if_there_is_somebody_to_book(client, somebody):
    treatment = TreatmentFactory()
    treatment.practitioners.add(PractitionerFactory(bookable=False))
    treatment.practitioners.add(PractitionerFactory(bookable=somebody))
    address = f"/afspraak/{treatment.slug}/"
    assert (f'href="{address}"' in body(client.get(treatment.get_absolute_url()))) is somebody
    assert client.get(address).status_code == (200 if somebody else 404)


def test_the_practice_is_one_row(client):
    PracticeFactory()
    assert Practice.objects.current().name == "KineKracht"
    with pytest.raises(Exception, match=r"(?i)unique|already exists"):
        Practice.objects.create(name="Nog een")


@pytest.fixture
def pictures(settings):
    """Where pictures are, which need not be a folder."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"default": memory}
    return default_storage


@pytest.mark.parametrize("kind", ["webp", "avif"])
def test_a_picture_is_served_from_wherever_it_is_and_may_be_kept(client, pictures, kind):
    name = pictures.save(f"pictures/0123456789abcdef0123-4x3.{kind}", ContentFile(b"a picture"))
    response = client.get(f"/media/{name}")
    assert response.getvalue() == b"a picture"
    assert response["Content-Type"] == f"image/{kind}"
    assert response["Content-Length"] == "9"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/media/pictures/niet.webp").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/media/../db.sqlite3",
        "/media/%2e%2e/db.sqlite3",
        "/media//etc/passwd",
        "/media/",
        "/media/niet.webp",
        "/media/" + "x" * 300,
    ],
)
def test_nothing_but_pictures_is_served(client, settings, path):
    settings.MEDIA_ROOT.mkdir(exist_ok=True)
    response = client.get(path)
    assert response.status_code == 404
    assert "immutable" not in response.get("Cache-Control", "")


@pytest.mark.parametrize(
    ("path", "headers", "status", "words"),
    [
        ("/bestaat-niet/", {}, 404, "Deze pagina vinden we niet"),
        ("/?x=%00", {}, 400, "Dit verzoek begrijpen we niet"),
        ("/", {"host": "kwaad.be"}, 400, "Dit verzoek begrijpen we niet"),
    ],
)
def test_what_goes_wrong_is_said_in_plain_dutch(client, path, headers, status, words):
    response = client.get(path, headers=headers)
    assert response.status_code == status
    assert f"<h1>{words}</h1>" in body(response)
    assert "noindex" in body(response)


def test_a_telephone_number_that_was_changed_shows_on_the_next_page(client):
    practice = PracticeFactory()
    assert "056 / 94 11 58" in client.get("/contact/").content.decode()
    Practice.objects.update(telephone="+3256600000")
    text = client.get("/contact/").content.decode()
    assert "056 / 60 00 00" in text
    assert "tel:+3256600000" in text
    assert "94 11 58" not in text
    practice.refresh_from_db()
    current = Practice.objects.current()
    for field in Practice._meta.concrete_fields:
        assert getattr(current, field.attname) == getattr(practice, field.attname)


def test_what_one_does_to_the_practice_is_not_seen_by_others(db):
    PracticeFactory()
    Practice.objects.current().name = "Anders"
    assert Practice.objects.current().name == "KineKracht"


def test_once_renders_anew_for_another_thing_only():
    class Thing:
        def __init__(self, name):
            self.name, self.markup = name, {}

    template = Template('{% load practice %}{% once thing "a" %}<{{ thing.name }}>{% endonce %}')
    one, other = Thing("een"), Thing("&")
    assert [template.render(Context({"thing": each})) for each in (one, other)] == [
        "<een>",
        "<&amp;>",
    ]
    one.name = "zo niet"
    assert template.render(Context({"thing": one})) == "<een>"


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", [("/", "page")]),
        ("/contact/", [("/contact/", "page")]),
        ("/artikels/", [("/artikels/", "page")]),
        ("/artikels/feest/", [("/artikels/", "true")]),
        ("/afspraak/terugbellen/", []),
        ("/privacy/", []),
    ],
)
def test_the_menu_says_where_the_page_is(client, path, current):
    PracticeFactory()
    ArticleFactory(slug="feest")
    client.get("/over-ons/")  # another page before
    for _ in range(2):
        header = body(client.get(path)).partition("</header>")[0]
        assert re.findall(r'href="([^"]*)" aria-current="(\w+)"', header) == current
