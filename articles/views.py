"""The pages patients read."""

from typing import Any

from django.conf import settings
from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles import structured_data
from articles.body import compose
from articles.forms import SearchForm
from articles.models import Article, ArticleQuerySet, Category
from articles.related import neighbours, related_to
from articles.search import search
from articles.social_card import draw
from kinekracht.caching import page, public
from kinekracht.limits import limited
from kinekracht.models import Practice
from kinekracht.prepared import Prepared, given

A_PAGE = 10
ARTICLE = Prepared(
    Article.objects.published(given("now"))
    .select_related("category", "treatment", "author", "reviewer")
    .filter(slug=given("slug"))
)
Steps = list[tuple[str, str]]
HOME_STEP, LIST_STEP = ("Start", "/"), ("Artikels", "/artikels/")


def is_search(request: HttpRequest) -> bool:
    """Whether something is looked for."""
    return bool(request.GET.get("q", "").strip())


@limited("search", when=is_search)
@require_safe
@page("pagina")
def article_list(request: HttpRequest) -> HttpResponse:
    """All articles, or what a visitor looks for."""
    if "q" in request.GET:
        return search_results(request)
    return public(listing)(request, Article.objects.published().newest_first())


@require_safe
@page("pagina")
@public
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """The articles of one category."""
    shown = get_object_or_404(Category, slug=slug)
    articles = Article.objects.published().filter(category=shown).newest_first()
    return listing(request, articles, category=shown)


def listing(
    request: HttpRequest, articles: ArticleQuerySet, category: Category | None = None
) -> HttpResponse:
    """A page of ``articles``; 404 for a page that isn't there."""
    context = {
        "page": page_of(articles.for_cards(), request.GET.get("pagina", "1")),
        "category": category,
        "categories": Category.objects.all(),
        "form": SearchForm(),
    }
    return render(request, "articles/list.html", context)


def search_results(request: HttpRequest) -> HttpResponse:
    """What was found. Never kept by a cache: what somebody looks for is their own."""
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "form": form,
        "query": query,
        "page": page_of(search(query).for_cards(), request.GET.get("pagina", "1")),
    }
    return render(request, "articles/search.html", context, status=200 if form.is_valid() else 400)


def page_of(articles: ArticleQuerySet, number: str) -> Page[Article]:
    """The page with this number as typed in the address; Http404 if there is none.

    Each has one address: there is no page 02, and none with a number in other digits.
    """
    try:
        found = Paginator(articles, A_PAGE).page(number)
    except InvalidPage as error:
        raise Http404("no such page") from error
    if str(found.number) != number:
        raise Http404("another address of a page")
    return found


@require_safe
@public
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article, for everybody, once it is published."""
    for found in ARTICLE.find(slug=slug, now=timezone.now()):
        return render_article(request, found)
    raise Http404


def render_article(request: HttpRequest, article: Article, **extra: Any) -> HttpResponse:
    """The page of ``article``, published or not: the admin's preview shows the very same."""
    body = compose(article)
    steps: Steps = [
        HOME_STEP,
        LIST_STEP,
        (article.category.name, article.category.get_absolute_url()),
        (article.title, article.get_absolute_url()),
    ]
    card = settings.SITE_URL + reverse("articles:social_card", args=[article.slug])
    previous, following = neighbours(article)
    context = {
        "article": article,
        "body": body,
        "steps": steps,
        "previous": previous,
        "next": following,
        "related": related_to(article),
        "social_card": card,
        # Made when the template asks, which keeps it with the body.
        "json_ld": lambda: [
            structured_data.article(
                article,
                sources=[source.reference for source in body.sources],
                site_url=settings.SITE_URL,
                picture=card,
            ),
            structured_data.breadcrumbs(steps, site_url=settings.SITE_URL),
        ],
    }
    return render(request, "articles/detail.html", context | extra)


@require_safe
@public
def social_card(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture other sites show beside a link to the article: its title, drawn."""
    shown = get_object_or_404(Article.objects.published(), slug=slug)
    png = draw(shown.title, Practice.objects.current().name)
    return HttpResponse(png, content_type="image/png")
