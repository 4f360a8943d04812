"""What patients fill in."""

import datetime as dt
import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from dateutil.relativedelta import relativedelta
from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from booking.models import COMPLAINT_LENGTH, SELF_TEST_LENGTH, Appointment, CallBack
from booking.slots import local
from kinekracht.models import Practice

MOST_FIELDS = 50  # that a browser would send; a form has some fifteen


class PlainText(forms.CharField):
    """Several lines of text, of which a new line counts as one character, as browsers count it."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class SentOnce(forms.ModelForm):
    """A form that people send and programs don't, and that counts once however often it is sent.

    What it refuses for another reason than what was typed, it takes after one more click.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    began = forms.CharField(widget=forms.HiddenInput, required=False)
    leave_empty = forms.CharField(
        label="Laat dit veld leeg",
        help_text="Het is er om robots te herkennen.",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1", "data-trap": ""}),
    )
    use_required_attribute = False
    signer = signing.Signer(salt="booking.forms")

    def __init__(self, data: Any = None, **options: Any) -> None:
        # A copy that can be changed: what is shown again may have a new hidden value.
        self.sent: Any = data.copy() if data is not None else None
        super().__init__(self.sent, **options)
        began = self.signer.sign_object(timezone.now().timestamp())
        self.initial = {**self.initial, "submission": uuid.uuid4(), "began": began}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("submission") or len(self.sent) > MOST_FIELDS:
            self.renew("submission")
            self.add_error(None, "Het formulier kwam niet volledig aan. Verstuur het nog eens.")
        if cleaned.get("leave_empty"):
            self.sent["leave_empty"] = ""
            self.add_error(
                None,
                "Er stond iets in een veld dat leeg moet blijven, zoals robots doen. "
                "Verstuur het nog eens, of bel ons.",
            )
        self.check_time(cleaned.get("began", ""))
        return cleaned

    def check_time(self, began: str) -> None:
        """Ask for another click where the form was sent impossibly soon, or very late."""
        now = timezone.now().timestamp()
        try:
            age = now - self.signer.unsign_object(began)
        except signing.BadSignature:
            age = float("inf")
        if age > settings.FORM_MAX_HOURS * 3600:
            self.renew("began")
            self.add_error(
                None,
                "Dit formulier stond lang open. Kijk na of alles nog klopt en verstuur het nog "
                "eens. Wat je invulde, staat er nog.",
            )
        elif age < settings.FORM_MIN_SECONDS:
            self.add_error(
                None, "Dat ging heel snel. Kijk na of alles klopt en verstuur het nog eens."
            )

    def renew(self, name: str) -> None:
        """Show the form with a new value in the hidden field ``name``."""
        self.sent[name] = self.initial[name]

    def clean_name(self) -> str:
        """One line of what can be read, whatever was sent."""
        words = self.cleaned_data["name"].split()
        name = " ".join("".join(filter(str.isprintable, word)) for word in words).strip()
        if not name:
            raise ValidationError("Vul je naam in.")
        return name

    @property
    def details(self) -> dict[str, Any]:
        """What is stored of a valid form."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    def form_helper(self, *layout: Any, submit_label: str, action: str = "") -> FormHelper:
        helper = FormHelper()
        helper.form_action = action
        helper.form_class = "request"
        helper.form_method = "post"
        helper.render_hidden_fields = True
        helper.layout = Layout(*layout, "leave_empty")
        helper.submit_label = submit_label
        return helper


def contact_widgets() -> dict[str, forms.Widget]:
    """Fields that a telephone fills in by itself, with the keyboard that suits."""
    return {
        "name": forms.TextInput(attrs={"autocomplete": "name"}),
        "telephone": forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
        ),
        "email": forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    }


class RequestForm(SentOnce):
    """A request for an appointment at ``start``, sent to ``action``."""

    action = ""

    complaint = PlainText(
        label="Waarover gaat het?",
        required=False,
        max_length=COMPLAINT_LENGTH,
        help_text=f"Hoogstens {COMPLAINT_LENGTH} tekens. Alleen je therapeut leest dit. Het staat "
        "nooit in een mail of in een agenda.",
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    late_referral_seen = forms.BooleanField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Appointment
        fields = [
            "name", "telephone", "email", "voicemail", "discreet", "remind_soon",
            "visit", "referral", "referral_date", "complaint",
        ]  # fmt: skip
        widgets = contact_widgets() | {
            "visit": forms.RadioSelect,
            "referral": forms.RadioSelect,
            "referral_date": forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}
            ),
        }
        labels = {
            "name": "Je naam",
            "telephone": "Telefoonnummer",
            "email": "E-mailadres",
            "voicemail": "Je mag een bericht inspreken",
            "discreet": "Zeg niet van welke praktijk je belt als iemand anders opneemt",
            "remind_soon": "Mail me ook twee uur vooraf een herinnering",
            "visit": "Kom je voor het eerst naar hier?",
            "referral": "Heb je een voorschrift van een arts?",
            "referral_date": "Datum van het voorschrift",
        }
        help_texts = {
            "email": "Hierop bevestigen we je afspraak. Heb je er geen? Dan is een telefoonnummer "
            "genoeg, en bellen we je.",
            "telephone": "Met een e-mailadres erbij bellen we alleen als het echt nodig is.",
            "discreet": "",
            "remind_soon": "",
            "referral_date": "Ze staat bovenaan op het voorschrift. Weet je ze niet? Laat leeg.",
        }

    def __init__(
        self, data: Any = None, *, start: dt.datetime, self_test: str = "", **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.start = start
        for name, choices in (
            ("visit", Appointment.Visit.choices),
            ("referral", Appointment.Referral.choices),
        ):
            field: Any = self.fields[name]
            field.required = True
            field.choices = [(value, label.capitalize()) for value, label in choices]
            field.error_messages["required"] = f"{field.label} Kies een antwoord."
        self.fields["name"].error_messages["required"] = "Vul je naam in."
        for name in ("email", "telephone"):
            self.fields[name].is_one_of_two = True  # type: ignore[attr-defined]
        self.brought_along = self_test or self.data.get("self_test", "")
        if self.brought_along:
            self.add_self_test()

    def add_self_test(self) -> None:
        """Show the answers somebody brought along: they choose whether to send them."""
        self.fields["self_test_agreed"] = forms.BooleanField(
            label="Ja, stuur de antwoorden van mijn zelftest mee",
            required=False,
            help_text="Alleen je therapeut leest ze. Kruis je niets aan, dan gaan ze niet mee. "
            "Later kun je ze nog wissen.",
        )
        self.fields["self_test"] = PlainText(
            label="Deze tekst sturen we dan mee",
            required=False,
            max_length=SELF_TEST_LENGTH,
            widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
            initial=self.brought_along,
        )

    def clean_referral_date(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["referral_date"]
        if day and day > timezone.localdate():
            raise ValidationError("Deze datum ligt in de toekomst.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not {"telephone", "email"} & set(self.errors) and not (
            cleaned["telephone"] or cleaned["email"]
        ):
            self.add_error(
                "email", "Vul een e-mailadres of een telefoonnummer in, zodat we kunnen antwoorden."
            )
        if cleaned.get("referral") != Appointment.Referral.HAVE:
            cleaned["referral_date"] = None
        self.check_referral(cleaned.get("referral_date"))
        return cleaned

    def check_referral(self, day: dt.date | None) -> None:
        """Warn, once, that a referral will be too old: it stays the patient's choice."""
        if not is_too_old(day, self.start) or self.cleaned_data.get("late_referral_seen"):
            return
        self.sent["late_referral_seen"] = "on"
        oldest = date_format(oldest_referral(self.start), "j F Y")
        self.add_error(
            "referral_date",
            f"Voor deze afspraak moet je voorschrift van {oldest} of later zijn. Anders betaalt je "
            "ziekenfonds misschien niet terug. Wil je toch dit moment? Verstuur dan nog eens.",
        )

    @property
    def details(self) -> dict[str, Any]:
        agreed = self.cleaned_data.get("self_test_agreed")
        return super().details | {
            "self_test": self.cleaned_data.get("self_test", "") if agreed else ""
        }

    @property
    def helper(self) -> FormHelper:
        self_test = (
            [Fieldset("Je zelftest", "self_test_agreed", "self_test", css_class="hand-over")]
            if "self_test" in self.fields
            else []
        )
        return self.form_helper(
            Fieldset("Wie ben je?", "name", "email", "telephone"),
            Fieldset("Hoe mogen we je bereiken?", "voicemail", "discreet", "remind_soon"),
            Fieldset("Je bezoek", "visit", "referral", "referral_date", "complaint"),
            *self_test,
            submit_label="Vraag deze afspraak aan",
            action=self.action,
        )


