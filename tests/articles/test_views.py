import datetime as dt
import io
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from articles.blocks import Figure
from articles.models import Article, Category
from kinekracht.models import Practitioner, Treatment
from tests.factories import (
    ArticleFactory,
    CategoryFactory,
    DraftFactory,
    PracticeFactory,
    PractitionerFactory,
    ReferenceFactory,
    TreatmentFactory,
    faq,
    picture_file,
    symptom,
    text,
)

pytestmark = pytest.mark.django_db

LIST = "/artikels/"


def body(response):
    return response.content.decode()


# Lists


def test_the_list_shows_the_newest_first_with_what_a_reader_wants_to_know(client):
    ArticleFactory(title="Oud", published_at=dt.datetime(2025, 2, 21, 9, tzinfo=dt.UTC))
    ArticleFactory(
        title="Nieuw",
        lead="Waarover dit gaat.",
        category=CategoryFactory(name="Adem"),
        published_at=dt.datetime(2026, 2, 21, 9, tzinfo=dt.UTC),
        blocks=[text("<p>" + "woord " * 300 + "</p>")],
    )
    html = body(client.get(LIST))
    assert html.index("Nieuw") < html.index("Oud")
    for shown in ("Waarover dit gaat.", "Adem", "21 februari 2026", "2 minuten lezen"):
        assert shown in html.replace("\xa0", " ").replace("&nbsp;", " ")


def test_what_is_not_public_is_not_listed(client):
    DraftFactory(title="Concept")
    ArticleFactory(title="Morgen", published_at=timezone.now() + dt.timedelta(days=1))
    html = body(client.get(LIST))
    assert "Concept" not in html
    assert "Morgen" not in html


def test_the_list_is_paginated(client):
    ArticleFactory.create_batch(11)
    first, second = client.get(LIST), client.get(LIST, {"pagina": "2"})
    assert len(first.context["page"]) == 10
    assert len(second.context["page"]) == 1
    assert "pagina=2" in body(first)


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "1e3", "9" * 400, "", "½"])
def test_a_page_that_is_not_there_is_404(client, page):
    ArticleFactory()
    assert client.get(LIST, {"pagina": page}).status_code == 404


def test_a_category_shows_its_own_articles(client):
    adem = CategoryFactory(name="Adem", slug="adem")
    ArticleFactory(title="Van adem", category=adem)
    ArticleFactory(title="Van iets anders")
    html = body(client.get("/artikels/categorie/adem/"))
    assert "Van adem" in html
    assert "Van iets anders" not in html


def test_an_empty_site_has_a_list_that_says_so(client):
    response = client.get(LIST)
    assert response.status_code == 200
    assert "nog geen artikel" in body(response).lower()


@pytest.mark.parametrize("many", [1, 3])
def test_lists_cost_the_same_queries_with_few_and_many_articles(
    client, django_assert_num_queries, many
):
    PracticeFactory()
    category = CategoryFactory(slug="c")
    ArticleFactory.create_batch(many, category=category)
    with django_assert_num_queries(4):  # the count, the page, the categories, the practice
        client.get(LIST)
    with django_assert_num_queries(5):  # and the category itself
        client.get("/artikels/categorie/c/")
    with django_assert_num_queries(3):  # the count, the page, the practice
        client.get(LIST, {"q": "artikel"})


# Search


def test_search_lists_what_it_finds_and_keeps_the_words(client):
    ArticleFactory(title="Hoesten")
    response = client.get(LIST, {"q": "HOESTEN"})
    assert "Hoesten" in body(response)
    assert 'value="HOESTEN"' in body(response)


def test_search_results_are_nobody_elses(client):
    response = client.get(LIST, {"q": "x"})
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in body(response)


def test_finding_nothing_offers_another_way(client):
    PracticeFactory()
    response = client.get(LIST, {"q": "onvindbaar"})
    assert response.status_code == 200
    assert "056 / 94 11 58" in body(response)


@pytest.mark.parametrize("query", ["x" * 201, "x" * 10_000])
def test_a_query_that_is_too_long_gets_an_error_and_is_kept(client, query):
    response = client.get(LIST, {"q": query})
    assert response.status_code == 400
    assert "te lang" in body(response)
    assert query in body(response)
    assert "<title>Fout: " in body(response)


def test_what_was_typed_is_shown_as_text(client):
    assert "<script>x" not in body(client.get(LIST, {"q": "<script>x"}))


# An article


