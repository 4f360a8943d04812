"""Asking for an appointment, as patients do: with and without JavaScript, up to the mail."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests import chromium
from tests.browser.conftest import log_in
from tests.browser.looks import overflows, small_targets, violations
from tests.running_site import running_site
from tests.smtp_server import calendar_of, smtp_server, words_of

TIMES = "/afspraak/bekkenbodemkinesitherapie/"
ARTICLE = "/artikels/zwakke-bekkenbodem-symptomen/"
SELF_TEST = "/zelftest/bekkenbodem/"
PROBLEM = "CANARY-KLACHT"


@pytest.fixture(scope="session")
def mailbox():
    with smtp_server() as server:
        yield server


@pytest.fixture(scope="session")
def site(tmp_path_factory, mailbox):
    """A site of its own, that sends its mail; nobody is too fast for it, or asks too much."""
    with running_site(
        tmp_path_factory.mktemp("booking") / "var",
        EMAIL_URL=mailbox.url,
        FORM_MIN_SECONDS="0",
        REQUESTS_PER_ADDRESS="0",
        REQUESTS_PER_DAY="0",
        OPEN_REQUESTS_PER_PERSON="1000",
    ) as site:
        yield site


@pytest.fixture(scope="session")
def staff_state(chromium_browser, site):
    """The login of this site, not of the one that other files share."""
    return log_in(chromium_browser, site)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def page(browse, request):
    return browse(java_script_enabled=request.param, reduced_motion="reduce")


def follow(page, role, name):
    """Press something that leads to another page."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).first.click()


def heading(page):
    return page.get_by_role("heading", level=1)


def choose(page, number=0):
    """Take a free moment of the page; which one, in words."""
    moment = page.locator(".moment:not(.now)").nth(number)
    words = " ".join(moment.inner_text().split())
    with page.expect_navigation():
        moment.click()
    return words


def fill_in(page, email, **more):
    page.get_by_label("Je naam").fill(more.get("name", "Mia Claes"))
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Ja, dit is mijn eerste keer").check()
    page.get_by_label("Nog niet").check()
    page.get_by_label("Waarover gaat het?").fill(PROBLEM)


def send(page):
    follow(page, "button", "Vraag deze afspraak aan")


def ask(page, email, number=0):
    """Ask for a free moment; the page of the request is open afterwards."""
    page.goto(TIMES)
    choose(page, number)
    fill_in(page, email)
    send(page)
    expect(heading(page)).to_have_text("Je aanvraag is binnen")


def mails_to(mailbox, address, count):
    """The mails to an address, when so many of them have come."""
    with mailbox._changed:  # noqa: SLF001
        came = mailbox._changed.wait_for(  # noqa: SLF001
            lambda: sum(address in mail.recipients for mail in mailbox.mails) >= count, 60
        )
    assert came, f"{address} got {[m['Subject'] for m in mailbox.mails if address in m.recipients]}"
    return [mail for mail in mailbox.mails if address in mail.recipients]


def confirm_as_staff(staff, name):
    """From the admin's start page: open the request, and confirm it."""
    page = staff()
    page.goto("/beheer/")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile(name)).first.click()
    follow(page, "button", "Bevestig")
    return page


# The whole way


def test_from_the_article_to_a_confirmed_appointment_in_the_calendar(page, staff, mailbox, request):
    name = f"Lezer {'Met' if 'with ' in request.node.name else 'Zonder'}"
    email = f"{name.replace(' ', '.').lower()}@example.com"
    page.goto(ARTICLE)
    follow(page, "link", "Afspraak maken")
    time = choose(page)
    fill_in(page, email, name=name)
    send(page)
    personal = page.url
    expect(heading(page)).to_have_text("Je aanvraag is binnen")
    assert PROBLEM not in page.content()
    confirm_as_staff(staff, name)
    received, confirmed = mails_to(mailbox, email, 2)
    assert personal in words_of(received)[0]
    assert calendar_of(received) is None
    assert re.fullmatch(r"Je afspraak op \w+ \d+ \w+, \d+\.\d\d uur", confirmed["Subject"])
    assert time.split(", ")[-1].removesuffix(" uur") in confirmed["Subject"]
    assert b"METHOD:REQUEST" in calendar_of(confirmed)
    assert PROBLEM.encode() not in received.content + confirmed.content
    page.goto(personal)
    expect(heading(page)).to_have_text("Je afspraak staat vast")
    with page.expect_download() as download:
        page.get_by_role("link", name="Zet de afspraak in je agenda").first.click()
    assert download.value.suggested_filename == "afspraak.ics"


def test_from_the_self_test_with_its_answers(page, staff):
    page.goto(SELF_TEST)
    questions = page.locator("fieldset")
    for number in range(questions.count()):
        questions.nth(number).locator("input").nth(0 if number < 3 else 1).check()
    follow(page, "button", "Bekijk je resultaat")
    page.get_by_label("Ja, stuur mijn antwoorden mee met mijn aanvraag").check()
    follow(page, "button", "Ga verder met je aanvraag")
    expect(heading(page)).to_have_text("Kies een moment")
    follow(page, "button", "Later")
    choose(page)
    assert "3 van 10" in page.get_by_label("Deze tekst sturen we dan mee").input_value()
    assert "zelftest=" not in page.url
    agree = page.get_by_label("Ja, stuur de antwoorden van mijn zelftest mee")
    expect(agree).not_to_be_checked()
    agree.check()
    fill_in(page, "zelftest@example.com")
    send(page)
    expect(heading(page)).to_have_text("Je aanvraag is binnen")
    follow(page, "link", "Wis alleen je zelftest")
    follow(page, "button", "Ja, wis mijn zelftest")
    expect(page.get_by_role("link", name="Wis alleen je zelftest")).to_have_count(0)


