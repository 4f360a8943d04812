"""Tags for the article pages."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template

from articles.blocks import Block

register = template.Library()


@register.simple_tag(takes_context=True)
def render_block(context: Context, block: Block) -> str:
    """A block through the template of its kind, which sees what the page sees."""
    with context.push(block=block):
        template_of_kind: Any = get_template(block.template_name)
        html: str = template_of_kind.template.render(context)
        return html
