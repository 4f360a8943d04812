"""Tags for the article pages."""

from typing import TYPE_CHECKING, Any

from django import template
from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.loader import get_template
from django.utils.safestring import SafeString

from articles.blocks import Block

if TYPE_CHECKING:
    from articles.body import Body

register = template.Library()


@register.simple_tag(takes_context=True)
def render_block(context: Context, block: Block) -> str:
    """A block through the template of its kind, which sees the page only if the kind says so."""
    backend_template: Any = get_template(block.template_name)
    template_of_kind = backend_template.template
    if block.sees_page:
        with context.push(block=block):
            html: str = template_of_kind.render(context)
        return html
    if block.markup is None:
        block.markup = template_of_kind.render(Context({"block": block}))
    return block.markup


@register.tag
def once(parser: Parser, token: Token) -> "OnceNode":
    """What stands between ``{% once body "name" %}`` and ``{% endonce %}``, kept with the body.

    In it may be nothing but what the body holds.
    """
    _, body, name = token.split_contents()
    nodes = parser.parse(["endonce"])
    parser.delete_first_token()
    return OnceNode(parser.compile_filter(body), name.strip('"'), nodes)


class OnceNode(Node):
    def __init__(self, body: FilterExpression, name: str, nodes: NodeList) -> None:
        self.body, self.name, self.nodes = body, name, nodes

    def render(self, context: Context) -> SafeString:
        body: Body = self.body.resolve(context)
        if self.name not in body.markup:
            body.markup[self.name] = self.nodes.render(context)
        return body.markup[self.name]
