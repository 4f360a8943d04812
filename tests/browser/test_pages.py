"""Every public page, as a visitor's browser shows it."""

from itertools import pairwise

import html5lib
import pytest

from tests.browser.looks import overflows, small_targets, violations

ARTICLE = "/artikels/zwakke-bekkenbodem-symptomen/"
PAGES = [
    "/",
    "/behandelingen/",
    "/behandelingen/bekkenbodemkinesitherapie/",
    "/over-ons/",
    "/contact/",
    "/privacy/",
    "/toegankelijkheid/",
    "/artikels/",
    "/artikels/categorie/bekkenbodem-perinataal/",
    "/artikels/?q=bekkenbodem",
    "/artikels/?q=onvindbaar",
    "/artikels/?q=" + "x" * 300,
    ARTICLE,
    "/zelftest/bekkenbodem/",
    "/afspraak/bekkenbodemkinesitherapie/",
    "/bestaat-niet/",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visitor, path, scheme):
    page = visitor(color_scheme=scheme)
    page.goto(path)
    assert violations(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_valid_html(site, path):
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(site.get(path).body)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_overflows_sideways(visitor, path, width):
    page = visitor(width=width)
    page.goto(path)
    assert not overflows(page, width)


@pytest.mark.parametrize("path", PAGES)
def test_text_can_be_twice_as_large(visitor, path):
    page = visitor(width=640)
    page.goto(path)
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert not overflows(page, 640)


@pytest.mark.parametrize("path", PAGES)
def test_everything_to_press_is_large_enough(visitor, path):
    page = visitor(width=360)
    page.goto(path)
    assert small_targets(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_page_has_a_title_of_its_own_one_heading_and_landmarks(visitor, path):
    page = visitor(java_script_enabled=False)
    page.goto(path)
    assert "KineKracht" in page.title()
    assert page.locator("h1").count() == 1
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1
    levels = [int(tag[1]) for tag in page.locator("h1, h2, h3, h4").evaluate_all(
        "headings => headings.filter((h) => h.checkVisibility()).map((h) => h.tagName)"
    )]  # fmt: skip
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_titles_are_all_different(visitor):
    page = visitor()
    titles = {}
    for path in PAGES:
        page.goto(path)
        titles.setdefault(page.title(), []).append(path.partition("?")[0])
    assert {title: paths for title, paths in titles.items() if len(set(paths)) > 1} == {}


def test_the_keyboard_skips_to_the_content(visitor):
    page = visitor()
    page.goto(ARTICLE)
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1280, 400)])
@pytest.mark.parametrize("path", [ARTICLE, "/zelftest/bekkenbodem/"])
def test_nothing_that_has_the_focus_is_hidden(visitor, path, width, height):
    """Neither by the bar at the bottom of a telephone nor by anything that sticks."""
    page = visitor(width=width, height=height, reduced_motion="reduce")
    page.goto(path)
    covered = []
    for _ in range(60):
        page.keyboard.press("Tab")
        covered.append(
            page.evaluate(
                """async () => {
                  // What follows scrolling, such as the contents list, has had its turn.
                  for (let turn = 0; turn < 2; turn++) await new Promise(requestAnimationFrame);
                  const e = document.activeElement, box = e.getClientRects()[0];
                  const x = box.x + box.width / 2, y = box.y + box.height / 2;
                  const top = document.elementFromPoint(x, y);
                  const seen = top && (e.contains(top) || top.contains(e));
                  return seen || e === document.body ? null : e.outerHTML.slice(0, 120);
                }"""
            )
        )
    assert [html for html in covered if html] == []


def test_a_citation_leads_to_its_source_and_back(visitor):
    page = visitor()
    page.goto(ARTICLE)
    page.locator("a.citation").first.click()
    assert page.url.endswith("#bron-1")
    source = page.locator("#bron-1")
    assert source.is_visible()
    source.locator("a[href^='#bron-1-']").first.click()
    assert page.url.endswith("#bron-1-1")


def test_the_contents_list_leads_to_every_part(visitor):
    page = visitor()
    page.goto(ARTICLE)
    links = page.get_by_role("navigation", name="In dit artikel").get_by_role("link")
    targets = links.evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert "#symptoom-3" in targets
    for target in targets:
        assert page.locator(f"[id='{target[1:]}']").count() == 1


def test_frequent_questions_open_without_javascript_and_by_keyboard(visitor):
    page = visitor(java_script_enabled=False)
    page.goto(ARTICLE)
    question = page.locator("main details.faq").first
    answer = question.locator("p").first
    assert not answer.is_visible()
    question.locator("summary").focus()
    page.keyboard.press("Enter")
    assert answer.is_visible()


def test_paper_shows_the_sources_and_the_telephone_and_no_navigation(visitor):
    page = visitor()
    page.goto(ARTICLE)
    page.emulate_media(media="print")
    assert page.locator("#bron-14").is_visible()
    assert page.get_by_text("056 / 94 11 58").locator("visible=true").count() >= 1
    assert page.locator("header nav").locator("visible=true").count() == 0
    assert page.locator("main details.faq p").first.is_visible()


@pytest.mark.parametrize("path", PAGES)
def test_an_appointment_is_within_reach_of_the_thumb(visitor, path):
    page = visitor(width=360, height=740)
    page.goto(path)
    for name in ("056 / 94 11 58", "Afspraak maken"):
        links = page.get_by_role("link", name=name).locator("visible=true").all()
        boxes = [link.bounding_box() for link in links]
        assert any(box["y"] > 600 and box["y"] + box["height"] <= 740 for box in boxes)


def test_searching_works_without_javascript(visitor):
    page = visitor(java_script_enabled=False)
    page.goto("/artikels/")
    page.get_by_label("Zoek in de artikels").fill("bekkenbodem")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Zwakke bekkenbodem").first.click()
    assert page.url.endswith(ARTICLE)


def test_a_wrong_search_puts_the_error_first_and_the_focus_on_it(visitor):
    page = visitor()
    page.goto("/artikels/?q=" + "x" * 300)
    assert page.title().startswith("Fout: ")
    summary = page.get_by_role("alert")
    summary.get_by_role("link").click()
    assert page.locator(":focus").input_value() == "x" * 300


def test_the_first_view_of_an_article_weighs_at_most_60_kilobytes(visitor):
    page = visitor()
    sizes = []
    page.on("requestfinished", lambda request: sizes.append(weight(request)))
    page.goto(ARTICLE, wait_until="networkidle")
    assert len(sizes) >= 3
    assert sum(sizes) <= 60_000


def weight(request):
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def test_files_are_served_compressed_and_for_ever(site, visitor):
    page = visitor()
    page.goto("/")
    address = page.locator("link[rel=stylesheet]").get_attribute("href")
    response = site.get(address, **{"Accept-Encoding": "br"})
    assert response.headers["Content-Encoding"] == "br"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
