import io

import pytest
from PIL import Image

from articles.social_card import SIZE, draw, fit


def test_the_card_is_a_png_of_the_size_that_sites_ask_for():
    image = Image.open(io.BytesIO(draw("Zwakke bekkenbodem: tien symptomen", "KineKracht")))
    assert (image.format, image.size) == ("PNG", SIZE)


def test_two_titles_make_two_cards():
    assert draw("Eén", "KineKracht") != draw("Twee", "KineKracht")


def test_a_long_title_is_smaller_and_still_whole():
    long = (
        "Waarom een zwakke bekkenbodem na een bevalling niet vanzelf overgaat, "
        "wat je zelf kunt doen en wanneer je hulp zoekt"
    )
    font, lines = fit(long)
    assert font.size < fit("Kort")[0].size
    assert " ".join(lines) == long


@pytest.mark.parametrize("title", ["woord " * 200, "x" * 400, "Ünïcode — 日本", ""])
def test_any_title_gives_a_card(title):
    assert draw(title, "KineKracht").startswith(b"\x89PNG")
