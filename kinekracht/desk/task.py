"""What a task on the admin's start page is, and how it is made of rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from booking.models import Appointment
from selftest.models import Question, WarningSign

MOST_SHOWN = 8


@dataclass(frozen=True)
class Item:
    """One thing to do: what it is called, where it is done, and a remark about its date."""

    title: str
    url: str
    remark: str
    note: str = ""  # what staff should not miss


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
        return max(0, self.total - len(self.items))


def task(
    name: str,
    rows: Any,
    *,
    title: Callable[[Any], str] = str,
    remark: Callable[[Any], str],
    done: str,
    url: str,
    note: Callable[[Any], str] = lambda _row: "",
    most: int = MOST_SHOWN,
) -> Task:
    """A task made of ``rows``, a queryset; ``url`` is where they all stand."""
    return Task(
        title=name,
        items=[Item(title(row), form_of(row), remark(row), note(row)) for row in rows[:most]],
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


def open_requests_page() -> str:
    """Where all requests stand that wait for an answer."""
    changelist = reverse("admin:booking_appointment_changelist")
    return f"{changelist}?status__exact={Appointment.Status.REQUESTED}&wanneer=alles"


def open_call_backs_page() -> str:
    """Where all stand who wait to be called."""
    return f"{reverse('admin:booking_callback_changelist')}?gebeld=nee"
