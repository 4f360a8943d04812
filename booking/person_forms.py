"""Whose data it is about."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from phonenumber_field.formfields import PhoneNumberField

from booking.persons import Found, find
from kinekracht.fields import MailboxFormField


class PersonForm(forms.Form):
    """A telephone number, an e-mail address, or both."""

    telephone = PhoneNumberField(
        label="Telefoonnummer",
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "class": "vTextField", "autocomplete": "off"}),
    )
    email = MailboxFormField(
        label="E-mailadres",
        required=False,
        widget=forms.EmailInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not (cleaned["telephone"] or cleaned["email"]):
            raise ValidationError("Vul een telefoonnummer of een e-mailadres in.")
        return cleaned

    def find(self) -> Found:
        """What is kept of whom a valid form names."""
        return find(**self.cleaned_data)
