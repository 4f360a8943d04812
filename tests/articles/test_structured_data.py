import datetime as dt
import json

from articles import structured_data
from articles.models import Article, Category, Reference
from kinekracht.models import Practice, Practitioner

SITE = "https://voorbeeld.be"
LORE = Practitioner(name="Lore Deforche", slug="lore-deforche", role="Bekkenbodemtherapeut")


def make_article(**fields):
    return Article(
        title="Titel",
        slug="titel",
        lead="Inleiding.",
        category=Category(name="C", slug="c"),
        published_at=dt.datetime(2026, 2, 21, 8, 0, tzinfo=dt.UTC),
        **fields,
    )


def of(article, sources=()):
    return structured_data.article(article, sources=sources, site_url=SITE, picture=f"{SITE}/p.png")


def test_the_practice_is_a_clinic_without_opening_hours():
    data = structured_data.practice(
        Practice(
            name="KineKracht",
            street="Hoogmolenstraat 13",
            postal_code="8790",
            city="Waregem",
            telephone="+3256941158",
            mobile="+32478931661",
        ),
        site_url=SITE,
    )
    assert data["@type"] == ["MedicalClinic", "Physiotherapy"]
    assert data["telephone"] == ["+3256941158", "+32478931661"]
    assert data["address"]["postalCode"] == "8790"
    assert "openingHours" not in json.dumps(data)
    assert "email" not in data


def test_an_article_nobody_reviewed_says_nothing_about_review():
    data = of(make_article(author=LORE))
    assert data["author"]["name"] == "Lore Deforche"
    assert "reviewedBy" not in data
    assert "lastReviewed" not in data


def test_a_reviewer_without_a_date_does_not_count_as_a_review():
    assert "reviewedBy" not in of(make_article(reviewer=LORE))


def test_a_review_names_who_and_when():
    data = of(make_article(reviewer=LORE, reviewed_on=dt.date(2026, 3, 1)))
    assert data["@type"] == "MedicalWebPage"
    assert data["lastReviewed"] == "2026-03-01"
    assert data["reviewedBy"]["url"] == f"{SITE}/over-ons/#lore-deforche"


def test_sources_are_citations_and_the_editors_note_stays_out():
    source = Reference(
        key="Mou", authors="Mou et al.", journal="N. U.", year=2021, doi="10.1000/x", note="geheim"
    )
    data = of(make_article(), sources=[source])
    assert data["citation"] == [
        {
            "@type": "ScholarlyArticle",
            "author": "Mou et al.",
            "isPartOf": {"@type": "Periodical", "name": "N. U."},
            "datePublished": "2021",
            "sameAs": "https://doi.org/10.1000/x",
        }
    ]


def test_a_source_without_a_journal_is_a_work():
    data = structured_data.citation(Reference(key="RIZIV", authors="RIZIV", title="Terugbetaling"))
    assert data == {"@type": "CreativeWork", "author": "RIZIV", "name": "Terugbetaling"}


def test_breadcrumbs_count_from_one():
    data = structured_data.breadcrumbs([("Start", "/"), ("Artikels", "/artikels/")], site_url=SITE)
    assert [step["position"] for step in data["itemListElement"]] == [1, 2]
    assert data["itemListElement"][1]["item"] == f"{SITE}/artikels/"
