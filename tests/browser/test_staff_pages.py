"""Staff pages that show something only once patients and colleagues did something."""

import re

import pytest
from playwright.sync_api import expect

from kinekracht.staff_code import code_of
from tests.browser.conftest import log_in
from tests.browser.looks import overflows, small_targets, violations
from tests.browser.test_admin import violations_in_both_schemes, wrong_lines
from tests.browser.test_staff_login import PASSWORD, give_code, give_password, key_on
from tests.running_site import running_site

TIMES = "/afspraak/bekkenbodemkinesitherapie/"
TELEPHONE = "0470 12 34 56"
SIZES = (360, 768, 1280)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A site of its own, on which few requests are many; nobody is too fast for it."""
    var_dir = tmp_path_factory.mktemp("staff") / "var"
    with running_site(var_dir, FORM_MIN_SECONDS="0", REQUESTS_PER_DAY="4") as site:
        yield site


@pytest.fixture(scope="session")
def therapist(chromium_browser, site):
    """The cookies of a therapist who may do everything, whom three requests are for."""
    context = chromium_browser.new_context(
        base_url=site.url, locale="nl-BE", storage_state=log_in(chromium_browser, site)
    )
    page = context.new_page()
    page.goto("/beheer/auth/user/add/")
    page.locator("#id_username").fill("therapeut")
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    page.locator("[name=_save]").click()
    page.locator("#id_is_superuser").check()
    page.locator("[name=_save]").click()
    for _ in range(3):
        ask(page)
        ask_to_be_called(page)
    page.goto("/beheer/booking/appointment/")
    name = page.locator("#result_list .field-practitioner").first.inner_text()
    page.goto("/beheer/kinekracht/practitioner/")
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("#id_user").select_option(label="therapeut")
    page.locator("[name=_save]").click()
    page.wait_for_url("**/beheer/kinekracht/practitioner/")
    context.clear_cookies()
    give_password(page, "therapeut")
    give_code(page, code_of(key_on(page)))
    page.locator(".recovery-codes").wait_for()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(browse, therapist):
    return browse(storage_state=therapist, reduced_motion="reduce")


def ask(page):
    send_request(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Je aanvraag is binnen")


def send_request(page):
    page.goto(TIMES)
    page.locator(".moment:not(.now)").first.click()
    page.get_by_label("Je naam").fill("Mia Claes")
    page.get_by_label("E-mailadres").fill("mia@example.com")
    page.get_by_label("Ja, dit is mijn eerste keer").check()
    page.get_by_label("Nog niet").check()
    page.get_by_label("Waarover gaat het?").fill("Het been.")
    with page.expect_navigation():
        page.get_by_role("button", name="Vraag deze afspraak aan").click()


def ask_to_be_called(page):
    page.goto("/afspraak/terugbellen/")
    page.get_by_label("Je naam").fill("Jo")
    page.get_by_label("Telefoonnummer").fill(TELEPHONE)
    page.get_by_role("button", name="Bel me terug").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We bellen je terug")


# The pages


def start(page):
    page.goto("/beheer/")
    page.get_by_text(re.compile("Online aanvragen: (bijna )?vol")).wait_for()
    page.get_by_text("Derde aanvraag met dit telefoonnummer").first.wait_for()


def appointments(page):
    page.goto("/beheer/booking/appointment/")
    page.get_by_text("Derde aanvraag met dit").wait_for()


def appointment(page):
    appointments(page)
    page.locator("#result_list tr", has_text="Derde").get_by_role("link").first.click()
    page.locator(".case-note").wait_for()


def confided(page):
    appointment(page)
    page.locator("a[href$='/vertrouwelijk/']").click()
    page.get_by_role("heading", name="Alleen voor jou").wait_for()


def call_backs(page):
    page.goto("/beheer/booking/callback/")
    page.get_by_text("Derde aanvraag met dit").wait_for()


def call_back(page):
    call_backs(page)
    page.get_by_role("link", name=re.compile("Derde aanvraag")).click()
    page.get_by_role("button", name="Gebeld").wait_for()


def mails(page):
    page.goto("/beheer/post_office/email/")


def mail(page):
    mails(page)
    page.get_by_role("link", name="mia@example.com").first.click()
    page.locator(".mail-note").wait_for()


def person(page):
    page.goto("/beheer/persoon/")


def person_found(page):
    person(page)
    page.locator("input[type=tel], input[name=telephone]").first.fill(TELEPHONE)
    page.get_by_role("button", name="Zoek").click()
    page.get_by_role("heading", name="Dit bewaren we").wait_for()


def person_to_erase(page):
    person_found(page)
    page.get_by_role("button", name="Wissen …").click()
    page.locator("[name=certain]").first.wait_for()


def read_by_whom(page):
    confided(page)
    page.goto("/beheer/booking/auditentry/")
    page.get_by_text("gelezen", exact=True).first.wait_for()


def changes_of_rights(page):
    page.goto("/beheer/staff/rightschange/")
    page.get_by_text("account van de therapeut", exact=True).first.wait_for()


def change_of_rights(page):
    page.goto("/beheer/staff/rightschange/1/change/")
    page.get_by_role("heading", level=1).wait_for()


def colleague(page):
    page.goto("/beheer/auth/user/1/change/")
    page.get_by_role("button", name="Overal afmelden").wait_for()
    page.get_by_role("button", name="Tweede stap opnieuw laten instellen").wait_for()


PAGES = [
    start, appointments, appointment, confided, call_backs, call_back, mails, mail, person,
    person_found, person_to_erase, read_by_whom, changes_of_rights, change_of_rights, colleague,
]  # fmt: skip


@pytest.mark.parametrize("open_page", PAGES)
def test_the_page_is_for_all_eyes_and_says_je(page, open_page):
    open_page(page)
    looks_right(page)


def test_a_look_up_that_is_refused_is_for_all_eyes(page):
    assert page.goto("/beheer/booking/appointment/?key__startswith=a").status == 400
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    assert wrong_lines(page) == []


def test_the_page_that_says_to_call_is_for_all_eyes_and_fingers(browse, therapist):
    page = browse(reduced_motion="reduce")
    for _ in range(2):  # three others wait, and there is room for four
        send_request(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bel ons even")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        assert not overflows(page, width)
        assert small_targets(page) == []


def test_a_code_that_is_not_looked_at_is_said_to_all_eyes(browse, therapist):
    page = browse()
    give_password(page, "therapeut")
    for _ in range(4):  # after each wrong one, the wait is twice as long
        give_code(page, "000000")
        page.wait_for_load_state()
        if "moet je even wachten" in page.locator("#id_code_error").inner_text():
            break
    else:
        raise AssertionError("all of them were looked at")
    looks_right(page)


def test_the_account_is_gone_through_in_the_order_it_is_read(page):
    page.goto("/beheer/account/")
    page.locator("main a").first.focus()
    reached = [page.locator(":focus").inner_text()]
    while reached[-1] != "Overal afmelden":
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
        reached.append(focused.inner_text())
    assert reached == [
        "Kies een ander wachtwoord",
        "Stel een ander toestel in",
        "Maak nieuwe herstelcodes",
        "Stel dan eerst een ander toestel in",
        "Overal afmelden",
    ]


def looks_right(page):
    """For all eyes in both schemes, in Dutch, and within the window."""
    assert violations_in_both_schemes(page) == []
    assert wrong_lines(page) == []
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        assert not overflows(page, width)
