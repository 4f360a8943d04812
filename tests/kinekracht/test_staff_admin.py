"""A colleague who lost telephone and recovery codes, and who may help."""

import io

import pytest
from django.contrib.admin import site as admin_site
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticDevice

from kinekracht import second_factor
from kinekracht.staff.models import CodeApp
from tests.staff import ENROL, give_app, give_password, is_in, make_staff, sign_in

pytestmark = pytest.mark.django_db


def body(response):
    return response.content.decode()


def reset(client, user):
    return client.post(reverse("admin:auth_user_reset_second_factor", args=[user.pk]))


def change_page(user):
    return reverse("admin:auth_user_change", args=[user.pk])


def test_a_lost_device_is_taken_away_by_who_may_change_users(client, greet):
    theirs = sign_in(Client(), greet)
    second_factor.make_recovery_codes(greet)
    boss = make_staff("auth.change_user", "auth.view_user")
    sign_in(client, boss)
    assert "Tweede stap opnieuw laten instellen" in body(client.get(change_page(greet)))
    assert reset(client, greet)["Location"] == change_page(greet)
    assert not CodeApp.objects.filter(user=greet).exists()
    assert not StaticDevice.objects.exists()
    assert not is_in(theirs)
    assert LogEntry.objects.get().get_change_message() == "Tweede stap weggenomen."
    page = body(client.get(change_page(greet)))
    assert "werken niet meer" in page
    assert "Tweede stap opnieuw laten instellen" not in page  # there is nothing left to take
    assert give_password(theirs, greet)["Location"].startswith(ENROL)


@pytest.fixture
def beheerder(client):
    return sign_in(client, make_staff("beheerder", name="els"))


def test_a_beheerder_makes_an_account_that_sees_nothing_until_it_has_a_group(beheerder):
    password = "een-lange-zin-als-wachtwoord"
    sent = {
        "username": "nieuw",
        "usable_password": "true",
        "password1": password,
        "password2": password,
    }
    assert beheerder.post(reverse("admin:auth_user_add"), sent).status_code == 302
    new = User.objects.get(username="nieuw")
    assert (new.is_staff, new.is_superuser) == (True, False)
    assert not new.get_all_permissions()
    client = sign_in(Client(), new)
    assert "mag nog niets bekijken" in body(client.get("/beheer/"))


def test_a_beheerder_gives_groups_and_nothing_beyond_them(beheerder, greet):
    page = body(beheerder.get(change_page(greet)))
    assert 'name="groups"' in page
    assert 'name="is_superuser"' not in page
    assert 'name="user_permissions"' not in page
    group = Group.objects.get(name="onthaal")
    sent = {
        "username": "greet",
        "is_active": "on",
        "is_staff": "on",
        "groups": [group.pk],
        "is_superuser": "on",
        "user_permissions": [Permission.objects.first().pk],
    }
    assert beheerder.post(change_page(greet), sent).status_code == 302
    greet.refresh_from_db()
    assert list(greet.groups.all()) == [group]
    assert not greet.is_superuser
    assert not greet.user_permissions.exists()


def shown(page):
    """What the form of an account sends if nothing is changed in it."""
    sent = {}
    for field in page.context["adminform"].form:
        value = "" if field.value() is None else field.value()
        sent[f"initial-{field.name}"] = value
        if value is not False:
            sent[field.name] = "on" if value is True else value
    return sent


def test_who_mends_a_name_brings_nothing_back_that_a_colleague_took_away(beheerder, greet):
    greet.groups.add(Group.objects.get(name="onthaal"))
    page = beheerder.get(change_page(greet))
    sent = shown(page) | {"first_name": "Greet"}
    for name in ("username", "is_active", "groups"):
        assert f'name="initial-{name}"' in body(page)
    other = User.objects.get(pk=greet.pk)  # what a colleague does while that page is open
    other.is_active = False
    other.set_password("een-lange-zin-als-wachtwoord")
    other.email = "greet@example.be"
    other.save()
    other.groups.clear()
    assert beheerder.post(change_page(greet), sent).status_code == 302
    greet.refresh_from_db()
    assert (greet.first_name, greet.is_active, greet.email) == ("Greet", False, "greet@example.be")
    assert greet.check_password("een-lange-zin-als-wachtwoord")
    assert not greet.groups.exists()


def test_what_is_changed_on_that_page_is_written(beheerder, greet):
    greet.groups.add(Group.objects.get(name="onthaal"))
    group = Group.objects.get(name="redacteur")
    sent = shown(beheerder.get(change_page(greet))) | {"groups": [group.pk]}
    del sent["is_active"]
    assert beheerder.post(change_page(greet), sent).status_code == 302
    greet.refresh_from_db()
    assert not greet.is_active
    assert greet.is_staff
    assert list(greet.groups.all()) == [group]


def test_a_beheerder_does_not_touch_a_superuser(beheerder, admin_user):
    give_app(admin_user)
    before = User.objects.filter(pk=admin_user.pk).values().get()
    beheerder.post(change_page(admin_user), {"username": "weg", "is_active": ""})
    for name in ("delete", "reset_second_factor"):
        path = reverse(f"admin:auth_user_{name}", args=[admin_user.pk])
        assert beheerder.post(path, {"post": "yes"}).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[admin_user.pk])
    assert beheerder.get(password).status_code == 403
    many = {"action": "delete_selected", "_selected_action": [admin_user.pk], "post": "yes"}
    beheerder.post(reverse("admin:auth_user_changelist"), many)
    assert User.objects.filter(pk=admin_user.pk).values().get() == before
    assert CodeApp.objects.filter(user=admin_user).exists()


def test_who_may_only_look_takes_no_device_away(client, greet, app):
    sign_in(client, make_staff("auth.view_user"))
    assert "Tweede stap opnieuw" not in body(client.get(change_page(greet)))
    assert reset(client, greet).status_code == 403
    assert CodeApp.objects.filter(user=greet).exists()


def test_nobody_takes_their_own_device_away_without_a_code(client, greet):
    boss = make_staff("auth.change_user")
    sign_in(client, boss)
    assert "Tweede stap opnieuw" not in body(client.get(change_page(boss)))
    assert reset(client, boss).status_code == 403
    assert is_in(client)


def test_a_device_is_taken_away_by_a_button_alone(client, greet, app):
    sign_in(client, make_staff("auth.change_user"))
    path = reverse("admin:auth_user_reset_second_factor", args=[greet.pk])
    assert client.get(path).status_code == 405
    assert reset(client, type(greet)(pk=10**6)).status_code == 404
    assert CodeApp.objects.filter(user=greet).exists()


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_of_users_says_who_has_an_app_for_the_same_queries(
    admin_client, django_assert_num_queries, many
):
    for _ in range(many):
        give_app(make_staff())
        make_staff()
    # Session, user, app, a savepoint, two counts, the groups to filter by, the rows.
    with django_assert_num_queries(8):
        page = admin_client.get("/beheer/auth/user/")
    assert body(page).count('alt="True"') >= many + 1


def test_nobody_sees_the_keys_of_devices():
    assert not {CodeApp, StaticDevice} & set(admin_site._registry)  # noqa: SLF001  no other way


def test_the_command_takes_a_device_away(greet, app):
    said = io.StringIO()
    for _ in range(2):
        call_command("reset_second_factor", "greet", stdout=said)
    assert not CodeApp.objects.exists()
    assert said.getvalue().splitlines() == [
        "greet sets up an app at the next login",
        "greet had no app, and is logged out everywhere",
    ]
    with pytest.raises(CommandError, match="nobody called niemand"):
        call_command("reset_second_factor", "niemand")
