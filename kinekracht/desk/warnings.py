"""What is not usual, and wants somebody at once; it stands at the top of the admin's start page."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.urls import reverse
from post_office.models import Email

from booking.delivery import left_lying
from booking.limits import count_lately
from booking.models import Appointment, CallBack
from booking.wording import waiting
from kinekracht.desk.task import (
    MOST_SHOWN,
    Item,
    Task,
    form_of,
    open_call_backs_page,
    open_requests_page,
    task,
)
from kinekracht.formatting import moment
from kinekracht.staff.guesses import Wave
from kinekracht.staff.mails import visible_to

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


def lying_mails(user: Any, now: dt.datetime) -> list[Task]:
    """That nothing sends the mails; not usual."""
    lying = task(
        "De mails liggen stil",
        left_lying(visible_to(user, Email.objects.order_by("created")), now),
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
    waves = (
        Wave.objects.unseen()
        .filter(user__email="", user__is_active=True)
        .select_related("user")
        .order_by("began_at")
    )
    known = Task(
        "Wachtwoorden die iemand anders kent",
        [
            Item(str(wave.user), form_of(wave.user), f"sinds {moment(wave.began_at)}")
            for wave in waves[:MOST_SHOWN]
        ],
        total=waves.count(),
        done="",
        url=reverse("admin:auth_user_changelist"),
        advice=CHOOSE_ANOTHER,
    )
    return [known] if known.items else []


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
            total=0,  # one thing to know, not so many to do
            done="",
            url=url,
            advice=(FORM_IS_FULL if is_full else FORM_IS_NEARLY_FULL) + MAKE_ROOM,
        )
    ]
