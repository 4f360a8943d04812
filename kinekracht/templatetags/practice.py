"""How the public pages write things: no logic beyond formatting."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kinekracht.formatting import belgian

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
