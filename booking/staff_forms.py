"""What staff fill in about appointments."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from booking.converters import MomentConverter
from booking.forms import PlainText
from booking.models import COMPLAINT_LENGTH, Appointment
from booking.slots import BRUSSELS, Slot, exists_twice, local
from booking.staff_checks import in_the_way, objections
from booking.wording import clock
from kinekracht.models import Practitioner, Treatment

REASON_LENGTH = 500
QUARTER = 15  # minutes
AHEAD = dt.timedelta(days=731)


def day_field(**options: Any) -> forms.DateField:
    """A day, with the calendar of the browser itself."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(widget=widget, **options)


def time_field(**options: Any) -> forms.TimeField:
    """A time of the day on a quarter of an hour."""
    attrs = {"type": "time", "step": QUARTER * 60}
    return forms.TimeField(widget=forms.TimeInput(format="%H:%M", attrs=attrs), **options)


def on_a_quarter(time: dt.time | None) -> dt.time | None:
    """``time`` itself; ValidationError if appointments don't begin then."""
    if time is not None and (time.minute % QUARTER or time.second or time.microsecond):
        raise ValidationError("Kies een kwartier, zoals 9.00, 9.15, 9.30 of 9.45 uur.")
    return time


class ActForm(forms.Form):
    """Something done with the ``version`` of an appointment that staff saw."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class ReasonForm(ActForm):
    """The same, with words for the patient."""

    reason = forms.CharField(
        label="Uitleg voor de patiënt (niet verplicht)",
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SlotForm(ActForm):
    """One of the free moments that were offered: 2026-12-01-0900/3, the 3 being who."""

    slot = forms.CharField(max_length=40)

    def clean_slot(self) -> Slot:
        said, _, practitioner = self.cleaned_data["slot"].partition("/")
        try:
            return Slot(MomentConverter().to_python(said), int(practitioner))
        except ValueError:
            raise ValidationError("Dit moment bestaat niet.") from None


class ProposalForm(SlotForm, ReasonForm):
    """One of the free moments, with words for the patient."""


class MomentForm(forms.Form):
    """A moment that staff choose themselves; outside the rules only when they say so.

    Valid, it holds the ``slot``. What speaks against that stands in ``objections``.
    """

    practitioner = forms.ModelChoiceField(
        Practitioner.objects.bookable(), label="Bij wie", empty_label=None
    )
    day = day_field(label="Dag")
    time = time_field(label="Uur", help_text="Op een kwartier, zoals 9.15 uur.")
    anyway = forms.CharField(required=False)  # the moment that somebody wants all the same

    objections: list[str] = []
    slot: Slot

    def treatment_and_times(self) -> tuple[Treatment, dt.timedelta, dt.timedelta]:
        """For what the appointment is, how long it takes, and the pause afterwards."""
        raise NotImplementedError

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        today = timezone.localdate()
        if day < today:
            raise ValidationError("Deze dag is al voorbij.")
        if day > today + AHEAD:
            raise ValidationError("Deze dag ligt te ver weg. Kijk het jaartal na.")
        return day

    def clean_time(self) -> dt.time | None:
        return on_a_quarter(self.cleaned_data["time"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"practitioner", "treatment", "day", "time"} & set(self.errors):
            self.check_moment(cleaned)
        return cleaned

    def check_moment(self, cleaned: dict[str, Any]) -> None:
        """Refuse a time that isn't or isn't free; ask once more about an unusual one."""
        said = dt.datetime.combine(cleaned["day"], cleaned["time"], BRUSSELS)
        start = said.astimezone(dt.UTC)
        if local(start).time() != cleaned["time"] or exists_twice(start):
            self.add_error("time", "Die nacht verspringt de klok. Kies een ander uur.")
            return
        if start <= timezone.now():
            self.add_error("time", "Dit moment is al voorbij.")
            return
        treatment, length, pause = self.treatment_and_times()
        self.slot = Slot(start, cleaned["practitioner"].pk)
        taken = in_the_way(self.slot, length + pause, ignoring=self.appointment)
        if taken:
            self.add_error("time", already_there(taken, cleaned["practitioner"]))
            return
        self.objections = objections(treatment, cleaned["practitioner"], start, length=length)
        if self.objections and cleaned["anyway"] != self.moment:
            self.add_error(None, "Wil je het toch zo? Vink “Toch doen” aan en probeer nog eens.")

    @property
    def appointment(self) -> Appointment | None:
        """The appointment that is moved, if it is not a new one."""
        return None

    @property
    def moment(self) -> str:
        """What "Toch doen" stands for: this moment, and no other one chosen later."""
        return f"{self.slot.start:%Y%m%d%H%M}/{self.slot.practitioner}"


def already_there(taken: list[Appointment], practitioner: Practitioner) -> str:
    """That somebody comes at that time, and when exactly."""
    times = " en ".join(f"van {clock(a.starts_at)} tot {clock(a.ends_at)} uur" for a in taken)
    return f"{practitioner} heeft dan al een afspraak, {times}. Er is niets bewaard."


class MoveForm(MomentForm, ActForm):
    """Another moment that was agreed on with the patient."""

    def __init__(self, data: Any = None, *, appointment: Appointment) -> None:
        at = local(appointment.starts_at)
        super().__init__(
            data,
            initial={
                "practitioner": appointment.practitioner_id,
                "day": at.date(),
                "time": at.time(),
                "version": appointment.version,
            },
        )
        self.moving = appointment

    @property
    def appointment(self) -> Appointment:
        return self.moving

    def treatment_and_times(self) -> tuple[Treatment, dt.timedelta, dt.timedelta]:
        length = dt.timedelta(minutes=self.moving.duration_minutes)
        return self.moving.treatment, length, dt.timedelta(minutes=self.moving.pause_minutes)


class PatientForm(forms.ModelForm):
    """Who comes, and how to reach them; not what for, which is their therapist's to know."""

    class Meta:
        model = Appointment
        fields = [
            "name", "telephone", "email", "voicemail", "discreet", "remind_soon",
            "visit", "referral", "referral_date",
        ]  # fmt: skip
        widgets = {
            "telephone": forms.TextInput(attrs={"type": "tel", "class": "vTextField"}),
            "email": forms.EmailInput(attrs={"class": "vTextField"}),
            "referral_date": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }
        labels = {"visit": "Eerste keer hier?"}
        help_texts = {
            "email": "Zonder e-mailadres krijgt de patiënt geen bevestiging of herinnering.",
        }

    def clean_name(self) -> str:
        """One line, whatever was typed or pasted."""
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"telephone", "email"} & set(self.errors) and not (
            cleaned.get("telephone") or cleaned.get("email")
        ):
            self.add_error("telephone", "Vul een telefoonnummer of een e-mailadres in.")
        return cleaned


class ComplaintForm(forms.Form):
    """What an appointment is about, in the words of the patient or their therapist."""

    complaint = PlainText(
        label="Waarover het gaat",
        required=False,
        max_length=COMPLAINT_LENGTH,
        help_text=f"Hoogstens {COMPLAINT_LENGTH} tekens. Leeg laten wist wat er stond.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
    )


class EntryForm(MomentForm, PatientForm):
    """An appointment that was made by telephone."""

    class Meta(PatientForm.Meta):
        fields = ["treatment", *PatientForm.Meta.fields]

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        treatment: Any = self.fields["treatment"]
        treatment.empty_label = None

    def treatment_and_times(self) -> tuple[Treatment, dt.timedelta, dt.timedelta]:
        treatment: Treatment = self.cleaned_data["treatment"]
        length = dt.timedelta(minutes=treatment.duration_minutes)
        return treatment, length, dt.timedelta(minutes=treatment.pause_minutes)

    @property
    def details(self) -> dict[str, Any]:
        """What is stored of a valid form, but for when and what for."""
        return {name: self.cleaned_data[name] for name in PatientForm.Meta.fields}
