"""The pages on which somebody asks for an appointment, and the form as they send it."""

import datetime as dt

from booking.models import Appointment, CallBack, Cell
from tests.booking.pages import form_data

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
QUARTER = dt.timedelta(minutes=15)
START = "/afspraak/"
TIMES = "/afspraak/rug/"
TUESDAY = "/afspraak/rug/2026-11-24-0900/"
CALL_BACK = "/afspraak/terugbellen/"
FILLED_IN = {
    "name": "Mia Claes",
    "email": "mia@example.com",
    "visit": "first",
    "referral": "not_yet",
}


def body(response):
    return response.content.decode()


def send(client, address=TUESDAY, **changes):
    """Open the form and send it filled in, with ``changes``."""
    page = client.get(address)
    return client.post(address, form_data(page) | FILLED_IN | changes)


def nothing_written():
    return not (Appointment.objects.exists() or Cell.objects.exists() or CallBack.objects.exists())