# Changing one's mind


def test_moving_and_cancelling_and_erasing(page):
    ask(page, "wisselen@example.com")
    before = page.locator(".facts dd").first.inner_text()
    personal = page.url
    follow(page, "link", "Verplaats je afspraak")
    expect(page.locator(".now")).to_have_count(1)
    choose(page, 2)
    follow(page, "button", "Ja, verplaats mijn afspraak")
    assert page.url == personal
    assert page.locator(".facts dd").first.inner_text() != before
    follow(page, "link", "Annuleer je afspraak")
    follow(page, "link", "Ga terug")
    follow(page, "link", "Annuleer je afspraak")
    follow(page, "button", "Ja, annuleer mijn afspraak")
    expect(heading(page)).to_have_text("Je afspraak is geannuleerd")
    follow(page, "link", "Wis al je gegevens")
    follow(page, "button", "Ja, wis alles")
    expect(heading(page)).to_have_text("Alles is gewist")
    page.goto(personal)
    expect(heading(page)).not_to_have_text("Je afspraak is geannuleerd")


@pytest.fixture
def page_to_go_back_from(chromium_browser, site):
    """In a browser that keeps pages to go back to, as everybody's does; Playwright's does not."""
    browser = chromium_browser.browser_type.launch(
        executable_path=chromium.find(),
        args=["--no-sandbox"] if os.geteuid() == 0 else [],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser.new_context(base_url=site.url, locale="nl-BE").new_page()
    browser.close()


def test_going_back_and_sending_again_is_the_same_appointment(page_to_go_back_from):
    page = page_to_go_back_from
    ask(page, "terug@example.com")
    first = page.url
    page.evaluate("history.back()")
    expect(heading(page)).to_have_text("Vraag deze afspraak aan")
    expect(page.get_by_label("Je naam")).to_have_value("Mia Claes")
    page.get_by_role("button", name="Vraag deze afspraak aan").click()
    expect(heading(page)).to_have_text("Je aanvraag is binnen")
    assert page.url == first


def test_a_moment_that_goes_while_somebody_types(page, browse):
    page.goto(TIMES)
    choose(page)
    fill_in(page, "te.laat@example.com")
    other = browse()
    other.goto(page.url)
    fill_in(other, "eerder@example.com")
    send(other)
    send(page)
    expect(heading(page)).to_have_text("Dit moment is niet meer vrij")
    choose(page)
    expect(heading(page)).to_have_text("Je aanvraag is binnen")
    assert "te.laat@example.com" in page.locator(".facts").inner_text()


# Being called


def ask_to_be_called(page):
    page.goto(TIMES)
    follow(page, "link", "Laat je terugbellen")
    page.get_by_label("Je naam").fill("Jo")
    page.get_by_label("Telefoonnummer").fill("0470 12 34 56")
    page.get_by_label("Voormiddag").check()
    follow(page, "button", "Bel me terug")


def test_asking_to_be_called(page):
    ask_to_be_called(page)
    expect(heading(page)).to_have_text("We bellen je terug")
    expect(page.locator(".facts")).to_contain_text("Voormiddag")


# Mistakes


def test_mistakes_are_summed_up_with_the_focus_and_lead_to_their_fields(page):
    page.goto(TIMES)
    choose(page)
    send(page)
    assert page.title().startswith("Fout: ")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    for link in summary.get_by_role("link").all():
        link.click()
        focused = page.locator(":focus")
        assert focused.get_attribute("id") == link.get_attribute("href").removeprefix("#")
        assert focused.get_attribute("aria-invalid") == "true"


def test_the_trap_is_out_of_sight_and_out_of_the_way_of_the_keyboard(page):
    page.goto(TIMES)
    choose(page)
    trap = page.get_by_label("Laat dit veld leeg")
    expect(trap).not_to_be_in_viewport()
    assert trap.get_attribute("tabindex") == "-1"


# How it looks


def form(page):
    page.goto(TIMES)
    choose(page)


def mistakes(page):
    form(page)
    send(page)


def late_referral(page):
    form(page)
    page.get_by_label("Ja, ik heb er een").check()
    page.get_by_label("Datum van het voorschrift").fill("2020-01-01")
    send(page)


def taken(page):
    page.goto(f"{TIMES}2020-01-01-0900/")


def request_sent(page):
    ask(page, "kijken@example.com", 3)


def moving(page):
    request_sent(page)
    follow(page, "link", "Verplaats je afspraak")


def cancelling(page):
    request_sent(page)
    follow(page, "link", "Annuleer je afspraak")


def cancelled(page):
    cancelling(page)
    follow(page, "button", "Ja, annuleer mijn afspraak")


def call_back(page):
    page.goto("/afspraak/terugbellen/")


def with_answers(page):
    page.goto("/")
    address = page.url.rstrip("/") + TIMES
    page.set_content(
        f'<form method="post" action="{address}"><input name="agreed" value="1">'
        '<textarea name="self_test">Vraag 1: ja</textarea><button>Stuur</button></form>'
    )
    follow(page, "button", "Stuur")


def form_with_answers(page):
    with_answers(page)
    choose(page)


LOOKS = [form, mistakes, late_referral, taken, request_sent, moving, cancelling, cancelled,
         call_back, ask_to_be_called, with_answers, form_with_answers]  # fmt: skip


@pytest.mark.parametrize("open_page", LOOKS)
def test_every_page_looks_right(browse, open_page):
    """In both schemes, in every width, and with letters twice as large."""
    page = browse(reduced_motion="reduce")
    open_page(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert not overflows(page, width)
        assert small_targets(page) == []
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert not overflows(page, 640)
