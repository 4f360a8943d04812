"""Every page of the admin: in Dutch that says *je*, for all eyes, and with nothing hidden."""

import re

import pytest
from PIL import Image

from tests.browser.looks import violations

FORMS = [
    "articles/article",
    "articles/category",
    "articles/reference",
    "auth/group",
    "auth/user",
    "booking/calendarfeed",
    "booking/closure",
    "booking/workinghours",
    "kinekracht/practitioner",
    "kinekracht/treatment",
    "redirects/redirect",
    "selftest/questionnaire",
]
PAGES = [
    "",
    "articles/",
    "auth/",
    "booking/",
    "kinekracht/",
    "post_office/",
    "redirects/",
    "selftest/",
    "account/",
    "account/herstelcodes/",
    "account/toestel/",
    "password_change/",
    "kinekracht/practice/1/change/",
    "kinekracht/practice/1/history/",
    "agenda/",
    "agenda/?dag=2026-12-01",
    "agenda/?dag=2026-12-01&afdruk=1",
    "booking/appointment/",
    "booking/appointment/add/",
    "booking/callback/",
    "post_office/email/",
    "articles/article/recover/",
    "articles/article/1/history/1/1/",
    *(f"{form}/" for form in FORMS),
    *(f"{form}/add/" for form in FORMS),
    *(f"{form}/1/{page}/" for form in FORMS for page in ("change", "delete", "history")),
]
WRONG_WORDS = re.compile(
    r"\b(u|uw|add|all|available|bold|can|cancel|change|choose|chosen|clear|close|currently|delete"
    r"|error|false|heading|hide|history|home|italic|link to|log in|log out|move|must|no|none|now"
    r"|ordering|password|please|region|remove|save|search|select|selected|show|the|this|today|true"
    r"|user|view|yes|you|your)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module", autouse=True)
def _something_in_every_list(site, chromium_browser, staff_state):
    """A fresh site has no group, no old address, and nobody who is away or follows along."""
    context = chromium_browser.new_context(base_url=site.url, storage_state=staff_state)
    page = context.new_page()
    for form, fields in {
        "auth/group": {"name": "Onthaal"},
        "booking/closure": {"first_day": "2020-01-02", "reason": "Lang geleden"},
        "redirects/redirect": {"old_path": "/oud/", "new_path": "/"},
    }.items():
        page.goto(f"/beheer/{form}/add/")
        for name, value in fields.items():
            page.locator(f"[name={name}]").fill(value)
        page.locator("[name=_save]").click()
        page.get_by_text("is toegevoegd").wait_for()
    page.goto("/beheer/booking/calendarfeed/add/")
    page.locator("[name=practitioner]").select_option(index=1)
    page.locator("[name=_save]").click()
    page.get_by_text("is toegevoegd").wait_for()
    context.close()


def visit(page, path):
    response = page.goto(f"/beheer/{path}")
    assert response.status == 200
    # The admin answers what it can't find with its start page.
    assert response.url.endswith(f"/beheer/{path}")
    page.wait_for_function(
        """[...document.querySelectorAll(".prose-editor:has([contenteditable])")]
             .every((editor) => editor.querySelector(".prose-menubar"))"""
    )


def words_on(page):
    """All a person may see or hear, but for what the practice wrote itself."""
    return page.evaluate(
        """() => {
          // What Django names its permissions is stored in the database, in English.
          document.querySelectorAll("select[id*=permissions] option").forEach((e) => e.remove());
          // Sources are English.
          document.querySelectorAll(".citations li, .field-journal").forEach((e) => e.remove());
          document.querySelectorAll("details").forEach((e) => (e.open = true));
          const named = [...document.querySelectorAll("*")].flatMap((e) =>
            ["placeholder", "title", "aria-label", "alt"].map((name) => e.getAttribute(name)));
          const buttons = [...document.querySelectorAll("[type=submit]")].map((e) => e.value);
          return [document.title, document.body.innerText, ...named, ...buttons]
            .filter(Boolean).join("\\n").split("\\n");
        }"""
    )


def wrong_lines(page):
    return [line for line in words_on(page) if WRONG_WORDS.search(line)]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_every_word_is_dutch_that_says_je(staff, path):
    page = staff()
    visit(page, path)
    assert violations_in_both_schemes(page) == []
    assert wrong_lines(page) == []