def test_an_article_shows_all_its_parts(client):
    PracticeFactory()
    ReferenceFactory(key="Mou", authors="Mou et al.", doi="10.1000/mou", note="intern geheim")
    lore = PractitionerFactory(name="Lore")
    article = ArticleFactory(
        title="Titel",
        author=lore,
        reviewer=lore,
        reviewed_on=dt.date(2026, 3, 1),
        updated_on=dt.date(2026, 2, 28),
        treatment=TreatmentFactory(name="Bekkenkine"),
        blocks=[text("<h2>Waarom dit telt</h2>"), symptom("Verlies [@Mou]"), faq("Echt?")],
    )
    html = body(client.get(article.get_absolute_url()))
    for shown in (
        "Titel",
        "Waarover het gaat.",
        'href="#waarom-dit-telt"',
        'id="symptoom-1"',
        'id="bron-1"',
        'href="#bron-1-1"',
        "https://doi.org/10.1000/mou",
        "1 maart 2026",
        "28 februari 2026",
        "Bekkenkine",
        "<details",
    ):
        assert shown in html
    assert "intern geheim" not in html


def test_ids_on_an_article_are_unique(client):
    ReferenceFactory(key="Mou")
    article = ArticleFactory(
        blocks=[
            text("<h2>Bronnen</h2><h2>Inhoudstafel</h2><h2>Symptoom 1</h2><p>[@Mou] [@Mou]</p>"),
            symptom("Een"),
            symptom("Twee"),
        ]
    )
    ids = re.findall(r'\sid="([^"]*)"', body(client.get(article.get_absolute_url())))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("days", [None, 1])
def test_what_is_not_public_is_404(client, days):
    at = timezone.now() + dt.timedelta(days=days) if days else None
    article = ArticleFactory(published_at=at) if at else DraftFactory()
    assert client.get(article.get_absolute_url()).status_code == 404
    card = reverse("articles:social_card", args=[article.slug])
    assert client.get(card).status_code == 404


@pytest.mark.parametrize("many", [1, 3])
def test_an_article_costs_the_same_queries_however_much_there_is(
    client, django_assert_num_queries, many
):
    PracticeFactory()
    category, treatment = CategoryFactory(), TreatmentFactory()
    for n in range(many):
        ReferenceFactory(key=f"R{n}")
    article, *_ = [
        ArticleFactory(
            category=category,
            treatment=treatment,
            author=PractitionerFactory(),
            reviewer=PractitionerFactory(),
            blocks=[
                block
                for n in range(many)
                for block in (text(f"<p>[@R{n}]</p>"), symptom("x"), faq("x"), figure())
            ],
        )
        for _ in range(many + 1)
    ]
    with django_assert_num_queries(6):
        assert client.get(article.get_absolute_url()).status_code == 200


def figure():
    block = Figure(alt="Een tekening")
    block.picture.save("x.jpg", picture_file(), save=False)
    return block


def test_a_picture_comes_in_two_formats_and_several_widths(client):
    article = ArticleFactory(blocks=[figure()])
    html = body(client.get(article.get_absolute_url()))
    avif = re.search(r'<source[^>]*type="image/avif"[^>]*>', html)[0]
    assert re.search(r"480x320\.avif 480w, \S+600x400\.avif 600w", avif)
    image = re.search(r"<img[^>]*>", html)[0]
    assert 'width="600"' in image
    assert 'height="400"' in image
    assert 'alt="Een tekening"' in image
    address = re.search(r'src="([^"]*)"', image)[1]
    response = client.get(address)
    assert Image.open(io.BytesIO(response.getvalue())).size == (600, 400)
    assert response["Content-Type"] == "image/webp"
    assert "immutable" in response["Cache-Control"]


def test_structured_data_is_valid_json_that_no_title_can_break_out_of(client):
    article = ArticleFactory(title="</script><script>alert(1)</script>")
    html = body(client.get(article.get_absolute_url()))
    assert "<script>alert" not in html
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    kinds = [json.loads(block)["@type"] for block in blocks]
    assert kinds == ["MedicalWebPage", "BreadcrumbList"]


def test_a_page_names_its_canonical_address_and_its_picture(client, settings):
    settings.SITE_URL = "https://voorbeeld.be"
    article = ArticleFactory(slug="titel")
    html = body(client.get("/artikels/titel/?utm_source=x"))
    assert '<link rel="canonical" href="https://voorbeeld.be/artikels/titel/">' in html
    card = re.search(r'property="og:image" content="([^"]*)"', html)[1]
    assert card == f"https://voorbeeld.be{reverse('articles:social_card', args=[article.slug])}"
    assert client.get(card.removeprefix("https://voorbeeld.be"))["Content-Type"] == "image/png"


