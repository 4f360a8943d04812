"""What is waiting for staff: the sections of the admin's start page."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from post_office.models import Email

from articles.models import Article
from booking.delivery import left_lying, not_arriving
from booking.limits import count_lately
from booking.models import Appointment, CallBack
from booking.staff.repeats import count_earlier, repeat_in_words
from booking.wording import clock, day_and_hour, waiting
from kinekracht.staff.guesses import Wave
from selftest.models import Question, WarningSign

MOST_SHOWN = 8
MOST_TODAY = 30
NEAR = 0.75  # of a ceiling: from here on staff are told
NO_WORKER = (
    "Het programma dat mails verstuurt, geeft geen teken van leven. Patiënten krijgen niets: vraag "
    "je webbeheerder om het te starten."
)
FORM_IS_FULL = "Wie nu iets vraagt op de site, krijgt te lezen: bel ons even."
FORM_IS_NEARLY_FULL = "Komen er nog meer, dan krijgt wie iets vraagt te lezen: bel ons even."
MAKE_ROOM = (
    " Beantwoord wat er wacht: dan is er weer plaats. Is het gewoon druk? Je webbeheerder kan het "
    "maximum verhogen."
)
CHOOSE_ANOTHER = (
    "Iemand gaf het juiste wachtwoord in, en daarna foute codes. Vraag je collega om een ander "
    "wachtwoord te kiezen, of geef er zelf een. Wie een e-mailadres heeft, krijgt zelf een mail."
)


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
    advice: str = ""  # what to do about all of it

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.items)


def tasks_for(user: Any) -> list[Task]:
    """The tasks this user may do something about, the most pressing first."""
    now = timezone.now()
    may = user.has_perm
    return [
        *(known_passwords() if may("auth.change_user") else []),
        *(lying_mails(now) if may("post_office.view_email") else []),
        *(full_request_form(now) if may("booking.change_appointment") else []),
        *(full_call_back_form(now) if may("booking.change_callback") else []),
        *(appointments_to_answer(user, now) if may("booking.change_appointment") else []),
        *(appointments_today(user, now) if may("booking.view_appointment") else []),
        *(call_backs(now) if may("booking.change_callback") else []),
        *(failing_mails() if may("post_office.view_email") else []),
        *(self_test_tasks() if may("selftest.change_warningsign") else []),
        *(article_tasks() if may("articles.change_article") else []),
    ]


def lying_mails(now: dt.datetime) -> list[Task]:
    """That nothing sends the mails; not usual."""
    lying = task(
        "De mails liggen stil",
        left_lying(now).order_by("created"),
        title=lambda email: str(email.subject),
        remark=lambda email: f"wacht {waiting(email.created, now)}",
        done="",
        url=f"{reverse('admin:post_office_email_changelist')}?toestand=wacht",
    )
    return [replace(lying, advice=NO_WORKER)] if lying.items else []


def known_passwords() -> list[Task]:
    """Whose password somebody else knows, as long as no mail can tell them; not usual.

    It goes when they chose another password, or have logged in and read it there.
    """
    known = task(
        "Wachtwoorden die iemand anders kent",
        Wave.objects.unseen()
        .filter(user__email="", user__is_active=True)
        .select_related("user")
        .order_by("began_at"),
        title=lambda wave: str(wave.user),
        remark=lambda wave: f"sinds {moment(wave.began_at)}",
        page=lambda wave: wave.user,
        done="",
        url=reverse("admin:auth_user_changelist"),
    )
    return [replace(known, advice=CHOOSE_ANOTHER)] if known.items else []


def full_request_form(now: dt.datetime) -> list[Task]:
    """That so many requests wait that no more are taken, or nearly so; not usual."""
    count = count_lately(Appointment.objects.awaiting_reply(), now)
    return full_form("Online aanvragen", count, open_requests_page())


def full_call_back_form(now: dt.datetime) -> list[Task]:
    """The same of who wants to be called."""
    count = count_lately(CallBack.objects.open(), now)
    return full_form("Vragen om te bellen", count, open_call_backs_page())


def full_form(form: str, count: int, url: str) -> list[Task]:
    """That ``count`` of the last 24 hours is as many as may wait, or near to it."""
    most = settings.REQUESTS_PER_DAY
    if not most or count < NEAR * most:
        return []
    is_full = count >= most
    remark = f"{count} in de laatste 24 uur, hoogstens {most}"
    return [
        Task(
            f"{form}: {'vol' if is_full else 'bijna vol'}",
            [Item("Wat nog op antwoord wacht", url, remark)],
            total=1,
            done="",
            url=url,
            advice=(FORM_IS_FULL if is_full else FORM_IS_NEARLY_FULL) + MAKE_ROOM,
        )
    ]


def appointments_to_answer(user: Any, now: dt.datetime) -> list[Task]:
    """Who asked for an appointment and has no answer yet."""
    open_requests = Appointment.objects.visible_to(user).awaiting_reply()
    return [
        task(
            "Aanvragen te beantwoorden",
            count_earlier(open_requests).order_by("created_at", "pk"),
            title=lambda a: a.name,
            remark=lambda a: remarks(
                waiting(a.created_at, now),
                f"wil komen op {day_and_hour(a.starts_at)}",
                repeat_in_words(a),
            ),
            done="Alle aanvragen zijn beantwoord.",
            url=open_requests_page(),
        )
    ]


def open_requests_page() -> str:
    """Where all requests stand that wait for an answer."""
    changelist = reverse("admin:booking_appointment_changelist")
    return f"{changelist}?status__exact={Appointment.Status.REQUESTED}&wanneer=alles"


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
            remark=lambda call_back: remarks(
                waiting(call_back.created_at, now),
                f"past {call_back.parts_of_day}",
                repeat_in_words(call_back),
            ),
            done="Er wacht niemand op een telefoontje.",
            url=open_call_backs_page(),
        )
    ]


def open_call_backs_page() -> str:
    """Where all stand who wait to be called."""
    return f"{reverse('admin:booking_callback_changelist')}?gebeld=nee"


def failing_mails() -> list[Task]:
    """The mails that don't arrive; not usual."""
    failing = task(
        "Mails die niet aankomen",
        not_arriving(Email.objects.order_by("created")),
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


def remarks(*said: str) -> str:
    """What there is to say about one thing, in one line."""
    return " · ".join(filter(None, said))


def task(
    name: str,
    rows: Any,
    *,
    title: Callable[[Any], str] = str,
    remark: Callable[[Any], str],
    done: str,
    url: str,
    page: Callable[[Any], Any] = lambda row: row,
    most: int = MOST_SHOWN,
) -> Task:
    """A task made of ``rows``, a queryset; ``url`` is where they all stand.

    ``page`` says on whose form a row is done, if not its own.
    """
    return Task(
        title=name,
        items=[Item(title(row), form_of(page(row)), remark(row)) for row in rows[:most]],
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
