import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.references import (
    Citations,
    citation_errors,
    fold,
    keys_in,
    without_citations,
)

KNOWN = ["Wallace", "Mou", "Hagen", "Peinado-Molina"]


def test_keys_are_read_in_order_whatever_their_capitals():
    assert keys_in("a [@Mou; @HAGEN] b [@wallace] c [@Mou]") == ["mou", "hagen", "wallace", "mou"]


@pytest.mark.parametrize("text", ["", "geen", "[sic]", "mail@voorbeeld.be", "[1]", "[ @Mou]"])
def test_text_without_a_citation_has_no_keys(text):
    assert keys_in(text) == []


def test_sources_are_numbered_by_first_appearance():
    citations = Citations.of(["b [@Mou]", "a [@Wallace] en [@Mou; @Hagen]"], known=KNOWN)
    assert citations.numbers == {"mou": 1, "wallace": 2, "hagen": 3}


def test_a_citation_becomes_a_link_that_the_list_can_lead_back_to():
    citations = Citations.of(["Zo is het [@Mou].", "En zo [@Mou]."], known=KNOWN)
    html = citations.link("Zo is het [@Mou].") + citations.link("En zo [@Mou].")
    assert html.startswith('Zo is het<sup><a id="bron-1-1" href="#bron-1"')
    assert 'id="bron-1-2"' in html
    assert citations.places == {"mou": ["bron-1-1", "bron-1-2"]}


def test_two_sources_stand_in_one_superscript():
    html = Citations.of(["[@Mou; @Hagen]"], known=KNOWN).link("x [@Mou; @Hagen].")
    assert html.count("<sup>") == 1
    assert re.findall(r'href="#bron-(\d)"', html) == ["1", "2"]


def test_tags_are_left_alone():
    html = '<p><a href="https://x.be/?a=[@Mou]" title="1 > 0 [@Mou]">x</a></p>'
    assert Citations.of([html], known=KNOWN).link(html) == html


def test_an_unknown_source_leaves_no_trace_for_readers():
    assert Citations.of(["x [@Niemand]."], known=KNOWN).link("x [@Niemand].") == "x."


def test_a_key_with_an_ampersand_survives_html():
    citations = Citations.of(["x [@A &amp; B]"], known=["A & B"])
    assert 'href="#bron-1"' in citations.link("x [@A &amp; B]")


def test_words_are_read_without_their_citations():
    assert without_citations("Zo is het [@Mou; @Hagen].") == "Zo is het."


def test_an_unknown_citation_is_reported_with_its_words_and_a_likely_key():
    errors = citation_errors(
        "<p>Training helpt de meeste <strong>vrouwen</strong> [@Walace].</p>", known=KNOWN
    )
    assert errors == [
        (
            "De bron [@Walace] bestaat niet, bij “Training helpt de meeste vrouwen [@Walace]”. "
            "Bedoel je [@Wallace]?"
        )
    ]


def test_an_empty_citation_is_unknown():
    assert citation_errors("x [@]", known=KNOWN) == ["De bron [@] bestaat niet, bij “x [@]”."]


def test_known_citations_are_not_reported():
    assert citation_errors("x [@mou; @Hagen] y [@peinado-molina]", known=KNOWN) == []


@pytest.mark.parametrize(
    "html",
    ["<p>Zo [@Wal<strong>lace</strong>].</p>", "<p>[@<em>Mou</em>]</p>", "x [@Mou.", "x [@Mou [@"],
)
def test_a_citation_that_cannot_be_read_is_refused(html):
    (error,) = citation_errors(html, known=KNOWN)
    assert "niet af" in error


def test_less_and_more_in_plain_text_hide_no_citation():
    (error,) = citation_errors("minder &lt; 5 [@Nergens] of &gt; 3", known=KNOWN)
    assert "minder < 5 [@Nergens]" in error


def test_spaces_of_all_kinds_are_one_in_a_key():
    assert citation_errors("x [@de&nbsp;Boer]", known=["de Boer"]) == []
    assert 'href="#bron-1"' in Citations.of(["[@de&nbsp;Boer]"], known=["de Boer"]).link(
        "x [@de&nbsp;Boer]"
    )


def test_a_citation_inside_a_link_comes_after_it():
    html = '<p><a href="https://x.be">zie [@Mou] hier</a> dus</p>'
    linked = Citations.of([html], known=KNOWN).link(html)
    assert linked.startswith('<p><a href="https://x.be">zie hier</a><sup><a id="bron-1-1"')
    assert linked.endswith("</sup> dus</p>")


@given(st.lists(st.sampled_from(["woord ", "[@Mou]", "[@Hagen; @mou]", "<b>", "[@x]", "]", "[@"])))
def test_every_number_has_as_many_places_as_links(pieces):
    text = "".join(pieces)
    citations = Citations.of([text], known=KNOWN)
    html = citations.link(text)
    for key, number in citations.numbers.items():
        assert html.count(f'href="#bron-{number}"') == len(citations.places.get(key, []))
    assert html.count("<sup>") == html.count("</sup>")


@given(st.text())
def test_folding_twice_changes_nothing(key):
    assert fold(fold(key).replace("@", "")) == fold(key).replace("@", "").strip()


def test_only_so_many_wrong_citations_are_listed():
    assert len(citation_errors("<p>[@Niemand]</p>" * 1000, known=KNOWN)) == 20


def test_the_words_before_are_found_across_tags_and_entities():
    html = "<p>" + "lang " * 500 + "en &amp; <strong>kort</strong>    [@Niemand]</p>"
    [error] = citation_errors(html, known=KNOWN)
    assert "lang en & kort [@Niemand]”" in error
    assert len(error) < 150


@pytest.mark.parametrize("spaces", ["", " ", " \n\t ", " " * 50])
def test_the_spaces_before_a_citation_go_with_it(spaces):
    assert without_citations(f"a{spaces}[@Mou]{spaces}[@Hagen] b") == "a b"
    assert without_citations(f"{spaces}[@Mou]") == ""


def test_a_tag_that_never_ends_takes_what_follows():
    assert keys_in('a [@Mou] <a href="[@Hagen] [@Wallace]') == ["mou"]
