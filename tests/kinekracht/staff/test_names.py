"""Names that look like somebody else's are no names."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from kinekracht.staff.names import refuse_two_scripts
from tests.staff import make_staff, sign_in

pytestmark = pytest.mark.django_db

CYRILLIC = "b\u0435heer"  # its second letter
PASSWORD = "een-lange-zin-als-wachtwoord"


@pytest.mark.parametrize(
    "name", [CYRILLIC, "gree\u03c4", "\u0430dmin", "lotte.\u043caes", "\uff42\u0435heer"]
)
def test_letters_of_two_scripts_are_refused(name):
    with pytest.raises(ValidationError, match="verschillende schriften"):
        refuse_two_scripts(name)


@pytest.mark.parametrize(
    "name", ["beheer", "André.Ünsal-3", "els@praktijk.be", "\u0431\u043e\u0440\u0438\u0441_2", "42"]
)
def test_letters_of_one_script_are_a_name(name):
    refuse_two_scripts(name)


def test_a_model_is_looked_at_as_well():
    with pytest.raises(ValidationError, match="verschillende schriften"):
        User(username=CYRILLIC, password="x").full_clean()
    User(username="greet", password="x").full_clean()


def test_createsuperuser_refuses_it():
    with pytest.raises(CommandError, match="verschillende schriften"):
        call_command("createsuperuser", username=CYRILLIC, email="", interactive=False)
    assert not User.objects.exists()


@pytest.fixture
def beheerder(client):
    return sign_in(client, make_staff("beheerder", name="els"))


def add(client, name):
    sent = {
        "username": name,
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return client.post(reverse("admin:auth_user_add"), sent).content.decode()


def rename(client, user, name):
    page = reverse("admin:auth_user_change", args=[user.pk])
    return client.post(page, {"username": name, "is_active": "on", "is_staff": "on"})


def test_no_account_is_made_with_it(beheerder):
    assert "verschillende schriften" in add(beheerder, CYRILLIC)
    assert User.objects.count() == 1


def test_no_account_is_given_it(beheerder):
    greet = make_staff(name="greet")
    assert "verschillende schriften" in rename(beheerder, greet, CYRILLIC).content.decode()
    greet.refresh_from_db()
    assert greet.username == "greet"


@pytest.mark.parametrize("name", ["GREET", "\uff47reet", "\u00c9LIANE", "Groß".upper()])
def test_a_name_that_differs_in_how_it_is_written_is_taken(beheerder, name):
    for taken in ("greet", "\u00e9liane", "groß"):
        make_staff(name=taken)
    other = make_staff(name="lotte")
    assert "Een collega heeft al deze naam" in add(beheerder, name)
    assert "Een collega heeft al deze naam" in rename(beheerder, other, name).content.decode()
    assert User.objects.count() == 5


def test_who_has_such_a_name_already_can_still_be_changed(beheerder):
    make_staff(name="greet")
    older = make_staff(name="Greet")
    assert rename(beheerder, older, "Greet").status_code == 302
    assert rename(beheerder, older, "greta").status_code == 302


def test_the_command_that_makes_migrations_sees_no_change():
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())
