"""Who guesses codes waits, and keeps nobody else waiting."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from kinekracht import second_factor
from kinekracht.staff import codes
from kinekracht.staff.guesses import forget_networks, forget_wrong_codes
from kinekracht.staff.models import KnownNetwork, Wave, WrongCode
from kinekracht.storage.mails import words_of
from tests.staff import (
    PASSWORD,
    code_of,
    give_app,
    give_code,
    give_password,
    is_in,
    make_staff,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "greet")]

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HERE, THERE, ELSEWHERE = "192.0.2.7", "192.0.2.8", "192.0.2.9"
START = "/beheer/"
WRONG, RIGHT = "wrong", "right"
OTHER = "een-heel-ander-wachtwoord"


def strangers():
    """Addresses from which nobody has tried yet."""
    return (f"198.51.{n // 250}.{n % 250}" for n in range(10**4))


def log_in(code, address=HERE, name="greet"):
    """A browser that has given the password, and then this code."""
    browser = Client(REMOTE_ADDR=address)
    give_password(browser, name)
    browser.answer = give_code(browser, code)
    return browser


def said_to(user, code, address=HERE):
    """What a code leads to: RIGHT, WRONG, or why it wasn't looked at."""
    try:
        codes.check_code(user, code, address=address)
    except ValidationError as error:
        return error.code
    return RIGHT


def guess(user, times, code="000000"):
    """So many wrong codes, each from another network; what the last one led to."""
    networks = strangers()
    return [said_to(user, code, next(networks)) for _ in range(times)][-1]


def body(response):
    return response.content.decode()


# Waiting in one place


def test_wrong_codes_elsewhere_do_not_make_the_owner_wait(app):
    for _ in range(9):
        log_in("000000", THERE)
    assert is_in(log_in(code_of(app), HERE))


def test_the_wait_doubles_and_ends_at_a_minute(greet, app, clock):
    waits = []
    for _ in range(9):
        assert said_to(greet, "000000") == WRONG
        waits.append(1)
        clock.shift(SECOND)
        while said_to(greet, "000000") == "too_soon":
            waits[-1] += 1
            clock.shift(SECOND)
        WrongCode.objects.latest("pk").delete()
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_even_a_right_code_is_not_looked_at_too_soon(greet, app, clock):
    assert said_to(greet, "000000") == WRONG
    assert said_to(greet, code_of(app)) == "too_soon"
    clock.shift(SECOND)
    assert said_to(greet, code_of(app)) == RIGHT
    assert not WrongCode.objects.exists()


def test_wrong_codes_of_an_hour_ago_make_nobody_wait(greet, app, clock):
    for _ in range(9):
        said_to(greet, "000000")
        clock.shift(timedelta(minutes=1))
    clock.shift(HOUR)
    assert said_to(greet, "000000") == WRONG
    clock.shift(SECOND)
    assert said_to(greet, code_of(app)) == RIGHT


def test_a_code_still_works_only_once(greet, app):
    code = code_of(app)
    assert [said_to(greet, code) for _ in range(2)] == [RIGHT, WRONG]


# Codes with one name from many places


def test_after_twenty_wrong_codes_a_strange_network_is_not_looked_at(greet, app, clock):
    assert guess(greet, 20) == WRONG
    assert said_to(greet, code_of(app), ELSEWHERE) == "too_many"
    browser = log_in(code_of(app), ELSEWHERE)
    assert "te veel foute codes" in body(browser.answer)
    assert not is_in(browser)
    assert WrongCode.objects.count() == 20
    clock.shift(HOUR)
    assert said_to(greet, code_of(app), ELSEWHERE) == RIGHT


def test_nineteen_are_not_too_many(greet, app):
    guess(greet, 19)
    assert said_to(greet, code_of(app), ELSEWHERE) == RIGHT


def test_who_got_in_here_lately_still_gets_in(greet, app, clock):
    assert is_in(log_in(code_of(app), HERE))
    clock.shift(29 * DAY)
    guess(greet, 40)
    assert is_in(log_in(code_of(app), HERE))


def test_a_network_is_known_for_thirty_days(greet, app, clock):
    log_in(code_of(app), HERE)
    clock.shift(30 * DAY)
    guess(greet, 20)
    assert said_to(greet, code_of(app), HERE) == "too_many"


def test_a_password_alone_makes_no_network_known(greet, app, clock):
    give_password(Client(REMOTE_ADDR=HERE), "greet")
    log_in("000000", HERE)
    assert not KnownNetwork.objects.exists()


