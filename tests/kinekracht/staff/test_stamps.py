"""What ends every session of somebody, and what doesn't."""

import io
import json

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core import serializers
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from kinekracht import second_factor
from kinekracht.models import Practitioner
from kinekracht.staff import stamps
from kinekracht.staff.models import CodeApp, Stamp
from tests.factories import PractitionerFactory
from tests.staff import (
    CODE,
    ENROL,
    LOGIN,
    PASSWORD,
    code_of,
    give_app,
    give_code,
    give_password,
    is_in,
    make_staff,
    shown_app,
    sign_in,
)

pytestmark = pytest.mark.django_db

END_OWN = "/beheer/account/afmelden/"
OTHER_DEVICE = "/beheer/account/toestel/"
OTHER_PASSWORD = "een-lange-zin-als-wachtwoord"


def body(response):
    return response.content.decode()


def end(client, user):
    return client.post(reverse("admin:auth_user_end_sessions", args=[user.pk]))


def reset(client, user):
    return client.post(reverse("admin:auth_user_reset_second_factor", args=[user.pk]))


def is_logged_out(client):
    """Whether a session is nobody's: not even of who gave a password."""
    return client.get(ENROL)["Location"].startswith(LOGIN) and not is_in(client)


@pytest.fixture
def sessions(greet):
    """Where greet is logged in: on two devices, and half-way on a third."""
    found = [sign_in(Client(), greet), sign_in(Client(), greet), Client()]
    give_password(found[2], greet)
    return found


@pytest.fixture
def boss():
    return sign_in(Client(), make_staff("beheerder", name="els"))


# What is done after a theft


@pytest.mark.parametrize("way", ["button", "command"])
@pytest.mark.parametrize("was", ["in", "half-way in"])
def test_a_stolen_session_sets_up_no_app_once_the_second_step_is_taken_away(
    client, greet, boss, was, way
):
    give_app(greet)
    client.force_login(greet)  # the laptop that is stolen
    if was == "in":
        sign_in(client, greet)
    if way == "button":
        reset(boss, greet)
    else:
        call_command("reset_second_factor", "greet", stdout=io.StringIO())
    for answer in (client.get(ENROL), client.post(ENROL, {"code": "123456"}), client.get(CODE)):
        assert answer["Location"].startswith(LOGIN)
    assert client.get(LOGIN).status_code == 200
    assert not CodeApp.objects.filter(user=greet).exists()
    give_password(client, greet)  # who knows it
    assert client.get(ENROL).status_code == 200


def test_an_app_that_was_begun_before_is_not_finished_after(client, greet, boss, clock):
    give_password(client, greet)
    app = shown_app(client.get(ENROL))
    second_factor.take_away(greet)
    assert give_code(client, code_of(app), ENROL)["Location"].startswith(LOGIN)
    assert not CodeApp.objects.filter(user=greet).exists()


def test_an_app_that_is_set_up_while_the_second_step_is_taken_away_is_refused(greet, clock):
    app = give_app(greet)
    stamps.stamp_of(greet)
    user = User.objects.get(pk=greet.pk)
    stamps.stamp_of(user)  # as a request that has begun
    second_factor.take_away(greet)
    with pytest.raises(second_factor.ValidationError, match="intussen veranderd"):
        second_factor.enrol(user, app.key, code_of(app), replace=True)
    assert not CodeApp.objects.filter(user=greet).exists()


def test_an_app_that_is_deleted_in_any_other_way_ends_the_sessions_too(sessions, greet):
    CodeApp.objects.filter(user=greet).delete()
    assert all(is_logged_out(each) for each in sessions)


def test_another_device_ends_all_sessions_but_the_one_that_set_it_up(greet, app, clock):
    here, elsewhere = sign_in(Client(), greet), sign_in(Client(), greet)
    give_code(here, code_of(app), OTHER_DEVICE)
    give_code(here, code_of(shown_app(here.get(ENROL))), ENROL)
    assert is_in(here)
    assert is_logged_out(elsewhere)


# Overal afmelden


def test_who_logs_out_everywhere_is_out_here_too(sessions, greet):
    assert 'action="/beheer/account/afmelden/"' in body(sessions[0].get("/beheer/account/"))
    page = sessions[0].post(END_OWN, follow=True)
    assert page.redirect_chain == [(LOGIN, 302)]
    assert "Je bent overal afgemeld" in body(page)
    assert all(is_logged_out(each) for each in sessions)
    assert CodeApp.objects.filter(user=greet).exists()


