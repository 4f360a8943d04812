"""How the public pages write things: no logic beyond formatting."""

import json
from typing import TYPE_CHECKING, Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kinekracht.formatting import belgian

if TYPE_CHECKING:
    from kinekracht.models import Markup

register = template.Library()
register.filter(belgian)

# What django.utils.html.json_script escapes, so that no text can close the element.
JSON_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def json_ld(data: dict[str, Any]) -> SafeString:
    """``data`` as an element with JSON-LD."""
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False).translate(JSON_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308


@register.filter
def monogram(name: str) -> str:
    """The first letters of somebody's names: LD."""
    return "".join(word[0].upper() for word in name.split()[:2])


@register.tag
def once(parser: Parser, token: Token) -> "OnceNode":
    """What stands between ``{% once thing "name" %}`` and ``{% endonce %}``, kept with the thing.

    In it may be nothing but what the thing holds: it is rendered anew for another one only. Where
    it shows more, that stands behind the name, and may have few values.
    """
    _, thing, *names = map(parser.compile_filter, token.split_contents())
    nodes = parser.parse(["endonce"])
    parser.delete_first_token()
    return OnceNode(thing, names, nodes)


class OnceNode(Node):
    """``thing.markup`` is what was made of it, by name."""

    def __init__(
        self, thing: FilterExpression, names: list[FilterExpression], nodes: NodeList
    ) -> None:
        self.thing, self.names, self.nodes = thing, names, nodes

    def render(self, context: Context) -> SafeString:
        markup: Markup = self.thing.resolve(context).markup
        names = tuple(name.resolve(context) for name in self.names)
        if names not in markup:
            markup[names] = self.nodes.render(context)
        return markup[names]
