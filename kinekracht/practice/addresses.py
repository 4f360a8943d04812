"""Where a link or a redirect that staff write may lead."""

import re

import nh3
from django.core.exceptions import ValidationError

# A browser takes //host, /\host and \\host for another site, and drops tabs and line ends first.
PATH = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")
ELSEWHERE = re.compile(
    r"https?://[^\s\\/?#@\x00-\x1f\x7f]+([/?#][^\s\\\x00-\x1f\x7f]*)?"
    r"|(mailto:|tel:|#)[^\s\\\x00-\x1f\x7f]*",
    re.IGNORECASE,
)
SHOWN = 60  # characters of an address in a message


def is_path(address: str) -> bool:
    """Whether it is a page of this site, from its first slash on."""
    return PATH.fullmatch(address) is not None


def leads_somewhere(address: str) -> bool:
    """Whether a link to it leads where it says: in full to another site, or by a path to ours."""
    return is_path(address) or ELSEWHERE.fullmatch(address) is not None


def without_odd_links(html: str) -> str:
    """Sanitised ``html`` with its links, but those that lead nowhere or elsewhere than they say."""
    return WITHOUT_ODD_LINKS.clean(html) if "<a " in html else html


def keep_attribute(_tag: str, name: str, value: str) -> str | None:
    """The value of an attribute, or None if it goes."""
    return None if name == "href" and not leads_somewhere(value) else value


# All that any rich text may hold (kinekracht.fields).
WITHOUT_ODD_LINKS = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3"},
    attributes={"a": {"href", "rel", "title"}, "ol": {"start", "type", "data-type"}},
    link_rel=None,
    attribute_filter=keep_attribute,
)


def refuse_odd_links(html: str) -> None:
    """ValidationError for the first link in ``html`` that would be taken out of it."""
    odd: list[str] = []

    def collect(_tag: str, name: str, value: str) -> str:
        if name == "href" and not leads_somewhere(value):
            odd.append(value)
        return value

    nh3.clean(html, tags={"a"}, attributes={"a": {"href"}}, attribute_filter=collect)
    if odd:
        raise ValidationError(
            f"De link naar “{odd[0][:SHOWN]}” klopt niet. Begin met https://, mailto: of tel:, "
            "of met één / voor een pagina van deze site.",
            code="odd_link",
        )