@pytest.mark.parametrize("form", FORMS)
def test_errors_are_in_dutch_that_says_je(staff, form):
    page = staff()
    visit(page, f"{form}/add/")
    page.locator("[name=_save]").click()
    page.locator(".errornote").wait_for()
    assert wrong_lines(page) == []


def test_a_wrong_old_password_is_said_in_dutch_that_says_je(staff):
    page = staff()
    visit(page, "password_change/")
    page.locator("#id_old_password").fill("x")
    page.locator("#id_new_password1").fill("1234")
    page.locator("#id_new_password2").fill("1234")
    page.locator("[type=submit]").last.click()
    page.locator(".errornote").wait_for()
    assert "Je oude wachtwoord klopt niet" in page.inner_text("body")
    assert wrong_lines(page) == []


def test_axe_finds_nothing_on_the_login_page(page):
    visit(page, "login/")
    assert violations_in_both_schemes(page) == []
    assert wrong_lines(page) == []


def violations_in_both_schemes(page):
    """What axe finds, in light and in dark."""
    # Half-way from one colour to the next there is no contrast, and until its font is there an
    # icon is a word.
    page.evaluate(
        """async () => {
          const still = new CSSStyleSheet();
          still.replaceSync("*, ::before, ::after { transition: none !important }");
          document.adoptedStyleSheets = [still];
          await Promise.all([...document.fonts].map((font) => font.load()));
        }"""
    )
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [(scheme, *violation) for violation in violations(page)]
    return found


def test_an_editor_in_a_new_block_has_the_name_of_its_field(staff):
    page = staff()
    visit(page, "articles/article/add/")
    page.locator(".order-machine-insert-target.last").click()
    page.locator(".plugin-button").get_by_text("Symptoom").click()
    page.get_by_role("textbox", name="Uitleg").and_(page.locator(".ProseMirror")).wait_for()
    assert violations_in_both_schemes(page) == []


def test_a_wrong_date_in_a_folded_section_is_shown(staff):
    page = staff()
    visit(page, "articles/article/1/change/")
    page.get_by_role("heading", name="Wie en wanneer").click()
    page.locator("#id_updated_on").fill("99-99-2026")
    page.locator("[name=_continue]").click()
    page.locator(".errornote").wait_for()
    assert page.locator("#id_updated_on").is_visible()
    assert page.locator(".errorlist").first.is_visible()


def test_the_buttons_to_save_stay_inside_the_window(staff):
    page = staff(height=800)
    visit(page, "articles/article/1/change/")
    box = page.locator("[name=_save]").bounding_box()
    assert box["y"] + box["height"] <= 800


def test_no_field_in_a_row_cuts_its_content(staff):
    page = staff()
    visit(page, "kinekracht/treatment/1/change/")
    name = page.locator("#id_name")
    assert name.evaluate("field => field.scrollWidth <= field.clientWidth")


def test_a_picture_is_shown_and_not_named(staff, tmp_path):
    file = tmp_path / "golven.png"
    Image.new("RGB", (1200, 800), "seagreen").save(file)
    page = staff()
    visit(page, "articles/article/add/")
    page.locator("#id_title").fill("Een concept met een beeld")
    page.locator("#id_lead").fill("Om naar te kijken.")
    page.locator("#id_category").select_option(index=1)
    heading = page.get_by_role("heading", name="Beeld bovenaan")
    heading.click()
    page.locator("#id_hero").set_input_files(file)
    page.locator("#id_hero_alt").fill("Groen.")
    page.locator("[name=_continue]").click()
    page.get_by_text("is toegevoegd").wait_for()
    heading.click()
    page.get_by_role("img", name="Het huidige beeld").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.field-hero img').naturalWidth > 0")
    assert "pictures/" not in page.locator(".field-hero").inner_text()


def test_a_source_goes_only_where_it_can_be_cited(staff):
    page = staff()
    visit(page, "articles/article/1/change/")
    lead = page.locator("#id_lead")
    before = lead.input_value()
    lead.click()
    page.locator(".citations summary").click()
    page.get_by_role("button", name="[@Wallace]").click()
    assert page.get_by_role("status").inner_text() == "In dit veld kan geen bron staan."
    assert lead.input_value() == before
