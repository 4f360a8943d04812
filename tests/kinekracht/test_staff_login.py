"""Logging in: the password, then a code, and nothing of the admin before both."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin import site as admin_site
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from django_otp import DEVICE_ID_SESSION_KEY

from kinekracht import second_factor
from kinekracht.staff.accounts import is_verified_staff
from kinekracht.staff.models import CodeApp
from kinekracht.staff.sessions import SessionStore
from tests.staff import (
    CODE,
    ENROL,
    LOGIN,
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

STEP = timedelta(seconds=30)
ELSEWHERE = ["https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"]


def body(response):
    return response.content.decode()


# Both steps


def test_a_password_and_then_a_code_lead_to_the_page_that_was_asked_for(client, greet, app, clock):
    wanted = "/beheer/account/?x=1"
    first = client.get(wanted, follow=True)
    assert first.redirect_chain == [(f"{LOGIN}?next=/beheer/account/%3Fx%3D1", 302)]
    second = give_password(client, greet, next=wanted)
    assert second["Location"] == f"{CODE}?next=%2Fbeheer%2Faccount%2F%3Fx%3D1"
    page = client.get(second["Location"])
    assert 'value="/beheer/account/?x=1"' in body(page)
    assert not is_in(client)
    assert give_code(client, code_of(app), next=wanted)["Location"] == wanted
    assert is_in(client)


def test_the_session_gets_a_new_key_with_each_step(client, greet, app, clock):
    give_password(client, greet)
    first = client.session.session_key
    give_code(client, code_of(app))
    assert client.session.session_key != first
    assert not SessionStore().exists(first)
    assert Session.objects.count() == 1


def test_a_password_alone_opens_no_page_and_takes_no_file(client, greet, app):
    give_password(client, greet)
    for path in walk():
        for ask in (client.get, client.post):
            response = ask(path)
            assert response.status_code == 302, path
            assert response["Location"].startswith((LOGIN, f"{CODE}?")), path
    assert client.post("/contact/", {"file": picture()}).status_code == 400
    assert client.post("/contact/").status_code == 405


def test_that_walk_meets_pages_that_open_with_a_code(admin_client):
    answers = {path: admin_client.get(path) for path in walk()}
    assert len(answers) > 100
    opened = [path for path, answer in answers.items() if answer.status_code == 200]
    assert {"/beheer/", "/beheer/account/", "/beheer/agenda/", "/beheer/jsi18n/"} <= set(opened)
    assert not [answer for answer in answers.values() if LOGIN in answer.get("Location", "")]
    assert admin_client.post("/contact/", {"file": picture()}).status_code == 405


def walk():
    """An address for every pattern under /beheer/, but those of logging in and out."""
    found = {path for path in paths(get_resolver().url_patterns, "/") if path.startswith("/beheer")}
    return sorted(found - {LOGIN, CODE, ENROL, "/beheer/logout/"})


def paths(patterns, before):
    for pattern in patterns:
        route = re.sub(r"<[^>]+>|\(\?P<\w+>[^)]*\)", "1", str(pattern.pattern)).strip("^$")
        if hasattr(pattern, "url_patterns"):
            yield from paths(pattern.url_patterns, before + route)
        else:
            yield before + route


def picture():
    return SimpleUploadedFile("bekken.png", b"x", "image/png")


def test_a_user_that_passed_no_middleware_is_not_verified(rf, greet, app):
    request = rf.get("/beheer/")
    request.user = greet
    assert not is_verified_staff(greet)
    assert not admin_site.has_permission(request)
    greet.otp_device = app
    assert is_verified_staff(greet)


@pytest.mark.parametrize("field", ["is_staff", "is_active"])
def test_who_no_longer_works_here_is_out_at_once(client, greet, field):
    sign_in(client, greet)
    assert is_in(client)
    User.objects.update(**{field: False})
    assert not is_in(client)
    assert client.get(CODE)["Location"].startswith(LOGIN)


def test_who_logs_in_again_need_not_give_a_second_code(client, greet):
    sign_in(client, greet)
    assert client.get(f"{LOGIN}?next=/beheer/account/")["Location"] == "/beheer/account/"
    assert client.get(f"{CODE}?next=/beheer/account/")["Location"] == "/beheer/account/"


def test_the_pages_in_between_are_for_who_gave_a_password(client):
    for path in (CODE, ENROL):
        assert client.get(path)["Location"] == f"{LOGIN}?next=/beheer/"
        assert client.post(path, {"code": "123456"})["Location"].startswith(LOGIN)


def test_who_stops_half_way_is_logged_out(client, greet, app):
    give_password(client, greet)
    assert "Stop en meld greet af" in body(client.get(CODE))
    client.post("/beheer/logout/")
    assert client.get(CODE)["Location"].startswith(LOGIN)


@pytest.mark.parametrize("path", [LOGIN, CODE, ENROL])
def test_no_step_is_kept_by_the_browser(client, greet, path):
    if path != LOGIN:
        give_password(client, greet)
    if path == CODE:
        give_app(greet)
    page = client.get(path)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]


# Where it leads


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_step_leads_to_another_site(client, greet, elsewhere, clock):
    answer = give_password(client, greet, next=elsewhere)
    assert answer["Location"] == f"{ENROL}?next=%2Fbeheer%2F"
    page = client.get(ENROL, {"next": elsewhere})
    assert f'value="{elsewhere}"' not in body(page)
    codes = give_code(client, code_of(shown_app(page)), ENROL, next=elsewhere)
    assert 'href="/beheer/">Ik heb ze bewaard' in body(codes)
    assert client.get(LOGIN, {"next": elsewhere})["Location"] == "/beheer/"
    again = Client()
    give_password(again, greet)
    clock.shift(STEP)
    app = CodeApp.objects.get()
    assert give_code(again, code_of(app), next=elsewhere)["Location"] == "/beheer/"


# Codes that are not right


def test_a_wrong_code_is_said_beside_the_field(client, greet, app):
    give_password(client, greet)
    page = body(give_code(client, "000000"))
    assert "<title>Fout: " in page
    assert 'id="id_code_error"' in page
    assert re.search(r'<input[^>]*name="code"[^>]*aria-invalid="true"', page)
    assert re.search(r'<input[^>]*name="code"[^>]*aria-describedby="id_code_error"', page)
    assert re.search(r'<input[^>]*name="code"[^>]*autocomplete="one-time-code"', page)
    assert "Deze code klopt niet" in page
    assert not is_in(client)


@pytest.mark.parametrize(
    "code", ["", "abc", "12345", "１２３４５６", "9" * 40, "9" * 41, "-1", "1e5"]
)
def test_what_is_no_code_is_refused(client, greet, app, code):
    give_password(client, greet)
    assert give_code(client, code).status_code == 200
    assert not is_in(client)


def test_a_code_works_once(client, greet, app, clock):
    code = code_of(app)
    for in_the_end in (True, False):
        give_password(client, greet)
        give_code(client, code)
        assert is_in(client) is in_the_end
        client.logout()
    clock.shift(STEP)
    give_password(client, greet)
    give_code(client, code_of(app))
    assert is_in(client)


@pytest.mark.parametrize(
    ("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_half_a_minute_off(client, greet, app, clock, steps, opens):
    give_password(client, greet)
    give_code(client, code_of(app, steps))
    assert is_in(client) is opens


def test_after_wrong_codes_even_the_right_one_is_not_looked_at_for_a_while(
    client, greet, app, clock
):
    give_password(client, greet)
    for seconds in (1, 2, 4):
        give_code(client, "000000")
        page = body(give_code(client, code_of(app)))
        assert "Deze code is niet bekeken" in page
        assert f"over {seconds} second" in page
        assert not is_in(client)
        clock.shift(timedelta(seconds=seconds))
    give_code(client, code_of(app))
    assert is_in(client)


def test_the_code_of_a_colleague_opens_nothing(client, greet, app, clock):
    give_password(client, greet)
    give_code(client, code_of(give_app(make_staff())))
    assert not is_in(client)


# A session that was in


def test_a_device_that_is_taken_away_ends_its_sessions(client, greet):
    sign_in(client, greet)
    assert is_in(client)
    assert second_factor.take_away(greet)
    assert not is_in(client)
    assert client.get(LOGIN).status_code == 200  # not half-way in either
    assert client.get(ENROL)["Location"].startswith(LOGIN)


@pytest.mark.parametrize("device", ["unconfirmed", "of a colleague"])
def test_a_session_with_a_device_that_does_not_count_opens_nothing(client, greet, device):
    client.force_login(greet)
    found = give_app(greet if device == "unconfirmed" else make_staff())
    CodeApp.objects.update(confirmed=device != "unconfirmed")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = found.persistent_id
    session.save()
    assert not is_in(client)
