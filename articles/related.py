"""Which articles a reader may want next."""

from django.db.models import Case, Q, Value, When
from django.utils import timezone

from articles.models import Article
from kinekracht.prepared import Prepared, given

MOST_RELATED = 3

AT, PK = given("at"), given("pk")
PUBLISHED = Article.objects.published(given("now"))
BEFORE = PUBLISHED.filter(Q(published_at__lt=AT) | Q(published_at=AT, pk__lt=PK))
AFTER = PUBLISHED.filter(Q(published_at__gt=AT) | Q(published_at=AT, pk__gt=PK))
NEIGHBOURS = Prepared(
    Article.objects.filter(
        Q(pk=BEFORE.order_by("-published_at", "-pk").values("pk")[:1])
        | Q(pk=AFTER.order_by("published_at", "pk").values("pk")[:1])
    )
)
SAME_TREATMENT = Q(treatment=given("treatment"))  # which no treatment is
RELATED = Prepared(
    PUBLISHED.for_cards()
    .exclude(pk=PK)
    .filter(SAME_TREATMENT | Q(category=given("category")))
    .order_by(Case(When(SAME_TREATMENT, then=Value(0)), default=Value(1)), "-published_at", "-pk")[
        :MOST_RELATED
    ]
)


def neighbours(article: Article) -> tuple[Article | None, Article | None]:
    """The published articles just before and just after ``article`` in time, in one query."""
    if article.published_at is None:
        return None, None
    at, pk = article.published_at, article.pk
    previous = following = None
    for other in NEIGHBOURS.find(at=at, pk=pk, now=timezone.now()):
        if (other.published_at, other.pk) < (at, pk):
            previous = other
        else:
            following = other
    return previous, following


def related_to(article: Article) -> list[Article]:
    """Other published articles: of the same treatment first, then of the same category."""
    found: list[Article] = RELATED.find(
        pk=article.pk,
        treatment=article.treatment_id,
        category=article.category_id,
        now=timezone.now(),
    )
    return found
