"""Each change of what somebody may leaves a line, however it is made."""

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kinekracht import second_factor
from kinekracht.models import Practitioner
from kinekracht.staff.models import RightsChange
from tests.factories import PracticeFactory, PractitionerFactory
from tests.staff import PASSWORD, code_of, give_app, give_code, give_password, make_staff, sign_in

pytestmark = pytest.mark.django_db

SERVER = "beheer op de server"


@pytest.fixture
def boss(db):
    return make_staff("beheerder", name="jan")


@pytest.fixture
def browser(client, boss):
    """The browser of the beheerder."""
    return sign_in(client, boss)


@pytest.fixture
def els(db):
    user = make_staff("onthaal", name="els")
    User.objects.filter(pk=user.pk).update(email="els@example.com")
    user.refresh_from_db()
    return user


@pytest.fixture
def lines(boss, els):
    """What is noted from here on, the earliest first."""
    RightsChange.objects.all().delete()

    def noted():
        rows = RightsChange.objects.order_by("pk")
        return list(rows.values_list("by", "about", "what", "before", "after"))

    return noted


def change(browser, user, groups=("onthaal",), **sent):
    """Send the form of an account, as it is but for what is sent."""
    page = reverse("admin:auth_user_change", args=[user.pk])
    pks = [Group.objects.get(name=name).pk for name in groups]
    form = {"username": user.username, "email": user.email, "is_staff": "on", "is_active": "on"}
    form = {name: value for name, value in (form | sent).items() if value}
    assert browser.post(page, form | {"groups": pks}).status_code == 302


# Accounts, in the admin


def test_groups_given_in_the_form_are_noted(browser, lines, els):
    change(browser, els, groups=["onthaal", "therapeut"])
    assert lines() == [("jan", "els", "groups", "onthaal", "onthaal, therapeut")]


def test_a_beheerder_who_gives_themselves_what_a_therapist_sees_is_noted(browser, lines, boss):
    therapist = PractitionerFactory(name="Els Maes")
    change(browser, boss, groups=["beheerder", "therapeut"])
    sign_in(browser, boss)  # which that ended
    page = reverse("admin:kinekracht_practitioner_change", args=[therapist.pk])
    form = {"name": "Els Maes", "slug": therapist.slug, "role": "Kine", "position": 0}
    browser.post(page, form | {"biography": "<p>x</p>", "bookable": "on", "user": boss.pk})
    therapist.refresh_from_db()
    assert therapist.user == boss
    assert lines() == [
        ("jan", "jan", "groups", "beheerder", "beheerder, therapeut"),
        ("jan", "Els Maes", "therapist", "", "jan"),
    ]


def test_saving_what_was_there_notes_nothing(browser, lines, els):
    change(browser, els)
    assert lines() == []


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"is_active": ""}, ("active", "ja", "nee")),
        ({"is_staff": ""}, ("staff", "ja", "nee")),
        ({"username": "elsje"}, ("name", "els", "elsje")),
        ({"email": "jan@example.com"}, ("email", "els@example.com", "jan@example.com")),
    ],
)
def test_what_the_form_changes_besides_is_noted(browser, lines, els, sent, expected):
    change(browser, els, **sent)
    assert lines() == [("jan", sent.get("username", "els"), *expected)]


def test_an_account_that_is_made_or_deleted_is_noted(browser, lines, els):
    word = "een-lange-zin-als-wachtwoord"
    form = {"username": "nieuw", "usable_password": "true", "password1": word, "password2": word}
    browser.post(reverse("admin:auth_user_add"), form)
    PractitionerFactory(name="Els Maes", user=els)
    RightsChange.objects.filter(what="therapist").delete()
    browser.post(reverse("admin:auth_user_delete", args=[els.pk]), {"post": "yes"})
    assert not User.objects.filter(username="els").exists()
    assert lines() == [
        ("jan", "nieuw", "made", "", ""),
        ("jan", "els", "deleted", "onthaal", ""),
        ("jan", "Els Maes", "therapist", "els", ""),
    ]


def test_accounts_that_are_deleted_from_the_list_are_noted(browser, lines, els):
    other = make_staff(name="mia")
    RightsChange.objects.all().delete()
    sent = {"action": "delete_selected", "_selected_action": [els.pk, other.pk], "post": "yes"}
    browser.post(reverse("admin:auth_user_changelist"), sent)
    assert {about for _, about, what, *_ in lines() if what == "deleted"} == {"els", "mia"}