def test_a_network_is_known_for_one_name_alone(greet, app):
    lotte = make_staff(name="lotte")
    log_in(code_of(give_app(lotte)), HERE, "lotte")
    guess(greet, 20)
    assert said_to(greet, code_of(app), HERE) == "too_many"


def test_the_guesses_at_one_name_are_not_those_at_another(greet, app):
    lotte = make_staff(name="lotte")
    guess(greet, 20)
    assert said_to(lotte, code_of(give_app(lotte)), ELSEWHERE) == RIGHT


def test_a_recovery_code_gets_in_from_anywhere(greet, app):
    recovery = second_factor.make_recovery_codes(greet)
    guess(greet, 30)
    assert is_in(log_in(recovery[0], ELSEWHERE))


def test_however_many_guess_at_recovery_codes_the_owner_gets_in(greet, app):
    recovery = second_factor.make_recovery_codes(greet)
    WrongCode.objects.bulk_create(
        WrongCode(user=greet, network=str(n), recovery=True, at=timezone.now()) for n in range(2000)
    )
    assert said_to(greet, recovery[0], ELSEWHERE) == RIGHT
    assert said_to(greet, code_of(app), ELSEWHERE) == RIGHT


def test_five_wrong_recovery_codes_lock_name_and_address(greet, app, clock):
    recovery = second_factor.make_recovery_codes(greet)
    for _ in range(5):
        browser = log_in("0000 0000 0000")
        clock.shift(timedelta(minutes=1))
    assert browser.answer.status_code == 429
    assert not is_in(log_in(recovery[0]))
    assert is_in(log_in(recovery[0], THERE))


# Telling the owner


def test_the_owner_reads_once_that_somebody_knows_the_password(greet, app, clock):
    guess(greet, 5)
    page = body(log_in(code_of(app)).get(START))
    assert "Iemand gaf je naam en je juiste wachtwoord in" in page
    assert "sinds 1 december, 9.00 uur" in page
    assert 'href="/beheer/password_change/"' in page
    clock.shift(timedelta(seconds=30))
    assert "Iemand gaf je naam" not in body(log_in(code_of(app)).get(START))


def test_it_is_said_again_when_it_goes_on(greet, app, clock):
    guess(greet, 5)
    log_in(code_of(app))
    clock.shift(timedelta(seconds=30))
    guess(greet, 1)
    assert "Iemand gaf je naam" in body(log_in(code_of(app)).get(START))


def test_a_few_mistakes_are_no_alarm(greet, app, clock):
    greet.email = "greet@example.com"
    greet.save()
    for _ in range(4):
        said_to(greet, "000000")
        clock.shift(timedelta(minutes=1))
    assert "Iemand gaf je naam" not in body(log_in(code_of(app)).get(START))
    assert not WrongCode.objects.exists()
    assert not about_the_password().exists()


def about_the_password():
    return Email.objects.filter(subject="Over je aanmelding")


def test_the_owner_gets_one_mail_for_a_wave(greet, app, clock):
    User.objects.filter(pk=greet.pk).update(email="greet@example.com")
    greet.refresh_from_db()
    for _ in range(3):
        guess(greet, 7)
        clock.shift(20 * HOUR)
    email = about_the_password().get()
    assert email.to == ["greet@example.com"]
    assert "Dan kent iemand je wachtwoord" in words_of(email)
    assert "http://testserver/beheer/password_change/" in words_of(email)
    assert "greet" not in email.subject + words_of(email)
    clock.shift(DAY)
    guess(greet, 5)
    assert about_the_password().count() == 2


@pytest.mark.parametrize("address", ["", "geen adres", '"<a@b.c>"@example.be', '"a,b"@example.be'])
def test_who_has_no_address_gets_no_mail_and_is_still_counted(greet, app, address):
    User.objects.filter(pk=greet.pk).update(email=address)
    greet.refresh_from_db()
    guess(greet, 20)
    assert not Email.objects.exists()
    assert said_to(greet, code_of(app), ELSEWHERE) == "too_many"


def test_a_mail_that_cannot_be_made_undoes_no_count(greet, app, settings):
    second_factor.make_recovery_codes(greet)
    User.objects.filter(pk=greet.pk).update(email="greet@example.com")
    greet.refresh_from_db()
    settings.ENCRYPTION_KEYS = ["geen sleutel"]
    assert guess(greet, 7, "0000 0000 0000") == WRONG
    assert WrongCode.objects.count() == 7


