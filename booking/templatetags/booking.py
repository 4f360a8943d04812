"""How the pages about appointments write addresses."""

import datetime as dt

from django import template

from booking import converters
from booking.slots import local

register = template.Library()


@register.filter
def week_of(moment: dt.datetime) -> str:
    """The week of ``moment``, as it stands in addresses."""
    return converters.week_of(local(moment).date())


@register.filter
def in_address(moment: dt.datetime) -> str:
    """``moment`` as it stands in addresses."""
    return converters.MomentConverter().to_url(moment)


@register.filter
def with_week(query: str, week: str) -> str:
    """A query string, such as "?bij=lore", with a week in it."""
    return f"{query}&week={week}" if query else f"?week={week}"