def test_a_password_that_somebody_else_chooses_is_noted(browser, lines, els):
    word = "een-lange-zin-als-wachtwoord"
    page = reverse("admin:auth_user_password_change", args=[els.pk])
    sent = {"usable_password": "true", "password1": word, "password2": word}
    browser.post(page, sent | {"set-password": "1"})
    els.refresh_from_db()
    assert els.check_password(word)
    assert lines() == [("jan", "els", "password", "", "")]


def test_an_own_password_is_no_change_of_rights(browser, lines, boss):
    word = "een-lange-zin-als-wachtwoord"
    sent = {"old_password": PASSWORD, "new_password1": word, "new_password2": word}
    browser.post(reverse("admin:password_change"), sent)
    boss.refresh_from_db()
    assert boss.check_password(word)
    assert lines() == []


def test_a_second_step_that_is_taken_away_is_noted(browser, lines, els):
    give_app(els)
    for _ in range(2):
        browser.post(reverse("admin:auth_user_reset_second_factor", args=[els.pk]))
    assert lines() == [("jan", "els", "second_step", "", "")]


def test_sessions_that_somebody_else_ends_are_noted(browser, lines, els, boss):
    browser.post(reverse("admin:auth_user_end_sessions", args=[els.pk]))
    assert lines() == [("jan", "els", "sessions", "", "")]
    line = RightsChange.objects.get()
    assert str(line) == "els: overal afgemeld, door iemand anders"
    assert line.to_tell == ["els@example.com"]
    boss.delete()
    assert RightsChange.objects.filter(pk=line.pk).exists()


def test_one_s_own_sessions_are_no_change_of_rights(browser, lines):
    browser.post(reverse("admin:end_sessions"))
    assert lines() == []


