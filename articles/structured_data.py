"""The practice and an article → JSON-LD dicts. Pure: objects in, dicts out; URLs are absolute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from articles.models import Article, Reference
    from kinekracht.models import Practice, Practitioner

CONTEXT = "https://schema.org"
Json = dict[str, Any]


def practice(practice: Practice, *, site_url: str) -> Json:
    """The practice as a clinic. No opening hours: schema.org has no term for "by appointment"."""
    return compact(
        {
            "@context": CONTEXT,
            "@type": ["MedicalClinic", "Physiotherapy"],
            "@id": f"{site_url}/#praktijk",
            "name": practice.name,
            "url": f"{site_url}/",
            "description": practice.introduction,
            "telephone": [number.e164 for number in practice.telephones],
            "email": practice.email,
            "address": compact(
                {
                    "@type": "PostalAddress",
                    "streetAddress": practice.street,
                    "postalCode": practice.postal_code,
                    "addressLocality": practice.city,
                    "addressCountry": "BE",
                }
            ),
        }
    )


def article(article: Article, *, sources: Iterable[Reference], site_url: str, picture: str) -> Json:
    """An article as a medical page. Says who reviewed it, and when, only if somebody did."""
    url = site_url + article.get_absolute_url()
    reviewed = article.reviewer is not None and article.reviewed_on is not None
    return compact(
        {
            "@context": CONTEXT,
            "@type": "MedicalWebPage",
            "@id": url,
            "url": url,
            "headline": article.title,
            "description": article.seo_description or article.lead,
            "inLanguage": "nl-BE",
            "image": picture,
            "datePublished": article.published_at.isoformat() if article.published_at else None,
            "dateModified": day(article.last_changed_on),
            "lastReviewed": day(article.reviewed_on) if reviewed else None,
            "reviewedBy": person(article.reviewer, site_url=site_url) if reviewed else None,
            "author": person(article.author, site_url=site_url),
            "publisher": {"@id": f"{site_url}/#praktijk"},
            "citation": [citation(source) for source in sources],
        }
    )


def breadcrumbs(steps: Sequence[tuple[str, str]], *, site_url: str) -> Json:
    """The way to a page: names and paths, the home page first."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": site_url + path}
            for n, (name, path) in enumerate(steps, start=1)
        ],
    }


def person(practitioner: Practitioner | None, *, site_url: str) -> Json | None:
    """A practitioner as a person."""
    if practitioner is None:
        return None
    return {
        "@type": "Person",
        "name": practitioner.name,
        "jobTitle": practitioner.role,
        "url": site_url + practitioner.get_absolute_url(),
    }


def citation(reference: Reference) -> Json:
    """A source as a scholarly article, or as a work if it stands in no journal."""
    return compact(
        {
            "@type": "ScholarlyArticle" if reference.journal else "CreativeWork",
            "author": reference.authors,
            "name": reference.title,
            "isPartOf": {"@type": "Periodical", "name": reference.journal}
            if reference.journal
            else None,
            "datePublished": str(reference.year) if reference.year else None,
            "sameAs": reference.link,
        }
    )


def day(date: Any) -> str | None:
    """A date as schema.org writes it."""
    return date.isoformat() if date else None


def compact(properties: Json) -> Json:
    """``properties`` without those that have nothing to say."""
    return {name: value for name, value in properties.items() if value not in (None, "", [], {})}
