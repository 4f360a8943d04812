"""What staff do with appointments, page by page: for all eyes, in Dutch, and with few clicks."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from booking.slots import BRUSSELS
from tests.browser.looks import overflows, small_targets
from tests.browser.test_admin import violations_in_both_schemes, wrong_lines

# A Sunday: nobody works, and no other test looks there.
TODAY = dt.datetime.now(BRUSSELS).date()
SUNDAY = TODAY + dt.timedelta(days=202 - TODAY.weekday())
APPOINTMENT = re.compile(r"/beheer/booking/appointment/\d+/change/$")
SIZES = [1280, 768, 360]


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def page(staff, request):
    return staff(java_script_enabled=request.param)


def heading(page):
    return page.get_by_role("heading", level=1)


def press(page, name, role="button"):
    with page.expect_navigation():
        page.get_by_role(role, name=name, exact=True).first.click()


def fill_in(page, time, **more):
    """The form for an appointment on that Sunday."""
    page.goto(f"/beheer/booking/appointment/add/?dag={SUNDAY}")
    page.get_by_label("Uur:", exact=True).fill(time)
    page.get_by_label("Naam:", exact=True).fill(more.get("name", "Mia Claes"))
    page.get_by_label("Telefoon:", exact=True).fill("0470 12 34 56")
    press(page, "Zet in de agenda")


def enter(page, time, **more):
    """An appointment on that Sunday, whose page is open afterwards."""
    fill_in(page, time, **more)
    page.get_by_label("Toch doen").check()
    press(page, "Zet in de agenda")
    expect(page).to_have_url(APPOINTMENT)


@pytest.fixture(scope="module")
def times():
    """Each test takes an hour of that Sunday of its own."""
    return iter(f"{hour:02}:00" for hour in range(24))


def looks_right(page):
    """For all eyes, in both schemes and at all sizes, and in Dutch."""
    assert violations_in_both_schemes(page) == []
    assert wrong_lines(page) == []
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        assert not overflows(page, width)


def test_an_appointment_by_telephone_asks_before_it_breaks_a_rule(page, times):
    time = next(times)
    fill_in(page, time)
    expect(page.get_by_text("werkt dan niet.")).to_be_visible()
    assert page.get_by_label("Naam:", exact=True).input_value() == "Mia Claes"
    page.get_by_label("Toch doen").check()
    press(page, "Zet in de agenda")
    expect(page).to_have_url(APPOINTMENT)
    expect(page.get_by_text("laat het zelf weten op 0470 / 12 34 56")).to_be_visible()
    fill_in(page, time)
    expect(page.get_by_text("heeft dan al een afspraak")).to_be_visible()


def test_moving_goes_by_a_button_for_each_free_moment(page, times):
    enter(page, next(times))
    press(page, "Verplaats", "link")
    moment = page.locator(".moments button").last
    words = moment.inner_text()
    with page.expect_navigation():
        moment.click()
    expect(page.locator(".case h2")).to_contain_text(words.removesuffix(" uur"))
    press(page, "Annuleer", "link")
    press(page, "Annuleer deze afspraak")
    expect(page.locator(".case-state")).to_contain_text("Geannuleerd")


def test_a_proposal_is_accepted_on_the_telephone(page, times):
    enter(page, next(times))
    press(page, "Ander moment voorstellen", "link")
    page.get_by_label("Uitleg voor de patiënt").fill("Liever op een werkdag.")
    with page.expect_navigation():
        page.locator(".moments button").last.click()
    expect(page.locator(".case-state")).to_contain_text("Ander moment voorgesteld")
    press(page, "Patiënt is akkoord")
    expect(page.locator(".case-state")).to_contain_text("Bevestigd")
    press(page, "Annuleer", "link")
    press(page, "Annuleer deze afspraak")


def test_two_colleagues_can_not_both_act_on_what_they_saw(staff, times):
    first = staff()
    enter(first, next(times))
    second = staff()
    second.goto(first.url)
    for page in (first, second):
        press(page, "Annuleer", "link")
    press(first, "Annuleer deze afspraak")
    press(second, "Annuleer deze afspraak")
    expect(second.locator(".messagelist .error")).to_contain_text("Er is niets gewijzigd.")


def test_a_closure_names_who_comes_before_it_is_saved(page, times):
    enter(page, next(times), name="Komt Toch")
    page.goto("/beheer/booking/closure/add/")
    page.get_by_label("Eerste dag").fill(f"{SUNDAY}")
    page.get_by_label("Reden").fill("Brug")
    press(page, "Opslaan")
    expect(page.get_by_role("alert")).to_contain_text("Komt Toch")
    assert page.get_by_label("Reden").input_value() == "Brug"
    page.get_by_label("Toch bewaren").check()
    press(page, "Opslaan")
    expect(page.locator(".messagelist .warning")).to_contain_text("Nog te verplaatsen")
    page.goto(f"/beheer/agenda/?dag={SUNDAY}&namen=1")
    expect(page.get_by_text("praktijk gesloten: Brug").first).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Komt Toch")).first).to_be_visible()


def test_the_agenda_is_a_list_by_day_that_leads_everywhere(page, times):
    time = next(times)
    enter(page, time, name="Fons Buyse")
    visit = re.compile(rf"^{int(time[:2])}\.00–\S+ F\.B\. bevestigd$")
    page.goto("/beheer/")
    press(page, "Agenda", "link")
    expect(heading(page)).to_contain_text("Week")
    page.goto(f"/beheer/agenda/?week={SUNDAY:%G-W%V}")
    assert "Buyse" not in page.content()
    with page.expect_navigation():
        page.get_by_role("listitem").get_by_role("link", name=visit).click()
    expect(page).to_have_url(APPOINTMENT)
    press(page, "die dag in de agenda", "link")
    press(page, "Toon namen", "link")
    expect(page.get_by_role("link", name=re.compile("Fons Buyse")).first).to_be_visible()
    press(page, "Hele week", "link")
    press(page, "Volgende week →", "link")
    expect(page.get_by_role("link", name=re.compile("Fons Buyse"))).to_have_count(0)
    press(page, "Deze week", "link")
    press(page, "Per dag", "link")
    press(page, "Lijst om af te drukken", "link")
    expect(heading(page)).to_be_visible()


def test_the_agenda_lays_quarters_of_an_hour_where_the_clock_says(staff, times):
    page = staff()
    enter(page, next(times))
    page.goto(f"/beheer/agenda/?dag={SUNDAY}")
    boxes = page.evaluate(
        """() => {
          const axis = [...document.querySelectorAll(".axis li")];
          const top = (e) => e.getBoundingClientRect().top;
          const lines = axis.map((e) => [parseInt(e.innerText), top(e)]);
          const [[first, zero], [, one]] = lines;
          return [...document.querySelectorAll(".visit")].map((e) => [
            e.querySelector(".block-times").innerText,
            first + (top(e) - zero) / (one - zero),
            e.getBoundingClientRect().height / (one - zero)]);
        }"""
    )
    assert boxes
    for words, top, height in boxes:
        hour, minute = map(int, words.split("–")[0].split("."))
        shift = 0.12  # of the figures beside a line
        assert abs(top - (hour + minute / 60) - shift) < 0.1, words
        assert abs(height - 0.75) < 0.05, words


def test_what_is_printed_is_the_list_alone(staff, times):
    page = staff()
    enter(page, next(times), name="Zoë Raes")
    page.goto(f"/beheer/agenda/?dag={SUNDAY}&afdruk=1")
    page.emulate_media(media="print", color_scheme="light")
    printed = page.locator("body").inner_text()
    assert "Z.R." in printed
    for words in ("Raes", "Agenda", "Toon namen", "Afmelden", "Ctrl"):
        assert words not in printed


def test_every_step_is_for_all_eyes(staff, times):
    page = staff()
    page.goto(f"/beheer/booking/appointment/add/?dag={SUNDAY}")
    looks_right(page)
    fill_in(page, next(times), name="Noor")
    looks_right(page)
    page.get_by_label("Toch doen").check()
    press(page, "Zet in de agenda")
    here = page.url
    for name in ("", "Ander moment voorstellen", "Verplaats", "Annuleer"):
        page.goto(here)
        if name:
            press(page, name, "link")
        looks_right(page)
        assert [found for found in small_targets(page) if 'class="button' in found] == []
    page.goto("/beheer/booking/closure/add/")
    page.get_by_label("Eerste dag").fill(f"{SUNDAY}")
    press(page, "Opslaan")
    expect(page.get_by_role("alert")).to_contain_text("Noor")
    looks_right(page)
    page.goto(here)
    press(page, "Annuleer", "link")
    press(page, "Annuleer deze afspraak")
    press(page, "Verwijderen", "link")
    looks_right(page)


@pytest.mark.parametrize("view", ["week={:%G-W%V}", "dag={}", "dag={}&afdruk=1", "dag={}&namen=1"])
def test_the_agenda_is_for_all_eyes(staff, times, view):
    page = staff()
    page.goto(f"/beheer/agenda/?{view.format(SUNDAY)}")
    looks_right(page)
    assert [found for found in small_targets(page) if 'class="button' in found] == []


def test_the_next_day_is_one_key_away_from_the_last_one(staff):
    """Whoever has no mouse goes from link to link, in the order of the clock."""
    page = staff()
    page.goto(f"/beheer/agenda/?dag={SUNDAY}")
    page.get_by_role("link", name="Volgende dag →").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**dag=*")
    expect(heading(page)).to_contain_text("maandag")
