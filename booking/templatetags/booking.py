"""How the pages about appointments write moments and addresses."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from booking import converters
from booking.slots import local
from booking.weeks import Day
from booking.wording import clock, day_in_full, span

register = template.Library()
register.filter(day_in_full)

# Template nodes for each of a week's moments would take most of the time of its page. Here the
# figures of each are filled in first (%s), and what needs escaping once for all of a day ({}).
SAID = '<span class="visually-hidden">{day}, </span>%s<span class="visually-hidden"> uur</span>'
LINK = f'<li><a class="moment" rel="nofollow" href="{{below}}%s/{{end}}">{SAID}</a></li>'
BUTTON = (
    '<li><button class="moment" type="submit" formaction="{below}%s/{end}">'
    f"{SAID}</button></li>"
)
NOW = '<li><span class="moment now">%s nu</span></li>'


@register.filter
def week_of(moment: dt.datetime) -> str:
    """The week of ``moment``, as it stands in addresses."""
    return converters.week_of(local(moment).date())


@register.filter
def from_to(days: Sequence[Day]) -> str:
    """The first and the last of some days."""
    return span(days[0].date, days[-1].date)


@register.filter
def with_week(query: str, week: str) -> str:
    """A query string, such as "?bij=lore", with a week in it."""
    return f"{query}&week={week}" if query else f"?week={week}"


@register.simple_tag
def moments(
    day: Day,
    *,
    below: str,
    query: str = "",
    self_test: str = "",
    now: dt.datetime | None = None,
) -> SafeString:
    """The free moments of a day, each leading to its own page below the address of the weeks.

    Who brings a self-test along takes it there by a button; the moment that somebody has ``now``
    leads nowhere.
    """
    way, end = (BUTTON, f"met-zelftest/{query}") if self_test else (LINK, query)
    markup = "\n".join(NOW % clock(at) if at == now else way % figures(at) for at in day.moments)
    return format_html(markup, below=below, end=end, day=day_in_full(day.date))


@lru_cache(maxsize=4096)
def figures(moment: dt.datetime) -> tuple[str, str]:
    """A moment as in addresses and as on the clock. The same ones are asked for all day."""
    return converters.MomentConverter().to_url(moment), clock(moment)
