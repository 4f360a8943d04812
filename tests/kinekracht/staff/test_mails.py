"""Addresses of staff that every mail program reads as the same one."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from kinekracht.staff.mails import is_address
from tests.staff import make_staff, sign_in

pytestmark = pytest.mark.django_db

ODD = ['"<a@b.c>"@example.be', '"a,b"@example.be', '"a;b"@example.be', '"a\\"b"@example.be']


@pytest.mark.parametrize("said", [*ODD, "", "geen adres", "Greet <greet@example.be>"])
def test_nothing_else_is_sent_to(said):
    assert not is_address(said)


@pytest.mark.parametrize("said", ["greet@example.be", "o'hara+1@example.co.uk"])
def test_an_address_is_sent_to(said):
    assert is_address(said)


@pytest.mark.parametrize("said", ODD)
def test_no_account_is_given_an_odd_one(client, said):
    sign_in(client, make_staff("beheerder"))
    greet = make_staff(name="greet")
    page = reverse("admin:auth_user_change", args=[greet.pk])
    sent = {"username": "greet", "email": said, "is_active": "on", "is_staff": "on"}
    assert "zonder aanhalingstekens" in client.post(page, sent).content.decode()
    greet.refresh_from_db()
    assert greet.email == ""


def test_a_model_and_a_command_are_looked_at_as_well():
    with pytest.raises(ValidationError, match="zonder aanhalingstekens"):
        User(username="greet", password="x", email=ODD[0]).full_clean()
    with pytest.raises(CommandError, match="zonder aanhalingstekens"):
        call_command("createsuperuser", username="root", email=ODD[0], interactive=False)
    User(username="greet", password="x").full_clean()