def test_a_session_that_has_ended_is_not_taken_up_by_the_next_login(sessions, greet):
    """It holds that a code was given, of an app that is still there."""
    sessions[0].post(END_OWN)
    give_password(sessions[1], greet)
    assert not is_in(sessions[1])
    assert sessions[1].get(CODE).status_code == 200


def test_a_beheerder_logs_a_colleague_out_everywhere(sessions, greet, boss):
    colleague = sign_in(Client(), make_staff())
    page = reverse("admin:auth_user_change", args=[greet.pk])
    assert ">Overal afmelden</button>" in body(boss.get(page))
    assert end(boss, greet)["Location"] == page
    assert "Op elk toestel is greet nu afgemeld." in body(boss.get(page))
    assert all(is_logged_out(each) for each in sessions)
    assert is_in(colleague)
    assert is_in(boss)
    assert CodeApp.objects.filter(user=greet).exists()


def test_who_may_not_touch_an_account_ends_no_session_of_it(boss, admin_client, admin_user, greet):
    assert end(boss, admin_user).status_code == 403
    assert is_in(admin_client)
    reader = sign_in(Client(), make_staff("auth.view_user"))
    theirs = sign_in(Client(), greet)
    assert end(reader, greet).status_code == 403
    assert "Overal afmelden" not in body(
        reader.get(reverse("admin:auth_user_change", args=[greet.pk]))
    )
    assert is_in(theirs)


def test_both_take_a_button(sessions, greet, boss):
    assert sessions[0].get(END_OWN).status_code == 405
    assert boss.get(reverse("admin:auth_user_end_sessions", args=[greet.pk])).status_code == 405
    assert is_in(sessions[0])


# What changes in an account


def deactivate(user):
    user.is_active = False
    user.save()


def reactivate(user):
    deactivate(user)
    user.is_active = True
    user.save()


def load_other_rights(user):
    """As ``loaddata`` does."""
    row = json.loads(serializers.serialize("json", [user]))
    row[0]["fields"]["is_superuser"] = True
    for each in serializers.deserialize("json", json.dumps(row)):
        each.save()


def set_field(name, value):
    def change(user):
        setattr(user, name, value)
        user.save(update_fields=[name])

    return change


def group(name="redacteur"):
    return Group.objects.get(name=name)


def join_from_its_side(user):
    group("beheerder").user_set.add(user)


def leave_from_its_side(user):
    group().user_set.remove(user)


CHANGES = {
    "deactivated": deactivate,
    "reactivated": reactivate,
    "no longer staff": set_field("is_staff", False),
    "superuser": set_field("is_superuser", True),
    "superuser, by a file": load_other_rights,
    "into a group": lambda user: user.groups.add(group("beheerder")),
    "into a group, from its side": join_from_its_side,
    "out of a group": lambda user: user.groups.remove(group()),
    "out of a group, from its side": leave_from_its_side,
    "out of all groups": lambda user: user.groups.clear(),
    "all out of a group": lambda user: group().user_set.clear(),
    "a group is gone": lambda user: group().delete(),
    "other groups": lambda user: user.groups.set([group("onthaal")]),
    "a right": lambda user: user.user_permissions.add(Permission.objects.first()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_somebody_s_rights_ends_their_sessions(greet, change):
    greet.groups.add(group())
    sessions = [sign_in(Client(), greet), Client()]
    give_password(sessions[1], greet)
    colleague = sign_in(Client(), make_staff("onthaal"))
    assert is_in(sessions[0])
    change(User.objects.get(pk=greet.pk))
    User.objects.filter(pk=greet.pk).update(is_staff=True, is_active=True)
    assert all(is_logged_out(each) for each in sessions)
    assert is_in(colleague)


def test_somebody_who_is_deactivated_and_comes_back_logs_in_again(client, greet, boss):
    sign_in(client, greet)
    path = reverse("admin:auth_user_change", args=[greet.pk])
    for active in ({}, {"is_active": "on"}):
        boss.post(path, {"username": "greet", "is_staff": "on"} | active)
        assert is_logged_out(client)
    give_password(client, greet)
    assert client.get(CODE).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        set_field("first_name", "Greet"),
        set_field("email", "greet@example.be"),
        lambda user: user.save(),
        lambda user: user.groups.set([group()]),
        lambda user: user.groups.add(group()),
    ],
    ids=["name", "email", "nothing", "the same groups", "the same group"],
)
def test_what_is_no_change_of_rights_ends_nothing(client, greet, change):
    greet.groups.add(group())
    sign_in(client, greet)
    change(User.objects.get(pk=greet.pk))
    assert is_in(client)


