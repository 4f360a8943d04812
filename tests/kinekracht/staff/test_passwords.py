"""Another password, for oneself or for a colleague, and what changes while it is chosen."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from kinekracht.staff.models import RightsChange
from tests.staff import ENROL, LOGIN, PASSWORD, is_in, make_staff, sign_in

pytestmark = pytest.mark.django_db

OWN = "/beheer/password_change/"
OTHER_PASSWORD = "een-lange-zin-als-wachtwoord"
THIRD_PASSWORD = "heel-iets-anders-voor-greet"


class Meanwhile:
    """A check of passwords, in the midst of which something else happens once."""

    happens: list = []

    def validate(self, password, user=None):
        while self.happens:
            self.happens.pop()()

    def get_help_text(self):
        return ""


@pytest.fixture
def meanwhile(settings):
    """Say what happens while the next new password is looked at."""
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": f"{__name__}.Meanwhile"}]
    yield Meanwhile.happens.append
    assert not Meanwhile.happens


@pytest.fixture
def boss(db):
    return sign_in(Client(), make_staff("beheerder", name="jan"))


@pytest.fixture
def here(greet):
    """A browser in which greet is logged in."""
    greet.groups.add(Group.objects.get(name="onthaal"))
    User.objects.filter(pk=greet.pk).update(is_superuser=True)
    return sign_in(Client(), greet)


def choose(client, *, old=PASSWORD, new=OTHER_PASSWORD, again=None, **where):
    sent = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post(OWN, sent, **where)


def choose_for(client, user, new=THIRD_PASSWORD, **sent):
    page = reverse("admin:auth_user_password_change", args=[user.pk])
    return client.post(page, {"usable_password": "true", "password1": new, "password2": new} | sent)


def body(response):
    return response.content.decode()


def row_of(user):
    return User.objects.filter(pk=user.pk).values().first()


# One's own


def test_who_says_the_password_of_now_gets_another_one(here, greet):
    assert choose(here)["Location"] == "/beheer/password_change/done/"
    assert is_in(here)
    assert User.objects.get(pk=greet.pk).check_password(OTHER_PASSWORD)
    assert not RightsChange.objects.filter(what="password").exists()


def set_field(name, value):
    def change(user):
        user = User.objects.get(pk=user.pk)
        setattr(user, name, value)
        user.save()

    return change


def set_password(user):
    user = User.objects.get(pk=user.pk)
    user.set_password(THIRD_PASSWORD)
    user.save()


def press(button):
    def change(user):
        root = sign_in(Client(), User.objects.create_superuser("root"))
        root.post(reverse(f"admin:auth_user_{button}", args=[user.pk]))

    return change


ENDS = {
    "logged out": press("end_sessions"),
    "second step taken away": press("reset_second_factor"),
    "deactivated": set_field("is_active", False),
    "no staff": set_field("is_staff", False),
    "no superuser": set_field("is_superuser", False),
    "another password": set_password,
    "other groups": lambda user: user.groups.clear(),
    "deleted": lambda user: User.objects.get(pk=user.pk).delete(),
    "deactivated in SQL": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_session_that_ends_meanwhile_chooses_no_password(here, greet, meanwhile, how):
    after = []

    def end():
        ENDS[how](greet)
        after.append(row_of(greet))

    meanwhile(end)
    assert choose(here)["Location"] == LOGIN
    assert row_of(greet) == after[0]
    assert not is_in(here)
    assert here.get(ENROL)["Location"].startswith(LOGIN)
    assert "Je account is intussen veranderd" in body(here.get(LOGIN))


def test_what_ends_no_session_is_kept_as_well(here, greet, meanwhile):
    meanwhile(lambda: User.objects.filter(pk=greet.pk).update(email="greet@example.be"))
    choose(here)
    assert User.objects.get(pk=greet.pk).email == "greet@example.be"


def test_the_password_of_now_is_looked_at_and_not_written_anew(here, greet, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    before = row_of(greet)
    assert choose(here, again="iets-anders").status_code == 200
    assert row_of(greet) == before
    assert is_in(here)


# A colleague's


def test_what_changes_while_a_beheerder_chooses_a_password_stays(boss, meanwhile):
    mia = make_staff(name="mia")
    meanwhile(lambda: set_field("is_active", False)(mia))
    assert choose_for(boss, mia).status_code == 302
    mia.refresh_from_db()
    assert not mia.is_active
    assert mia.check_password(THIRD_PASSWORD)


def test_a_password_that_is_taken_away_is_noted(boss):
    mia = make_staff(name="mia")
    choose_for(boss, mia, "", usable_password="false", **{"unset-password": "1"})
    mia.refresh_from_db()
    assert not mia.has_usable_password()
    line = RightsChange.objects.get(what="password")
    assert (line.by, line.about) == ("jan", "mia")


@pytest.mark.parametrize("written", ["{}", "0{}", "%20{}"])
def test_nobody_chooses_their_own_as_if_it_were_a_colleagues(boss, written):
    jan = User.objects.get(username="jan")
    before = row_of(jan)
    page = f"/beheer/auth/user/{written.format(jan.pk)}/password/"
    sent = {"usable_password": "true", "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    for answer in (boss.get(page), boss.post(page, sent)):
        assert answer["Location"] == OWN
    assert row_of(jan) == before
