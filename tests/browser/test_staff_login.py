"""Staff who log in: from the password they were given to the page they asked for."""

import itertools
from urllib.error import HTTPError

import pytest

from kinekracht.staff_code import code_of
from tests.browser.looks import overflows, small_targets
from tests.browser.test_admin import violations_in_both_schemes, wrong_lines
from tests.staff_login import new_browser, send_form

PASSWORD = "brug-lamp-dertien"

numbers = itertools.count(1)


@pytest.fixture
def colleague(staff):
    """The name of somebody new, with PASSWORD, made as a beheerder makes them."""
    name = f"collega{next(numbers)}"
    page = staff()
    page.goto("/beheer/auth/user/add/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    page.locator("[name=_save]").click()
    page.locator("#id_is_staff").check()
    page.locator("#id_is_superuser").check()
    page.locator("[name=_save]").click()
    page.wait_for_url("**/beheer/auth/user/")
    return name


def give_password(page, name, password=PASSWORD):
    page.goto("/beheer/account/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(password)
    page.locator("#id_password").press("Enter")


def give_code(page, code):
    page.locator("#id_code").fill(code)
    page.locator("#id_code").press("Enter")


def key_on(page):
    """The key somebody reads off the page and types into their app."""
    return page.locator(".app-key").inner_text().replace(" ", "").replace("\n", "")


def codes_on(page):
    page.locator(".recovery-codes").wait_for()
    return page.locator(".recovery-codes code").all_inner_texts()


def look(page, *, fits=True):
    """What is wrong with a page, for all eyes and all fingers, on a telephone and on a desk."""
    wrong = wrong_lines(page)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        wrong += violations_in_both_schemes(page) if width == 320 else []
        wrong += ["wider than the window"] if overflows(page, width) else []
        wrong += small_targets(page) if fits else []
    return wrong


@pytest.mark.parametrize("scripts", [True, False])
def test_a_colleague_sets_up_an_app_and_logs_in_with_it(browse, colleague, scripts):
    page = browse(java_script_enabled=scripts)
    give_password(page, colleague)
    key = key_on(page)
    give_code(page, code_of(key))
    codes = codes_on(page)
    assert len(set(codes)) == 10
    page.get_by_role("link", name="Ik heb ze bewaard, ga verder").click()
    for code in (code_of(key, 1), codes[0]):
        page.wait_for_url("**/beheer/account/")
        page.get_by_role("button", name="Afmelden", exact=True).click()
        give_password(page, colleague)
        give_code(page, code)
    page.wait_for_url("**/beheer/account/")
    assert "Je gebruikte een herstelcode" in page.inner_text("main")


@pytest.mark.parametrize("scripts", [True, False])
def test_who_logs_out_everywhere_is_out_on_the_other_device_too(browse, colleague, scripts):
    here, elsewhere = (browse(java_script_enabled=scripts) for _ in range(2))
    give_password(here, colleague)
    key = key_on(here)
    give_code(here, code_of(key))
    codes_on(here)
    give_password(elsewhere, colleague)
    give_code(elsewhere, code_of(key, 1))
    for page in (elsewhere, here):
        page.goto("/beheer/account/")
    here.get_by_role("button", name="Overal afmelden").click()
    here.get_by_text("Je bent overal afgemeld, op elk toestel.").wait_for()
    for page in (elsewhere, here):
        page.goto("/beheer/account/")
        page.wait_for_url("**/beheer/login/**")


def test_every_step_is_for_all_eyes_and_fingers(browse, colleague):
    page = browse()
    page.goto("/beheer/login/")
    assert look(page) == []
    give_password(page, colleague, "fout")
    page.locator(".errornote").wait_for()
    assert look(page) == []
    give_password(page, colleague)
    key = key_on(page)
    assert look(page) == []
    give_code(page, "000000")
    page.locator("#id_code_error").wait_for()
    assert look(page) == []
    give_code(page, code_of(key))
    assert len(codes_on(page)) == 10
    assert look(page) == []
    for path in ("account/", "account/herstelcodes/", "account/toestel/"):
        page.goto(f"/beheer/{path}")
        assert look(page, fits=False) == []  # the links of the header are smaller
    give_code(page, "000000")
    page.locator("#id_code_error").wait_for()
    assert look(page, fits=False) == []
    page.get_by_role("button", name="Afmelden", exact=True).click()
    give_password(page, colleague)
    page.locator("#id_code").wait_for()
    assert look(page) == []


def test_the_page_for_who_is_locked_out_is_as_good(browse):
    page = browse()
    for _ in range(5):
        give_password(page, "niemand", "fout")
        page.locator(".errornote, .second-factor").wait_for()
    assert "Probeer het opnieuw over 15 minuten." in page.inner_text("main")
    assert look(page) == []


def test_it_all_goes_by_keyboard(browse, colleague):
    page = browse()
    page.goto("/beheer/account/")
    keys = page.keyboard
    keys.type(colleague)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/instellen/**")
    tab_to(page, "Geef de sleutel door aan je app")
    keys.press("Tab")
    keys.type("000000")
    keys.press("Enter")
    page.get_by_text("Deze code klopt niet.").wait_for()
    keys.press("Control+A")
    keys.type(code_of(key_on(page)))
    keys.press("Enter")
    page.locator(".recovery-codes").wait_for()
    tab_to(page, "Ik heb ze bewaard, ga verder")
    keys.press("Enter")
    page.wait_for_url("**/beheer/account/")


def tab_to(page, text):
    """Press Tab until ``text`` has the focus, and shows it."""
    for _ in range(10):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.inner_text() == text:
            assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
            return
    raise AssertionError(f"{text!r} never had the focus")


def test_recovery_codes_are_printed_whole_and_without_buttons(browse, colleague):
    page = browse()
    give_password(page, colleague)
    give_code(page, code_of(key_on(page)))
    assert len(codes_on(page)) == 10
    page.emulate_media(media="print")
    assert page.locator(".recovery-codes code").last.is_visible()
    assert not page.get_by_text("Ik heb ze bewaard").is_visible()


# Several processes


def log_in(site, name, password):
    """The status and the headers of the answer, over a connection and cookies of its own."""
    fields = {"username": name, "password": password}
    try:
        with send_form(new_browser(), f"{site.url}/beheer/login/", **fields) as page:
            return page.status, page.headers
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers


def test_all_processes_know_who_is_locked_out(site, colleague):
    assert log_in(site, colleague, PASSWORD)[0] == 200
    failures = [log_in(site, colleague, "fout")[0] for _ in range(5)]
    assert failures == [200] * 4 + [429]
    # Twelve times: with a count of its own, the other process would let some of them in.
    for _ in range(12):
        status, headers = log_in(site, colleague, PASSWORD)
        assert status == 429
        assert 0 < int(headers["Retry-After"]) <= 900
    assert log_in(site, f"{colleague}x", "fout")[0] == 200
