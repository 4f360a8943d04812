"""The admin's pages about an appointment, and what is sent from them."""

import datetime as dt

from django.urls import reverse

from booking.models import Appointment
from tests.booking.situation import HOUR

ACTS = [
    "confirm", "accept", "decline", "complete", "no_show", "cancel_now",
    "propose_slot", "move_slot", "move_to",
]  # fmt: skip
PAGES = ["cancel", "propose", "move"]


def url(name, appointment):
    return reverse(f"admin:booking_appointment_{name}", args=[appointment.pk])


def body(response):
    return response.content.decode()


def look(client, appointment):
    return body(client.get(url("change", appointment)))


def act(client, name, appointment, **data):
    """Post what the page of the appointment as it is here would; the page that follows."""
    data = {"version": appointment.version} | data
    return body(client.post(url(name, appointment), data, follow=True))


def button(start, practitioner):
    """What a button for a free moment sends."""
    return f"{start.astimezone(dt.UTC) + HOUR:%Y-%m-%d-%H%M}/{practitioner.pk}"


def stored(appointment):
    return Appointment.objects.get(pk=appointment.pk)
