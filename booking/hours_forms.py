"""What staff fill in about when they work, and when they don't."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from booking.models import Appointment, Closure, WorkingHours
from booking.offers import CENTURY
from booking.slots import BRUSSELS, local
from booking.staff_checks import met_by
from booking.staff_forms import day_field, on_a_quarter, time_field


class ClosureForm(forms.ModelForm):
    """When somebody is away: whole days, unless times are filled in.

    The live appointments that it meets stand in ``meets``; they must have been seen.
    """

    first_day = day_field(label="Eerste dag")
    from_time = time_field(label="Vanaf", required=False, help_text="Leeg: van ’s morgens.")
    last_day = day_field(label="Laatste dag", required=False, help_text="Leeg: dezelfde dag.")
    until_time = time_field(label="Tot", required=False, help_text="Leeg: tot ’s avonds.")
    anyway = forms.CharField(required=False)  # the appointments that somebody saw in its way

    meets: list[Appointment] = []

    class Meta:
        model = Closure
        fields = ["practitioner", "reason"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        person: Any = self.fields.get("practitioner")
        if person:  # who may only look has no fields
            person.empty_label = "De hele praktijk"
            person.help_text = ""
        if self.instance.pk:
            self.initial.update(days_and_times(self.instance))

    def clean_from_time(self) -> dt.time | None:
        return on_a_quarter(self.cleaned_data["from_time"])

    def clean_until_time(self) -> dt.time | None:
        return on_a_quarter(self.cleaned_data["until_time"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.check_period(cleaned)
        return cleaned

    def check_period(self, cleaned: dict[str, Any]) -> None:
        """Refuse what ends before it begins, and ask once more when somebody would come."""
        first, last = cleaned["first_day"], cleaned["last_day"] or cleaned["first_day"]
        if last < first or not {first.year, last.year} <= set(CENTURY):
            self.add_error("last_day", "De laatste dag moet na de eerste komen, in deze eeuw.")
            return
        self.instance.starts_at = moment(first, cleaned["from_time"] or dt.time())
        if cleaned["until_time"] is None:
            self.instance.ends_at = moment(last + dt.timedelta(days=1), dt.time())
        else:
            self.instance.ends_at = moment(last, cleaned["until_time"], fold=1)
        if self.instance.ends_at <= self.instance.starts_at:
            self.add_error("until_time", "Het einde moet na het begin komen.")
            return
        self.instance.practitioner = cleaned["practitioner"]
        self.meets = met_by(self.instance)
        if self.meets and cleaned["anyway"] != self.seen:
            self.add_error(
                None,
                "In deze periode staan afspraken. Ze blijven staan: verplaats of annuleer ze zelf.",
            )

    @property
    def seen(self) -> str:
        """What "Toch bewaren" stands for: these appointments, and none that came later."""
        return ",".join(str(appointment.pk) for appointment in self.meets)


def moment(day: dt.date, time: dt.time, *, fold: int = 0) -> dt.datetime:
    """Wall time in Brussels as a moment in UTC; ``fold`` says which one if it exists twice."""
    return dt.datetime.combine(day, time, BRUSSELS).replace(fold=fold).astimezone(dt.UTC)


def days_and_times(closure: Closure) -> dict[str, Any]:
    """A closure as its form shows it: no time where a day is whole."""
    starts, ends = local(closure.starts_at), local(closure.ends_at)
    ends_at_midnight = ends.time() == dt.time()
    return {
        "first_day": starts.date(),
        "from_time": starts.time() if starts.time() != dt.time() else None,
        "last_day": ends.date() - dt.timedelta(days=ends_at_midnight),
        "until_time": None if ends_at_midnight else ends.time(),
    }


class WorkingHoursForm(forms.ModelForm):
    """When somebody works, on quarters of an hour."""

    starts = time_field(label="Van")
    ends = time_field(label="Tot")
    valid_from = day_field(label="Geldig vanaf", initial=timezone.localdate)
    valid_until = day_field(
        label="Geldig tot en met", required=False, help_text="Leeg: tot nader order."
    )

    class Meta:
        model = WorkingHours
        fields = [
            "practitioner", "weekday", "starts", "ends",
            "every_weeks", "valid_from", "valid_until", "treatments",
        ]  # fmt: skip
        widgets = {"treatments": forms.CheckboxSelectMultiple}

    def clean_valid_from(self) -> dt.date:
        day: dt.date = self.cleaned_data["valid_from"]
        if day.year not in CENTURY:
            raise forms.ValidationError("Kies een dag in deze eeuw.")
        return day

    def clean_starts(self) -> dt.time | None:
        return on_a_quarter(self.cleaned_data["starts"])

    def clean_ends(self) -> dt.time | None:
        return on_a_quarter(self.cleaned_data["ends"])
