"""Which articles a reader may want next."""

from django.db.models import Case, Q, Value, When

from articles.models import Article, ArticleQuerySet

MOST_RELATED = 3


def neighbours(article: Article) -> tuple[Article | None, Article | None]:
    """The published articles just before and just after ``article`` in time, in one query."""
    if article.published_at is None:
        return None, None
    at, pk = article.published_at, article.pk
    others = Article.objects.published()
    before = others.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=pk))
    after = others.filter(Q(published_at__gt=at) | Q(published_at=at, pk__gt=pk))
    found = Article.objects.filter(
        Q(pk=before.order_by("-published_at", "-pk").values("pk")[:1])
        | Q(pk=after.order_by("published_at", "pk").values("pk")[:1])
    )
    previous = following = None
    for other in found:
        if (other.published_at, other.pk) < (at, pk):
            previous = other
        else:
            following = other
    return previous, following


def related_to(article: Article) -> ArticleQuerySet:
    """Other published articles: of the same treatment first, then of the same category."""
    same_treatment = Q(treatment=article.treatment_id) if article.treatment_id else Q(pk__in=[])
    nearness = Case(When(same_treatment, then=Value(0)), default=Value(1))
    return (
        Article.objects.published()
        .exclude(pk=article.pk)
        .filter(same_treatment | Q(category=article.category_id))
        .for_cards()
        .order_by(nearness, "-published_at", "-pk")[:MOST_RELATED]
    )
