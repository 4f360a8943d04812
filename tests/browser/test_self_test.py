"""The self-test, taken as patients take it: with and without JavaScript, by mouse and by key."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looks import overflows, small_targets, violations

PATH = "/zelftest/bekkenbodem/"
QUESTIONS = 10


def answer(page, yes, *, leave_open=()):
    """Answer "ja" to the first ``yes`` questions and "nee" to the others."""
    for number in range(1, QUESTIONS + 1):
        if number not in leave_open:
            give(page, number, "Ja" if number <= yes else "Nee")


def give(page, number, label):
    question = page.locator("fieldset").nth(number - 1)
    question.get_by_label(label, exact=True).check()


def send(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Bekijk je resultaat").click()


def progress(page):
    """What the line below the questions says: it is made by the style sheet alone."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    texts = [
        node["name"]["value"] for node in tree["nodes"] if node["role"]["value"] == "StaticText"
    ]
    return re.search(r"\d+ van \d+ beantwoord", "".join(texts))[0]


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def page(visitor, request):
    page = visitor(java_script_enabled=request.param, reduced_motion="reduce")
    page.goto(PATH)
    return page


@pytest.mark.parametrize(
    ("yes", "heading", "advice"),
    [
        (0, "Je antwoordde geen enkele keer “ja”", "De test geeft geen duidelijk antwoord"),
        (1, "Je antwoordde 1 van de 10 keer “ja”", "De test geeft geen duidelijk antwoord"),
        (2, "Je antwoordde 2 van de 10 keer “ja”", "We raden je aan om een afspraak te maken"),
        (10, "Je antwoordde 10 van de 10 keer “ja”", "We raden je aan om een afspraak te maken"),
    ],
)
def test_the_test_is_taken(page, site, yes, heading, advice):
    answer(page, yes)
    assert progress(page) == "10 van 10 beantwoord"
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.get_by_role("heading", level=2).first).to_contain_text(advice)
    assert page.locator(".yes li").count() == yes
    assert page.url == site.url + PATH
    page.get_by_role("link", name="Begin opnieuw").click()
    assert page.locator(":checked").count() == 0


def test_open_questions_are_pointed_out_and_the_others_kept(page):
    answer(page, 3, leave_open=(4, 10))
    send(page)
    assert page.title().startswith("Fout: ")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert [link.inner_text() for link in summary.get_by_role("link").all()] == [
        "Vraag 4: kies ja of nee.",
        "Vraag 10: kies ja, nee of niet van toepassing.",
    ]
    assert progress(page) == "8 van 10 beantwoord"
    for number, label in [(1, "Ja"), (3, "Ja"), (5, "Nee"), (9, "Nee")]:
        question = page.locator("fieldset").nth(number - 1)
        expect(question.get_by_label(label, exact=True)).to_be_checked()
    summary.get_by_role("link").first.click()
    page.keyboard.press("Space")
    give(page, 10, "Niet van toepassing")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Je antwoordde 4 van de 10 keer “ja”")


def test_an_error_is_tied_to_its_question_for_who_listens(page):
    send(page)
    for number in range(1, QUESTIONS + 1):
        question = page.locator("fieldset").nth(number - 1)
        (error,) = question.locator(".error").all()
        assert error.get_attribute("id") in question.get_attribute("aria-describedby").split()


def test_the_keyboard_is_enough(page):
    first = page.locator("fieldset input").first
    for _ in range(40):
        page.keyboard.press("Tab")
        if first.evaluate("input => input === document.activeElement"):
            break
    for number in range(1, QUESTIONS + 1):
        page.keyboard.press("Space")
        if number > 2:
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
    assert progress(page) == "10 van 10 beantwoord"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Je antwoordde 2 van de 10 keer “ja”")


def test_a_symptom_link_leads_to_the_symptom_and_leaves_the_result(page):
    answer(page, 4)
    send(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Heel vaak naar het toilet").last.click()
    symptom = opened.value.locator("#symptoom-7")
    expect(symptom.get_by_role("heading")).to_contain_text("Heel vaak naar het toilet")
    expect(symptom.get_by_role("heading")).to_be_in_viewport()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Je antwoordde 4")


def test_on_paper_stand_the_test_the_date_every_answer_and_the_practice(page):
    answer(page, 2)
    send(page)
    page.emulate_media(media="print")
    paper = page.locator("body").inner_text()
    assert re.search(r"Zelftest bekkenbodem, ingevuld op \d{1,2} [a-z]+ 20\d\d", paper)
    given = page.locator(".answers ol li")
    assert given.count() == QUESTIONS
    assert [item.inner_text().rpartition("? ")[2] for item in given.all()] == (
        ["Ja."] * 2 + ["Nee."] * 8
    )
    for item in given.all():
        assert item.bounding_box()["height"] > 0
    for shown in ("KineKracht", "Hoogmolenstraat 13", "056 / 94 11 58", "112", "afspraak te maken"):
        assert shown in paper
    for hidden in ("Begin opnieuw", "Bewaren of weggaan", "Afspraak maken"):
        assert hidden not in paper
    assert page.pdf().count(b"/Type /Page\n") <= 2


def test_an_empty_test_can_be_filled_in_on_paper(page):
    page.emulate_media(media="print")
    for number in range(QUESTIONS):
        assert page.locator("fieldset").nth(number).get_by_text("Nee", exact=True).is_visible()
    assert not page.get_by_role("button", name="Bekijk je resultaat").is_visible()


@pytest.fixture(params=["error", "below", "from"])
def answered(request):
    """Sends answers that lead to this page."""

    def answer_and_send(page):
        page.goto(PATH)
        if request.param != "error":
            answer(page, {"below": 1, "from": 10}[request.param])
        send(page)
        return page

    return answer_and_send


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_error_and_result(visitor, answered, scheme):
    assert violations(answered(visitor(color_scheme=scheme))) == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_error_and_result_fit_their_window(visitor, answered, width):
    page = answered(visitor(width=width))
    assert not overflows(page, width)
    assert small_targets(page) == []


def test_error_and_result_can_be_read_twice_as_large(visitor, answered):
    page = answered(visitor(width=640))
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert not overflows(page, 640)


@pytest.mark.parametrize("width", [320, 360])
def test_with_large_letters_no_question_runs_out_of_a_small_window(visitor, width):
    """What ``main`` cuts off makes the page no wider, so each part is measured."""
    page = visitor(width=width)
    page.goto(PATH)
    send(page)
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    outside = page.locator(".questions :not(.visually-hidden)").evaluate_all(
        """(parts, width) => parts
            .filter((part) => part.getBoundingClientRect().right > width)
            .map((part) => part.outerHTML.slice(0, 80))""",
        width,
    )
    assert outside == []


def test_a_link_from_the_errors_shows_the_question_too(visitor):
    page = visitor(width=1280, height=700, reduced_motion="reduce")
    page.goto(PATH)
    send(page)
    for number, link in enumerate(page.locator(".error-summary a").all()):
        link.click()
        expect(page.locator("legend").nth(number)).to_be_in_viewport(ratio=1)


def test_nothing_is_called_wrong_before_it_was_touched(page):
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    radios = [node for node in tree["nodes"] if node["role"]["value"] == "radio"]
    assert len(radios) == 21
    for radio in radios:
        properties = {p["name"]: p["value"].get("value") for p in radio["properties"]}
        assert properties.get("invalid", "false") == "false"
