"""What is waiting for staff: the sections of the admin's start page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from articles.models import Article
from selftest.models import Question, WarningSign

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
    return [
        *(self_test_tasks() if user.has_perm("selftest.change_warningsign") else []),
        *(article_tasks() if user.has_perm("articles.change_article") else []),
    ]


def self_test_tasks() -> list[Task]:
    """What is open in the self-tests."""
    changelist = reverse("admin:selftest_questionnaire_changelist")
    signs = task(
        "Alarmsignalen af te tekenen",
        WarningSign.objects.unsigned().select_related("questionnaire"),
        remark=questionnaire_of,
        done="Er is geen alarmsignaal af te tekenen.",
        url=changelist,
    )
    # Not usual: it happens when a symptom is taken out of an article.
    loose = task(
        "Vragen zonder symptoom",
        Question.objects.without_symptom().select_related("questionnaire"),
        remark=questionnaire_of,
        done="",
        url=changelist,
    )
    return [signs, loose] if loose.items else [signs]


def article_tasks() -> list[Task]:
    """What is open in the articles."""
    articles = Article.objects.all()
    changelist = reverse("admin:articles_article_changelist")
    return [
        task(
            "Opnieuw na te lezen",
            articles.due_for_review(timezone.localdate()).order_by("review_due_on"),
            remark=lambda a: f"sinds {short_date(a.review_due_on)}",
            done="Alle artikels zijn op tijd nagelezen.",
            url=f"{changelist}?na_te_lezen=ja",
        ),
        task(
            "Concepten",
            articles.drafts().order_by("-changed_at"),
            remark=lambda a: f"bewaard op {short_date(timezone.localtime(a.changed_at))}",
            done="Er ligt geen concept klaar.",
            url=f"{changelist}?status__exact=draft",
        ),
        task(
            "Ingepland",
            articles.scheduled().order_by("published_at"),
            remark=lambda a: f"verschijnt op {moment(a.published_at)}",
            done="Er staat niets ingepland.",
            url=f"{changelist}?status__exact=published&ingepland=ja",
        ),
    ]


def task(title: str, rows: Any, *, remark: Callable[[Any], str], done: str, url: str) -> Task:
    """A task made of ``rows``, a queryset; ``url`` is where they all stand."""
    return Task(
        title=title,
        items=[Item(str(row), form_of(row), remark(row)) for row in rows[:MOST_SHOWN]],
        total=rows.count(),
        done=done,
        url=url,
    )


def form_of(row: Any) -> str:
    """Where staff edit ``row``: its own form, or its group in that of its questionnaire."""
    if isinstance(row, Question | WarningSign):
        group = row._meta.get_field("questionnaire").remote_field.related_name
        return f"{form_of(row.questionnaire)}#{group}-group"
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def questionnaire_of(row: Any) -> str:
    """Of which self-test ``row`` is a part."""
    return f"in {row.questionnaire}"


def short_date(day: Any) -> str:
    """A date in words, such as 3 april 2027."""
    return date_format(day, "j F Y")


def moment(at: Any) -> str:
    """A moment in Brussels time, such as 3 april 2027, 9.00 uur."""
    return date_format(timezone.localtime(at), "j F Y, G.i") + " uur"
