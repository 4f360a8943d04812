"""What is waiting for staff: the sections of the admin's start page."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from articles.models import Article

MOST_SHOWN = 8


@dataclass(frozen=True)
class Item:
    """One thing to do: what it is called, where it is done, and a remark about its date."""

    title: str
    url: str
    remark: str


@dataclass(frozen=True)
class Task:
    """A kind of thing to do; ``done`` is what it says when nothing is left."""

    title: str
    items: list[Item]
    total: int
    done: str
    url: str

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.items)


def tasks_for(user: Any) -> list[Task]:
    """The tasks this user may do something about, the most pressing first."""
    if not user.has_perm("articles.change_article"):
        return []
    articles = Article.objects.all()
    today = timezone.localdate()
    return [
        task(
            "Opnieuw na te lezen",
            articles.due_for_review(today).order_by("review_due_on"),
            remark=lambda a: f"sinds {short_date(a.review_due_on)}",
            done="Alle artikels zijn op tijd nagelezen.",
            query="na_te_lezen=ja",
        ),
        task(
            "Concepten",
            articles.drafts().order_by("-changed_at"),
            remark=lambda a: f"bewaard op {short_date(timezone.localtime(a.changed_at))}",
            done="Er ligt geen concept klaar.",
            query="status__exact=draft",
        ),
        task(
            "Ingepland",
            articles.scheduled().order_by("published_at"),
            remark=lambda a: f"verschijnt op {moment(a.published_at)}",
            done="Er staat niets ingepland.",
            query="status__exact=published&ingepland=ja",
        ),
    ]


def task(title: str, articles: Any, *, remark: Any, done: str, query: str) -> Task:
    """A task made of articles."""
    return Task(
        title=title,
        items=[
            Item(a.title, reverse("admin:articles_article_change", args=[a.pk]), remark(a))
            for a in articles[:MOST_SHOWN]
        ],
        total=articles.count(),
        done=done,
        url=f"{reverse('admin:articles_article_changelist')}?{query}",
    )


def short_date(day: Any) -> str:
    """A date in words, such as 3 april 2027."""
    return date_format(day, "j F Y")


def moment(at: Any) -> str:
    """A moment in Brussels time, such as 3 april 2027, 9.00 uur."""
    return date_format(timezone.localtime(at), "j F Y, G.i") + " uur"
