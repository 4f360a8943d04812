"""One mailbox, one spelling."""

import pytest
from django import forms
from django.core.mail.message import sanitize_address

from kinekracht.fields import MailboxFormField
from kinekracht.practice.mailboxes import one_spelling

# Django mails each of these to victim@example.com, or to somebody else than it seems.
OTHER_SPELLINGS = [
    "victim@\uff45xample.com",  # a fullwidth e
    "victim@ex\uff21mple.com",
    "v\uff49ctim@example.com",
    "victim@example\u2024com",  # a one dot leader
    "victim@example\uff0ecom",
    "victim\uff20example.com",
]


@pytest.mark.parametrize("spelling", OTHER_SPELLINGS)
def test_what_becomes_the_same_mailbox_is_the_same(spelling):
    assert one_spelling(spelling).lower() == "victim@example.com"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Mia.Claes+kine@Example.com", "Mia.Claes+kine@Example.com"),
        ("mia@b\u00fccher.example", "mia@xn--bcher-kva.example"),
        ("mia@B\u00dcCHER.example", "mia@xn--bcher-kva.example"),
        ("mia@bu\u0308cher.example", "mia@xn--bcher-kva.example"),
        ("mia@xn--bcher-kva.example", "mia@xn--bcher-kva.example"),
        ("jac\u212a@\u212aine.be", "jacK@Kine.be"),  # a Kelvin sign
    ],
)
def test_an_address_becomes_the_one_that_mail_goes_to(typed, stored):
    assert one_spelling(typed) == stored
    assert one_spelling(stored) == stored
    assert sanitize_address(stored, "utf-8") == stored


@pytest.mark.parametrize(
    "typed",
    [
        "victim@e\u00adxample.com",  # a soft hyphen, which would be left out
        "victim@exam\u200dple.com",
        "x@\u200d.be",
        "mia@stra\u00dfe.example",  # of which mail programs make another domain
        "mia@a\u3002b.example",
        "m\u0131a@example.com",  # a dotless i
        "mi\u00eb@example.com",
        "mia@" + "\u00fc" * 60 + ".example",
        "mia@\ue000.example",
    ],
)
def test_what_has_no_such_form_is_refused(typed):
    with pytest.raises(ValueError, match="Typ het opnieuw, met gewone letters"):
        one_spelling(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "a@x\uff0cvictim\uff20example.com",
        "a@x\uff1e\uff1cvictim\uff20example.com",
        "a@x\u00a0y.be",
        "a@x\uff1ay.be",
        "a\uff02b@example.com",
        "x@\u200d.be",
        "\u00eb",
        "a" * 300 + "@example.com",
        "\ufdfa" * 100_000 + "@example.com",
    ],
)
def test_a_field_validates_what_becomes_of_it(typed):
    with pytest.raises(forms.ValidationError):
        MailboxFormField(max_length=254).clean(typed)


def test_an_empty_field_stays_empty():
    assert MailboxFormField(required=False).clean("") == ""
