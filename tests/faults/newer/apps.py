from django.apps import AppConfig
from django.conf import settings
from django.db import models


def room():
    """The field; a control leaves out what the database needs to fill it in by itself."""
    by_database = {"db_default": ""} if settings.NEWER == "db_default" else {}
    return models.CharField(max_length=20, default="", **by_database)


class NewerConfig(AppConfig):
    name = "tests.faults.newer"

    def ready(self):
        from booking.models import Appointment

        Appointment.add_to_class("room", room())
