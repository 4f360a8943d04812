"""What is waiting for staff: the sections of the admin's start page."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from post_office.models import Email

from articles.models import Article
from booking.delivery import not_arriving
from booking.models import Appointment, CallBack
from booking.staff.repeats import count_earlier, repeat_in_words
from booking.wording import clock, day_and_hour, waiting
from kinekracht.desk.task import Task, open_call_backs_page, open_requests_page, task
from kinekracht.desk.warnings import (
    full_call_back_form,
    full_request_form,
    known_passwords,
    lying_mails,
)
from kinekracht.formatting import moment
from kinekracht.staff.mails import visible_to
from selftest.models import Question, WarningSign

MOST_TODAY = 30


def tasks_for(user: Any) -> list[Task]:
    """The tasks this user may do something about, the most pressing first."""
    now = timezone.now()
    may = user.has_perm
    return [
        *(known_passwords() if may("auth.change_user") else []),
        *(lying_mails(user, now) if may("post_office.view_email") else []),
        *(full_request_form(now) if may("booking.change_appointment") else []),
        *(full_call_back_form(now) if may("booking.change_callback") else []),
        *(appointments_to_answer(user, now) if may("booking.change_appointment") else []),
        *(appointments_today(user, now) if may("booking.view_appointment") else []),
        *(call_backs(now) if may("booking.change_callback") else []),
        *(failing_mails(user) if may("post_office.view_email") else []),
        *(self_test_tasks() if may("selftest.change_warningsign") else []),
        *(article_tasks() if may("articles.change_article") else []),
    ]


def appointments_to_answer(user: Any, now: dt.datetime) -> list[Task]:
    """Who asked for an appointment and has no answer yet."""
    open_requests = Appointment.objects.visible_to(user).awaiting_reply()
    return [
        task(
            "Aanvragen te beantwoorden",
            count_earlier(open_requests).order_by("created_at", "pk"),
            title=lambda a: a.name,
            remark=lambda a: (
                f"{waiting(a.created_at, now)} · wil komen op {day_and_hour(a.starts_at)}"
            ),
            note=repeat_in_words,
            done="Alle aanvragen zijn beantwoord.",
            url=open_requests_page(),
        )
    ]


def appointments_today(user: Any, now: dt.datetime) -> list[Task]:
    """Who comes today: initials, as others may look on."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = (today + dt.timedelta(hours=36)).replace(hour=0)
    return [
        task(
            "Vandaag",
            Appointment.objects.visible_to(user)
            .occupying()
            .exclude(status=Appointment.Status.REQUESTED)
            .starting(today, tomorrow)
            .select_related("practitioner"),
            title=lambda a: f"{clock(a.starts_at)} uur · {a.initials}",
            remark=lambda a: f"bij {a.practitioner} · {a.get_status_display()}",
            done="Vandaag komt er niemand.",
            url=f"{reverse('agenda:show')}?dag={today:%Y-%m-%d}",
            most=MOST_TODAY,
        )
    ]


def call_backs(now: dt.datetime) -> list[Task]:
    """Who asked to be called."""
    return [
        task(
            "Terug te bellen",
            count_earlier(CallBack.objects.open()).order_by("created_at", "pk"),
            title=lambda call_back: call_back.name,
            remark=lambda call_back: (
                f"{waiting(call_back.created_at, now)} · past {call_back.parts_of_day}"
            ),
            note=repeat_in_words,
            done="Er wacht niemand op een telefoontje.",
            url=open_call_backs_page(),
        )
    ]


def failing_mails(user: Any) -> list[Task]:
    """The mails that don't arrive; not usual."""
    failing = task(
        "Mails die niet aankomen",
        not_arriving(visible_to(user, Email.objects.order_by("created"))),
        title=lambda email: str(email.subject),
        remark=lambda email: f"aan {', '.join(email.to)}, {waiting(email.created, timezone.now())}",
        done="",
        url=f"{reverse('admin:post_office_email_changelist')}?toestand=fout",
    )
    return [failing] if failing.items else []


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


def questionnaire_of(row: Any) -> str:
    """Of which self-test ``row`` is a part."""
    return f"in {row.questionnaire}"


def short_date(day: Any) -> str:
    """A date in words, such as 3 april 2027."""
    return date_format(day, "j F Y")
