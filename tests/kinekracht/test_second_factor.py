"""Setting up the app and the recovery codes, and what becomes of them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from kinekracht import second_factor
from kinekracht.staff.models import CodeApp
from tests.staff import (
    ENROL,
    code_of,
    give_code,
    give_password,
    is_in,
    shown_app,
    sign_in,
)

pytestmark = pytest.mark.django_db

STEP = timedelta(seconds=30)
ACCOUNT = "/beheer/account/"
NEW_CODES = "/beheer/account/herstelcodes/"
OTHER_DEVICE = "/beheer/account/toestel/"


def body(response):
    return response.content.decode()


def codes_on(page):
    return re.findall(r"<code>(\d{4} \d{4} \d{4})</code>", body(page))


# Setting up an app


def test_the_first_login_sets_up_an_app_and_shows_recovery_codes(client, greet, clock):
    assert give_password(client, greet)["Location"].startswith(ENROL)
    app = shown_app(client.get(ENROL))
    page = give_code(client, code_of(app), ENROL, next=ACCOUNT)
    codes = codes_on(page)
    assert len(set(codes)) == 10
    assert f'href="{ACCOUNT}">Ik heb ze bewaard' in body(page)
    assert is_in(client)
    for code in codes:
        assert code not in body(client.get(ACCOUNT))
        assert second_factor.check_code(greet, code) == StaticDevice.objects.get()
    clock.shift(STEP)
    assert second_factor.check_code(greet, code_of(app)) == CodeApp.objects.get()


def test_the_drawing_and_the_link_hold_the_key_that_is_shown(client, greet):
    give_password(client, greet)
    page = client.get(ENROL)
    link = second_factor.app_link(greet, shown_app(page).key)
    assert link.startswith("otpauth://totp/KineKracht%3Agreet?secret=")
    assert second_factor.qr_code(link) in body(page)
    assert second_factor.qr_code(link) != second_factor.qr_code(link + "x")
    assert link.replace("&", "&amp;") in body(page)
    assert "style=" not in second_factor.qr_code(link)  # the policy for styles would drop it


def test_the_field_takes_the_focus_once_the_steps_above_it_were_read(client, greet):
    give_password(client, greet)
    assert "autofocus" not in body(client.get(ENROL))
    assert "autofocus" in body(give_code(client, "000000", ENROL))


def test_the_code_that_proved_an_app_is_not_good_for_a_login_as_well(client, greet, clock):
    give_password(client, greet)
    code = code_of(shown_app(client.get(ENROL)))
    give_code(client, code, ENROL)
    again = Client()
    give_password(again, greet)
    give_code(again, code)
    assert is_in(client)
    assert not is_in(again)


@pytest.mark.parametrize("code", ["000000", "", "abc", "²³¹²³¹"])
def test_an_app_that_made_no_right_code_is_not_there(client, greet, code, clock):
    give_password(client, greet)
    app = shown_app(client.get(ENROL))
    page = give_code(client, code, ENROL)
    assert "<title>Fout: " in body(page)
    assert shown_app(page).key == app.key  # which may be in the telephone already
    assert not CodeApp.objects.exists()
    assert not is_in(client)
    client.logout()
    give_password(client, greet)
    give_code(client, code_of(app))
    assert not is_in(client)
    assert shown_app(client.get(ENROL)).key != app.key


def test_who_has_an_app_can_not_set_up_another_with_a_password_alone(client, greet, app):
    give_password(client, greet)
    assert client.get(ENROL)["Location"] == "/beheer/login/code/"
    assert client.post(ENROL, {"code": "123456"})["Location"] == "/beheer/login/code/"
    assert CodeApp.objects.get() == app


def test_of_two_who_set_up_an_app_at_once_the_second_is_refused(client, greet, clock):
    other = Client()
    shown = {}
    for each in (client, other):
        give_password(each, greet)
        shown[each] = shown_app(each.get(ENROL))
    give_code(client, code_of(shown[client]), ENROL)
    give_code(other, code_of(shown[other]), ENROL)
    assert not is_in(other)
    assert CodeApp.objects.get().key == shown[client].key
    with pytest.raises(second_factor.ValidationError, match="intussen"):
        second_factor.enrol(greet, shown[other].key, code_of(shown[other]), replace=False)


# Recovery codes


def test_a_recovery_code_opens_once(client, greet, app, clock):
    codes = second_factor.make_recovery_codes(greet)
    for said, opens in ((codes[0], True), (codes[0], False), (codes[1].replace(" ", "-"), True)):
        give_password(client, greet)
        give_code(client, said)
        assert is_in(client) is opens
        client.logout()
        clock.shift(STEP)
    assert second_factor.codes_left(greet) == 8


def test_a_recovery_code_works_while_the_app_has_to_wait(client, greet, app, clock):
    codes = second_factor.make_recovery_codes(greet)
    give_password(client, greet)
    give_code(client, "000000")
    give_code(client, codes[0])
    assert is_in(client)


def test_it_says_when_few_recovery_codes_are_left(client, greet, app):
    codes = second_factor.make_recovery_codes(greet)
    said = []
    for code in codes:
        give_password(client, greet)
        said.append(body(client.get(give_code(client, code)["Location"])))
        client.logout()
    assert [("Maak nieuwe." in page) for page in said] == [False] * 7 + [True] * 3
    assert "Je hebt nog 2 herstelcodes." in said[7]
    assert "Je hebt nog 1 herstelcode." in said[8]
    assert "Je hebt nog geen herstelcodes." in said[9]


def test_the_database_does_not_hold_what_opens(greet, app):
    codes = second_factor.make_recovery_codes(greet)
    tokens = set(greet.staticdevice_set.get().token_set.values_list("token", flat=True))
    assert len(tokens) == len(set(codes)) == 10
    assert not tokens & {code.replace(" ", "") for code in codes}
    for token in tokens:
        assert not StaticDevice.objects.get().verify_token(second_factor.kept(greet, token))
    assert second_factor.check_code(greet, codes[0]) == StaticDevice.objects.get()


# Their own account


def test_the_account_is_a_click_away_on_every_page(client, greet):
    sign_in(client, greet)
    assert f'href="{ACCOUNT}"' in body(client.get("/beheer/"))
    page = body(client.get(ACCOUNT))
    for path in (NEW_CODES, OTHER_DEVICE, "/beheer/password_change/"):
        assert f'href="{path}"' in page
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (None, "Je hebt nog geen herstelcodes."),
        (0, "Je herstelcodes zijn op."),
        (1, "Je hebt nog 1 herstelcode."),
        (10, "Je hebt nog 10 herstelcodes."),
    ],
)
def test_it_says_how_many_recovery_codes_there_are(client, greet, left, said):
    sign_in(client, greet)
    if left is not None:
        second_factor.make_recovery_codes(greet)
        keep = StaticToken.objects.values_list("pk", flat=True)[:left]
        StaticToken.objects.exclude(pk__in=list(keep)).delete()
    assert said in body(client.get(ACCOUNT))


@pytest.mark.parametrize("kind", ["app", "recovery code"])
def test_new_recovery_codes_take_a_code_and_end_the_old_ones(client, greet, app, clock, kind):
    sign_in(client, greet)
    old = second_factor.make_recovery_codes(greet)
    page = give_code(client, code_of(app) if kind == "app" else old[0], NEW_CODES)
    new = codes_on(page)
    assert len(set(new) - set(old)) == 10
    assert second_factor.check_code(greet, new[0])
    with pytest.raises(second_factor.ValidationError):
        second_factor.check_code(greet, old[1])
    assert is_in(client)


@pytest.mark.parametrize("path", [NEW_CODES, OTHER_DEVICE])
def test_an_open_computer_is_not_enough_to_change_a_login(client, greet, app, path):
    sign_in(client, greet)
    old = second_factor.make_recovery_codes(greet)
    page = give_code(client, "000000", path)
    assert "<title>Fout: " in body(page)
    assert codes_on(page) == []
    assert client.get(ENROL)["Location"] == ACCOUNT
    assert second_factor.check_code(greet, old[0])
    assert is_in(client)


def test_another_device_takes_the_place_of_the_first(client, greet, app, clock):
    sign_in(client, greet)
    elsewhere = sign_in(Client(), greet)
    codes = second_factor.make_recovery_codes(greet)
    assert give_code(client, code_of(app), OTHER_DEVICE)["Location"] == ENROL
    new = shown_app(client.get(ENROL))
    assert second_factor.has_app(greet)
    assert is_in(elsewhere)
    assert give_code(client, code_of(new), ENROL)["Location"] == ACCOUNT
    assert is_in(client)
    assert not is_in(elsewhere)
    clock.shift(STEP)
    with pytest.raises(second_factor.ValidationError):
        second_factor.check_code(greet, code_of(app))
    assert second_factor.check_code(greet, codes[0])
    assert client.get(ENROL)["Location"] == ACCOUNT  # once


def test_who_lost_the_telephone_sets_up_another_with_one_recovery_code(client, greet, app, clock):
    codes = second_factor.make_recovery_codes(greet)
    give_password(client, greet)
    page = client.get(give_code(client, codes[0])["Location"])
    assert f'<a href="{ENROL}">Stel dan meteen een ander toestel in.</a>' in body(page)
    new = shown_app(client.get(ENROL))
    give_code(client, code_of(new), ENROL)
    assert CodeApp.objects.get().key == new.key


def test_the_leave_to_set_up_another_device_ends(client, greet, app, clock):
    sign_in(client, greet)
    give_code(client, code_of(app), OTHER_DEVICE)
    assert client.get(ENROL).status_code == 200
    clock.shift(timedelta(minutes=10, seconds=1))
    assert client.get(ENROL)["Location"] == ACCOUNT