class CallBackForm(SentOnce):
    """A request to be called."""

    PARTS = {"morning": "Voormiddag", "afternoon": "Namiddag", "evening": "Avond"}

    parts_of_day = forms.MultipleChoiceField(
        label="Wanneer past het je?",
        help_text="Kies wat je wilt. Kies je niets, dan bellen we als het ons past.",
        required=False,
        choices=list(PARTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = CallBack
        fields = ["name", "telephone", "voicemail", "discreet"]
        widgets = {key: contact_widgets()[key] for key in ("name", "telephone")}
        labels = {key: RequestForm.Meta.labels[key] for key in fields}
        help_texts = {"discreet": ""}

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["telephone"].required = True
        self.fields["telephone"].error_messages["required"] = "Vul je telefoonnummer in."
        self.fields["name"].error_messages["required"] = "Vul je naam in."

    @property
    def details(self) -> dict[str, Any]:
        chosen = self.cleaned_data["parts_of_day"]
        return super().details | {part: part in chosen for part in self.PARTS}

    @property
    def helper(self) -> FormHelper:
        return self.form_helper(
            "name",
            "telephone",
            "parts_of_day",
            "voicemail",
            "discreet",
            submit_label="Bel me terug",
        )


class ActionForm(forms.Form):
    """Something to be done with the ``version`` of an appointment that was shown."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


def oldest_referral(start: dt.datetime) -> dt.date:
    """The earliest date of a referral that still counts on the day of ``start``."""
    months = Practice.objects.current().referral_valid_months
    return local(start).date() - relativedelta(months=months)


def is_too_old(day: dt.date | None, start: dt.datetime) -> bool:
    """Whether a referral of ``day`` no longer counts on the day of ``start``."""
    return day is not None and day < oldest_referral(start)