def test_the_password_of_a_colleague_ends_their_sessions(sessions, greet, boss):
    sent = {"usable_password": "true", "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    boss.post(reverse("admin:auth_user_password_change", args=[greet.pk]), sent)
    assert all(is_logged_out(each) for each in sessions)


def test_who_changes_their_own_password_stays_in_here_alone(greet):
    here, elsewhere = sign_in(Client(), greet), sign_in(Client(), greet)
    new = {"new_password1": OTHER_PASSWORD, "new_password2": OTHER_PASSWORD}
    here.post("/beheer/password_change/", new | {"old_password": PASSWORD})
    assert is_in(here)
    assert is_logged_out(elsewhere)


def test_a_password_that_goes_and_comes_back_brings_no_session_back(client, greet):
    sign_in(client, greet)
    user = User.objects.get(pk=greet.pk)
    before = user.password
    for password in ("!", before):
        user.password = password
        user.save()
    assert is_logged_out(client)


def test_a_hash_of_the_password_that_is_renewed_at_a_login_spoils_no_login(client, greet, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    before = User.objects.get(pk=greet.pk).password
    give_password(client, greet)
    assert User.objects.get(pk=greet.pk).password != before
    assert client.get(ENROL).status_code == 200


# The account of a therapist


def test_the_account_of_a_therapist_ends_the_sessions_of_before_and_of_now(greet):
    els = make_staff()
    practitioner = PractitionerFactory(user=els)
    clients = [sign_in(Client(), each) for each in (greet, els)]
    practitioner.user = greet
    practitioner.save()
    assert [is_logged_out(each) for each in clients] == [True, True]


@pytest.mark.parametrize("change", ["first", "none", "deleted"])
def test_an_account_that_becomes_or_is_no_longer_a_therapist_s(greet, change):
    practitioner = PractitionerFactory(user=None if change == "first" else greet)
    client = sign_in(Client(), greet)
    if change == "deleted":
        practitioner.delete()
    else:
        practitioner.user = greet if change == "first" else None
        practitioner.save(update_fields=["user"])
    assert is_logged_out(client)


def test_a_therapist_whose_biography_changes_stays_in(client, greet):
    practitioner = PractitionerFactory(user=greet)
    sign_in(client, greet)
    practitioner.biography = "<p>Iets anders.</p>"
    practitioner.save()
    Practitioner.objects.get().save(update_fields=["biography"])
    assert is_in(client)


# Stamps themselves


def test_a_change_that_is_undone_ends_no_session(client, greet):
    sign_in(client, greet)
    with transaction.atomic():
        deactivate(User.objects.get(pk=greet.pk))
        transaction.set_rollback(True)
    assert is_in(client)


def test_a_request_that_began_before_can_not_bring_its_session_back(client, greet):
    """It holds the session in memory, and saves it after all sessions were ended."""
    sign_in(client, greet)
    held = client.session
    held["something"] = 1
    stamps.renew(User.objects.get(pk=greet.pk))
    held.save()
    assert is_logged_out(client)


def test_a_user_without_a_stamp_gets_one_at_the_login_and_not_before(client, greet, app):
    Stamp.objects.all().delete()
    assert client.get(LOGIN).status_code == 200
    assert not Stamp.objects.exists()
    give_password(client, greet)
    assert Stamp.objects.get().user == greet
    Stamp.objects.all().delete()
    assert is_logged_out(client)


def test_a_user_is_deleted_with_stamp_and_app(greet, app):
    sign_in(Client(), greet)
    greet.delete()
    assert not Stamp.objects.exists()
    assert not CodeApp.objects.exists()
    connection.check_constraints()


def test_an_export_of_all_data_can_be_read_back(greet, app, tmp_path):
    sign_in(Client(), greet)
    greet.groups.add(group())  # when this is read back, a signal makes a stamp before ours comes
    Stamp.objects.update(id=1000)
    file = tmp_path / "content.json"
    labels = ["auth.user", "staff"]
    call_command("dumpdata", *labels, natural_foreign=True, natural_primary=True, output=str(file))
    key = app.key
    User.objects.all().delete()
    call_command("loaddata", str(file), stdout=io.StringIO())
    user = User.objects.get()
    assert CodeApp.objects.get(user=user).key == key
    assert Stamp.objects.get(user=user)
    assert user.check_password(PASSWORD)