def tasks_of(user):
    """The tasks on the start page, each as what its items say."""
    client = sign_in(Client(), user)
    return {
        task.title: [(item.title, item.url) for item in task.items]
        for task in client.get(START).context["tasks"]
    }


KNOWN = "Wachtwoorden die iemand anders kent"


@pytest.mark.parametrize("ends", ["seen", "password", "account"])
def test_without_an_address_the_beheerder_reads_it_until_it_is_over(greet, app, ends):
    boss, desk = make_staff("beheerder"), make_staff("onthaal")
    assert KNOWN not in tasks_of(boss)
    guess(greet, 5)
    assert tasks_of(boss)[KNOWN] == [("greet", f"/beheer/auth/user/{greet.pk}/change/")]
    assert KNOWN not in tasks_of(desk)
    match ends:
        case "seen":
            log_in(code_of(app))
        case "password":
            greet.set_password(OTHER)
            greet.save()
        case "account":
            User.objects.filter(pk=greet.pk).update(is_active=False)
    assert KNOWN not in tasks_of(boss)


def test_who_has_an_address_is_no_task_of_the_beheerder(greet, app):
    User.objects.filter(pk=greet.pk).update(email="greet@example.com")
    greet.refresh_from_db()
    guess(greet, 5)
    assert KNOWN not in tasks_of(make_staff("beheerder"))


@pytest.mark.parametrize("many", [1, 3])
def test_the_start_page_takes_the_same_queries_for_more(many, django_assert_num_queries):
    for n in range(many):
        guess(make_staff(name=f"stil{n}"), 5)
    client = sign_in(Client(), make_staff("auth.change_user"))
    # Session, user, app, two for the rights, two for the task.
    with django_assert_num_queries(7):
        client.get(START)


@pytest.mark.parametrize("saved", [["password"], None])
def test_another_password_begins_anew(greet, app, saved):
    guess(greet, 20)
    greet.set_password(OTHER)
    greet.save(update_fields=saved)
    assert said_to(greet, code_of(app), ELSEWHERE) == RIGHT
    assert not Wave.objects.exists()


def test_one_s_own_choice_of_a_password_begins_nothing_anew(greet, app):
    """Or a session that was left open would have as many tries as it likes."""
    thief = sign_in(Client(), greet)
    guess(greet, 20)
    sent = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}
    assert thief.post("/beheer/password_change/", sent).status_code == 302
    assert said_to(greet, code_of(app), ELSEWHERE) == "too_many"
    assert Wave.objects.unseen().exists()


@pytest.mark.parametrize("way", ["form", "login"])
def test_the_same_password_begins_nothing_anew(greet, app, way, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    guess(greet, 20)
    if way == "login":  # which makes a stronger hash
        give_password(Client(), greet)
    else:
        greet.save()
    assert said_to(greet, code_of(app), ELSEWHERE) == "too_many"
    assert Wave.objects.unseen().exists()


# What is kept


def test_neither_code_nor_address_is_kept(greet, app):
    log_in("424242", HERE)
    log_in(code_of(app), THERE)
    lotte = make_staff(name="lotte")
    codes.note_login(lotte, THERE)
    kept = serializers.serialize("json", [*WrongCode.objects.all(), *KnownNetwork.objects.all()])
    for word in ("424242", HERE, THERE):
        assert word not in kept
    assert KnownNetwork.objects.values("network").distinct().count() == 2


def test_the_networks_of_one_ipv6_connection_are_one(greet):
    codes.note_login(greet, "2001:db8:0:7::1")
    codes.note_login(greet, "2001:db8:0:7:1:2:3:4")
    assert KnownNetwork.objects.count() == 1


def test_what_is_kept_goes_in_time(greet, app, clock):
    codes.note_login(greet, HERE)
    guess(greet, 5)
    now = timezone.now()
    assert forget_wrong_codes(now + 23 * HOUR) == 0
    assert forget_wrong_codes(now + 25 * HOUR) == 5
    assert Wave.objects.exists()  # nobody has read it
    codes.note_login(greet, HERE)
    forget_wrong_codes(now + 25 * HOUR)
    assert not Wave.objects.exists()
    assert forget_networks(now + 30 * DAY) == 0
    assert forget_networks(now + 31 * DAY) == 1
