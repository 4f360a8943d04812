import pytest
from django.core.exceptions import ValidationError

from kinekracht.practice.addresses import (
    is_path,
    leads_somewhere,
    refuse_odd_links,
    without_odd_links,
)

GOOD = [
    "https://www.example.be/a?b=c#d",
    "http://example.be",
    "HTTPS://EXAMPLE.BE/",
    "https://example.be:8443/a//b@c",
    "mailto:info@example.be",
    "tel:+3256941158",
    "/contact/",
    "/",
    "#bronnen",
]
ODD = [
    "//example.be",
    "///example.be",
    "/\\example.be",
    "\\\\example.be",
    "\\/example.be",
    "/\t/example.be",
    "\t//example.be",
    "/\n/example.be",
    " //example.be",
    "\xa0//example.be",
    "https:example.be",
    "https:/example.be",
    "https:///example.be",
    "https:\\\\example.be",
    "https://kinekracht.be@example.be/",
    "https://kinekracht.be\\@example.be/",
    "java\nscript:alert(1)",
    "javascript:alert(1)",
    "data:text/html,x",
    "www.example.be",
    "?q=x",
    "",
]


@pytest.mark.parametrize("address", GOOD)
def test_a_link_in_full_or_a_path_of_ours_is_good(address):
    html = f'<p><a href="{address}">x</a></p>'
    assert leads_somewhere(address)
    assert without_odd_links(html) == html
    refuse_odd_links(html)


@pytest.mark.parametrize("address", ODD)
def test_whatever_a_browser_reads_otherwise_is_odd(address):
    assert not leads_somewhere(address)
    assert "href" not in without_odd_links(f'<p><a href="{address}">x</a></p>')


@pytest.mark.parametrize(
    "address",
    ["//x.be", "/\\x.be", "&#47;/x.be", "&sol;&sol;x.be", "/&Tab;/x.be", "&NewLine;//x.be"],
)
def test_it_is_found_however_it_is_spelled(address):
    html = f'<p><a title="t" href="{address}">x</a></p>'
    assert without_odd_links(html) == '<p><a title="t">x</a></p>'
    with pytest.raises(ValidationError, match="klopt niet"):
        refuse_odd_links(html)


def test_other_markup_is_left_as_it_was():
    html = '<h2>a</h2><ol start="2"><li><p><strong>b</strong> <em>c</em><br></p></li></ol>'
    assert without_odd_links(html + '<a href="//x">d</a>') == html + "<a>d</a>"


@pytest.mark.parametrize("path", ["/contact/", "/oud.html", "/a//b", "/é"])
def test_a_path_of_ours(path):
    assert is_path(path)


@pytest.mark.parametrize(
    "path", ["contact/", "//x.be", "/\\x.be", "/\t/x.be", "/a b", "https://x.be", ""]
)
def test_no_path_of_ours(path):
    assert not is_path(path)
