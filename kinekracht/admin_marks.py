"""How the lists of the admin mark what state something is in."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def state_mark(kind: str, label: str) -> SafeString:
    """A coloured mark and, for who doesn't see colours, its ``label``; kinds are in admin.css."""
    return format_html('<span class="state state-{}">{}</span>', kind, label)


def with_note(said: str, note: str) -> str:
    """``said``, and under it, if there is one, a ``note`` that staff should not miss."""
    if not note:
        return said
    return format_html('{}<strong class="fact-note">{}</strong>', said, note.capitalize())