def test_a_login_is_no_change(lines, els, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    before = els.password
    app = give_app(els)
    client = Client()
    give_password(client, "els")
    give_code(client, code_of(app))
    els.refresh_from_db()
    assert els.password != before  # a stronger hash of the same
    assert lines() == []


# Outside the admin


def test_a_command_is_noted_as_the_server(lines, els):
    give_app(els)
    call_command("reset_second_factor", "els", stdout=io.StringIO())
    call_command("createsuperuser", username="root", email="", interactive=False, verbosity=0)
    assert lines() == [
        (SERVER, "els", "second_step", "", ""),
        (SERVER, "root", "made", "", "mag alles (superuser)"),
    ]


def test_what_a_shell_changes_is_noted(lines, els):
    els.is_superuser = True
    els.save()
    els.user_permissions.add(Permission.objects.get(codename="read_complaint"))
    for fields in (None, ["password"]):
        els.set_password(f"iets-anders-dan-eerst-{fields}")
        els.save(update_fields=fields)
    assert lines() == [
        (SERVER, "els", "superuser", "nee", "ja"),
        (SERVER, "els", "permissions", "", "booking.read_complaint"),
        (SERVER, "els", "password", "", ""),
        (SERVER, "els", "password", "", ""),
    ]


def test_groups_are_noted_from_whichever_side_they_change(lines, els, boss):
    therapists, desk = (Group.objects.get(name=name) for name in ("therapeut", "onthaal"))
    therapists.user_set.add(els, boss)
    els.groups.remove(desk)
    therapists.user_set.clear()
    boss.groups.set([desk])
    assert lines() == [
        (SERVER, "jan", "groups", "beheerder", "beheerder, therapeut"),
        (SERVER, "els", "groups", "onthaal", "onthaal, therapeut"),
        (SERVER, "els", "groups", "onthaal, therapeut", "therapeut"),
        (SERVER, "jan", "groups", "beheerder, therapeut", "beheerder"),
        (SERVER, "els", "groups", "therapeut", ""),
        (SERVER, "jan", "groups", "beheerder", ""),
        (SERVER, "jan", "groups", "", "onthaal"),
    ]


def test_what_is_given_twice_is_noted_once(lines, els):
    els.groups.add(Group.objects.get(name="onthaal"))
    assert lines() == []


def test_what_a_group_may_is_noted(lines):
    desk = Group.objects.get(name="onthaal")
    read = Permission.objects.get(codename="read_complaint")
    desk.permissions.add(read)
    read.group_set.remove(desk)
    assert lines() == [
        (SERVER, "onthaal", "group_rights", "", "booking.read_complaint"),
        (SERVER, "onthaal", "group_rights", "booking.read_complaint", ""),
    ]


def test_a_group_that_is_made_renamed_or_deleted_is_noted(lines, els):
    group = Group.objects.create(name="stage")
    els.groups.add(group)
    group.name = "stagiair"
    group.save()
    group.permissions.add(Permission.objects.get(codename="read_complaint"))
    group.delete()
    assert lines() == [
        (SERVER, "stage", "group_made", "", ""),
        (SERVER, "els", "groups", "onthaal", "onthaal, stage"),
        (SERVER, "stagiair", "group_name", "stage", "stagiair"),
        (SERVER, "stagiair", "group_rights", "", "booking.read_complaint"),
        (SERVER, "stagiair", "group_deleted", "booking.read_complaint", ""),
        (SERVER, "els", "groups", "onthaal, stagiair", "onthaal"),
    ]


def test_the_account_of_a_therapist_is_noted(lines, els, boss):
    therapist = PractitionerFactory(name="Els Maes", user=els)
    therapist.role = "Iets anders"
    therapist.save()
    therapist.user = boss
    therapist.save()
    Practitioner.objects.get().delete()
    assert lines() == [
        (SERVER, "Els Maes", "therapist", "", "els"),
        (SERVER, "Els Maes", "therapist", "els", "jan"),
        (SERVER, "Els Maes", "therapist", "jan", ""),
    ]


def test_what_is_undone_leaves_no_line(lines, els):
    with transaction.atomic():
        els.groups.clear()
        second_factor.take_away(els)
        transaction.set_rollback(True)
    assert lines() == []
    assert els.groups.exists()


def test_the_next_request_is_not_taken_for_the_one_before(browser, lines, els):
    change(browser, els, is_active="")
    els.delete()
    assert [by for by, *_ in lines()] == ["jan", SERVER]


# Afterwards


@pytest.fixture
def kept(browser, lines, els):
    """The line of a change."""
    change(browser, els, groups=["onthaal", "therapeut"])
    return RightsChange.objects.get()


def test_the_beheerder_sees_it(browser, kept):
    page = browser.get("/beheer/staff/rightschange/").content.decode()
    for words in ("Wie veranderde wat iemand mag", "onthaal, therapeut", ">els<", ">jan<"):
        assert words in page
    inzages = browser.get("/beheer/booking/auditentry/").content.decode()
    assert 'href="/beheer/staff/rightschange/"' in inzages


def test_nobody_else_does(kept):
    client = sign_in(Client(), make_staff("onthaal", "therapeut", "redacteur"))
    assert client.get("/beheer/staff/rightschange/").status_code == 403


@pytest.mark.parametrize("who", ["beheerder", "superuser"])
def test_nobody_changes_or_deletes_it_in_the_admin(kept, who, admin_user):
    client = sign_in(Client(), admin_user if who == "superuser" else make_staff("beheerder"))
    before = RightsChange.objects.filter(pk=kept.pk).values().get()
    base = f"/beheer/staff/rightschange/{kept.pk}"
    assert client.post(f"{base}/change/", {"by": "niemand"}).status_code == 403
    assert client.post(f"{base}/delete/", {"post": "yes"}).status_code == 403
    many = {"action": "delete_selected", "_selected_action": [kept.pk], "post": "yes"}
    client.post("/beheer/staff/rightschange/", many)
    assert RightsChange.objects.filter(pk=kept.pk).values().get() == before


def test_it_outlives_the_accounts_it_names(kept, boss, els):
    boss.delete()
    els.delete()
    assert RightsChange.objects.filter(pk=kept.pk, by="jan", about="els").exists()


def test_it_goes_when_it_is_old(kept, settings):
    settings.AUDIT_MONTHS = 1
    now = timezone.now()
    call_command("purge", stdout=io.StringIO())
    assert RightsChange.objects.filter(pk=kept.pk).exists()
    RightsChange.objects.update(at=now - timedelta(days=32))
    call_command("purge", stdout=io.StringIO())
    assert not RightsChange.objects.exists()


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_the_same_queries_for_more(
    browser, kept, els, many, django_assert_num_queries
):
    for _ in range(many):
        els.groups.clear()
        els.groups.add(Group.objects.get(name="onthaal"))
    # Session, user, app, the rights of the user and of their groups, the count, the rows.
    with django_assert_num_queries(7):
        browser.get("/beheer/staff/rightschange/")


# The practice


def test_who_hears_of_requests_is_noted(browser, lines):
    practice = PracticeFactory(notify_email="", email="praktijk@example.com")
    assert lines() == []  # a practice that is new has nobody who heard of them before
    practice.notify_email = "onthaal@example.com"
    practice.save()
    practice.email = "elders@example.com"  # which hears of none now
    practice.save()
    assert lines() == [
        (SERVER, practice.name, "requests_to", "praktijk@example.com", "onthaal@example.com")
    ]
    told = RightsChange.objects.get().to_tell
    assert {"praktijk@example.com", "onthaal@example.com"} <= set(told)