def test_titles_for_search_engines_replace_the_ordinary_ones(client):
    article = ArticleFactory(title="Gewoon", seo_title="Gevonden", seo_description="Hierom.")
    html = body(client.get(article.get_absolute_url()))
    assert "<title>Gevonden" in html
    assert '<meta name="description" content="Hierom.">' in html
    assert re.search(r"<h1[^>]*>\s*Gewoon", html)


# Caching


def test_a_page_may_be_kept_briefly_and_is_not_sent_twice(client):
    article = ArticleFactory()
    first = client.get(article.get_absolute_url())
    assert "public" in first["Cache-Control"]
    assert "Cookie" not in first.get("Vary", "")
    assert not first.cookies
    again = client.get(article.get_absolute_url(), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    article.title = "Anders"
    article.save()
    changed = client.get(article.get_absolute_url(), headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200


# Feed and addresses


def test_the_feed_lists_public_articles_with_absolute_links(client, settings):
    settings.SITE_URL = "https://voorbeeld.be"
    PracticeFactory()
    ArticleFactory(title="Zichtbaar", slug="zichtbaar", author=PractitionerFactory(name="Lore"))
    DraftFactory(title="Verborgen")
    response = client.get("/artikels/feed/")
    assert response["Content-Type"].startswith("application/atom+xml")
    assert 'href="https://voorbeeld.be/artikels/zichtbaar/"' in body(response)
    assert "<name>Lore</name>" in body(response)
    assert "Verborgen" not in body(response)
    assert "testserver" not in body(response)


@pytest.mark.parametrize("many", [1, 3])
def test_the_feed_costs_the_same_queries(client, django_assert_num_queries, many):
    ArticleFactory.create_batch(many, author=PractitionerFactory())
    with django_assert_num_queries(2):
        client.get("/artikels/feed/")


def test_an_old_address_leads_to_the_new_one_for_ever(client):
    article = ArticleFactory(slug="oud")
    for slug in ("midden", "nieuw"):
        article.slug = slug
        article.save()
    for old in ("oud", "midden"):
        response = client.get(f"/artikels/{old}/")
        assert (response.status_code, response["Location"]) == (301, "/artikels/nieuw/")
    marked = client.get("/artikels/oud/?fbclid=abc")
    assert (marked.status_code, marked["Location"]) == (301, "/artikels/nieuw/?fbclid=abc")
    article.slug = "oud"
    article.save()
    assert client.get("/artikels/oud/").status_code == 200
    assert client.get("/artikels/nieuw/")["Location"] == "/artikels/oud/"


def test_the_address_of_a_draft_leads_nowhere(client):
    draft = DraftFactory(slug="geheim")
    draft.slug = "nog-geheimer"
    draft.save()
    assert client.get("/artikels/geheim/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_reading_pages_take_nothing(client, method):
    article = ArticleFactory()
    for path in (LIST, article.get_absolute_url(), "/artikels/feed/", "/sitemap.xml"):
        assert getattr(client, method)(path).status_code == 405


CHANGES = [
    (Article, {"title": "Andere titel"}, 5),
    (Article, {"lead": "Andere inleiding."}, 4),
    (Article, {"seo_description": "Andere omschrijving."}, 3),
    (Article, {"updated_on": dt.date(2026, 3, 4)}, 1),
    (Category, {"name": "Andere categorie"}, 2),
    (Treatment, {"name": "Andere behandeling"}, 1),
    (Practitioner, {"name": "Andere naam"}, 2),
    (Practitioner, {"role": "Andere functie"}, 1),
]


@pytest.mark.parametrize(("model", "change", "least"), CHANGES)
def test_what_was_changed_shows_in_every_place_the_next_time(client, model, change, least):
    """Also when it was rendered before, and past all signals."""
    person = PractitionerFactory()
    article = ArticleFactory(
        author=person,
        reviewer=person,
        reviewed_on=dt.date(2026, 2, 1),
        treatment=TreatmentFactory(),
    )
    client.get(article.get_absolute_url())
    [(name, value)] = change.items()
    model.objects.update(**change)
    text = client.get(article.get_absolute_url()).content.decode()
    shown = "4 maart 2026" if name == "updated_on" else value
    assert text.lower().count(shown.lower()) >= least
