"""How Belgians write things. Pure."""

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from phonenumber_field.phonenumber import PhoneNumber


def belgian(number: PhoneNumber) -> str:
    """A telephone number as it is said and printed here: 056 / 94 11 58."""
    return str(number.as_national).replace(" ", " / ", 1)


def moment(at: dt.datetime) -> str:
    """A moment in Brussels time, such as 3 april 2027, 9.00 uur."""
    return date_format(timezone.localtime(at), "j F Y, G.i") + " uur"
