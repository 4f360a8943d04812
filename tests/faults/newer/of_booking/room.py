import pkgutil

from django.db import migrations, models

import booking.migrations
from tests.faults.newer.apps import room

LATEST = max(module.name for module in pkgutil.iter_modules(booking.migrations.__path__))


class Migration(migrations.Migration):
    dependencies = [("booking", LATEST)]
    operations = [
        migrations.AddField("appointment", "room", room()),
        migrations.AddIndex(
            "appointment", models.Index(fields=["room", "starts_at"], name="appointment_room")
        ),
    ]
