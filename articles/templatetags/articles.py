"""Tags for the article pages."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template

from articles.blocks import Block

register = template.Library()


@register.simple_tag(takes_context=True)
def render_block(context: Context, block: Block) -> str:
    """A block through the template of its kind, which sees the page only if the kind says so."""
    if block.printed is not None:
        return block.printed
    backend_template: Any = get_template(block.template_name)
    template_of_kind = backend_template.template
    if block.sees_page:
        with context.push(block=block):
            html: str = template_of_kind.render(context)
        return html
    block.printed = template_of_kind.render(Context({"block": block}))
    return block.printed
