"""What must hold of every answer, and of what is in the database after it."""

import re

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models

from booking.models import Appointment, Cell

OURS = ("articles", "booking", "kinekracht", "selftest")
TOKEN = b"csrfmiddlewaretoken"
UNSUITABLE = re.compile(r"Traceback \(most recent call last\)|<SafeString|object at 0x[0-9a-f]+")


def check_answer(path, response, *, method="GET"):
    """No fault of ours is in it, and no cookie for who only reads."""
    assert response.status_code < 500, response.status_code
    content = response.getvalue()
    assert not UNSUITABLE.search(content.decode(errors="replace"))
    if not path.startswith("/beheer/"):
        # A form that changes something sets the cookie its token belongs to; nothing else does.
        has_form = TOKEN in content or method == "HEAD"
        assert {*response.cookies} <= ({"csrftoken"} if has_form else set())
    if "public" in response.headers.get("Cache-Control", ""):
        assert not response.cookies
    for name, value in response.headers.items():
        assert "\n" not in name + value


def check_database():
    """Every row is one that its own model would take, and belongs to others that are there."""
    connection.check_constraints()
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            for row in model._default_manager.all():
                check_row(row)
    has = {(cell.appointment_id, cell.practitioner_id, cell.start) for cell in Cell.objects.all()}
    takes = {
        (appointment.pk, appointment.practitioner_id, start)
        for appointment in Appointment.objects.occupying()
        for start in appointment.cell_starts()
    }
    assert has == takes


def check_row(row):
    """Lengths, choices and numbers are within what its fields allow; no text holds a NUL."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        assert "\x00" not in str(value)
        assert value is not None or field.null
        if isinstance(field, models.ForeignKey) or value in field.empty_values:
            continue
        try:
            field.clean(value, row)
        except ValidationError as error:
            raise AssertionError(f"{row._meta.label}.{field.name} holds {value!r}") from error
