import pytest

from articles.headings import Outline


def test_headings_of_level_two_make_the_contents_list():
    outline = Outline()
    html = outline.anchor_headings("<h2>Wanneer hulp?</h2><p>x</p><h3>Nu en dan</h3>")
    assert html == (
        '<h2 id="wanneer-hulp">Wanneer hulp?</h2><p>x</p><h3 id="nu-en-dan">Nu en dan</h3>'
    )
    assert [(entry.anchor, entry.text) for entry in outline.entries] == [
        ("wanneer-hulp", "Wanneer hulp?")
    ]


def test_equal_headings_get_different_anchors():
    outline = Outline()
    html = "".join(outline.anchor_headings(h) for h in ["<h2>Elke dag</h2>", "<h3>Elke dag</h3>"])
    assert 'id="elke-dag"' in html
    assert 'id="elke-dag-2"' in html


def test_a_heading_never_takes_an_anchor_of_the_page_itself():
    html = Outline().anchor_headings("<h2>Bronnen</h2><h2>Symptoom 3</h2><h2>Bron 1-1</h2>")
    assert 'id="deel-bronnen"' in html
    assert 'id="deel-symptoom-3"' in html
    assert 'id="deel-bron-1-1"' in html


def test_a_heading_is_listed_in_plain_words():
    outline = Outline()
    outline.anchor_headings("<h2>Druk &amp; <em>spanning</em> [@Mou]</h2>")
    assert outline.entries[0].text == "Druk & spanning"


@pytest.mark.parametrize("html", ["", "<br>", " ", "[@Mou]"])
def test_an_empty_heading_is_no_heading(html):
    outline = Outline()
    assert outline.anchor_headings(f"<h2>{html}</h2>") == f"<p>{html}</p>"
    assert outline.entries == []


def test_a_heading_without_letters_still_has_an_anchor():
    assert 'id="deel-tekst"' in Outline().anchor_headings("<h2>…</h2>")


def test_symptoms_stand_below_the_heading_before_them():
    outline = Outline()
    outline.anchor_headings("<h2>De symptomen</h2>")
    outline.add_below("Urineverlies", anchor="symptoom-1")
    (entry,) = outline.entries
    assert [child.anchor for child in entry.children] == ["symptoom-1"]


def test_symptoms_without_a_heading_are_listed_themselves():
    outline = Outline()
    outline.add_below("Urineverlies", anchor="symptoom-1")
    outline.add_below("Drang", anchor="symptoom-2")
    assert [entry.anchor for entry in outline.entries] == ["symptoom-1", "symptoom-2"]


def test_a_heading_with_markup_in_it_is_whole():
    outline = Outline()
    html = "<h2>a <a href=\"/hx/\" title='x > y'>b</a><br>c</h2><h3>d</h3><hr><h2>e</h2>"
    assert outline.anchor_headings(html).count(" id=") == 3
    assert [entry.text for entry in outline.entries] == ["a bc", "e"]


def test_many_equal_headings_each_get_the_next_number():
    html = Outline().anchor_headings("<h2>Vraag</h2><h2>Vraag 2</h2>" + "<h2>Vraag</h2>" * 2)
    anchors = [part.partition('"')[0] for part in html.split('id="')[1:]]
    assert anchors == ["deel-vraag", "vraag-2", "deel-vraag-2", "deel-vraag-3"]
