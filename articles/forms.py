"""The search box."""

from crispy_forms.helper import FormHelper
from django import forms
from django.urls import reverse

LONGEST_QUERY = 200


class SearchForm(forms.Form):
    """What a visitor looks for; sent by GET, as it changes nothing."""

    q = forms.CharField(
        label="Zoek in de artikels",
        max_length=LONGEST_QUERY,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={
            "max_length": f"Je zoekopdracht is te lang. Gebruik hoogstens {LONGEST_QUERY} tekens."
        },
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_method = "get"
        helper.form_action = reverse("articles:list")
        helper.form_class = "search"
        helper.attrs = {"role": "search"}
        return helper
