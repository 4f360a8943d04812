"""Addresses of patients' pages and of feeds are derived from LINK_KEYS, and no longer stored.

The release before looks records up by what goes here, so the site stops for this one.
"""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import migrations, models

from booking.models.links import keyed_hash, sha256
from kinekracht.encryption import encrypt
from kinekracht.logs import without_keys

SENT = 0
UID = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
NO_UID_YET = models.UUIDField(editable=False, null=True)
HASH = models.CharField(editable=False, max_length=64, null=True, unique=True)


def derive(apps, schema_editor):
    def rows(app, name, *fields):
        # Nothing more: what is encrypted may belong to a key that isn't there.
        objects = apps.get_model(app, name).objects.using(schema_editor.connection.alias)
        return objects.only(*fields).iterator()

    listed = read_erasures()
    for row in rows("booking", "calendarfeed", "key"):
        change(row, uid=uuid.uuid4(), old_key=keyed_hash(sha256(row.key)))
    for name in REQUESTS:
        for row in rows("booking", name, "key", "submission"):
            # What a patient took back is known by the key, and could not be told afterwards.
            is_taken_back = sha256(f"{row.key} self-test") in listed
            # Once a row: PostgreSQL changes no table in which one was written twice.
            change(
                row,
                # What calendars know it by, and what a restored backup of before makes of it again.
                uid=uuid.uuid5(row.submission, "calendar"),
                old_key=keyed_hash(sha256(row.key)),
                submission_hash=keyed_hash(str(row.submission)),
                **({"self_test": ""} if is_taken_back else {}),
            )
    for mail in rows("post_office", "email", "status", "message", "html_message"):
        text, html = mail.message, mail.html_message
        if mail.status == SENT:
            text, html = without_keys(text), ""
        change(mail, message=encrypt(text), html_message=encrypt(html))


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


def read_erasures():
    path = Path(settings.SHARED_DIR) / "erasures"
    return set(path.read_text(errors="replace").split()) if path.exists() else set()


ALL = ("appointment", "callback", "calendarfeed")
REQUESTS = ("appointment", "callback")


class Migration(migrations.Migration):

    dependencies = [("booking", "0002_trust")]

    operations = [
        *(migrations.AddField(name, "uid", NO_UID_YET.clone()) for name in ALL),
        *(migrations.AddField(name, "old_key", HASH.clone()) for name in ALL),
        *(migrations.AddField(name, "submission_hash", HASH.clone()) for name in REQUESTS),
        migrations.RunPython(derive),
        *(migrations.AlterField(name, "uid", UID.clone()) for name in ALL),
        *(migrations.RemoveField(name, "key") for name in ALL),
        *(migrations.RemoveField(name, "submission") for name in REQUESTS),
    ]
