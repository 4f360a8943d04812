"""Stamps; apps with an encrypted key, those of before included; and no session of before.

Of the old keys nothing stays: who reads them could make the same codes, or open the same session.
"""

import django.db.models.deletion
import django_otp.util
from django.conf import settings
from django.db import migrations, models

import kinekracht.encryption
import kinekracht.staff.models


SAME = ("user_id", "name", "confirmed", "key", "last_t")


def encrypt_keys(apps, schema_editor):
    old, new = apps.get_model("otp_totp", "TOTPDevice"), apps.get_model("staff", "CodeApp")
    rows = list(old.objects.order_by("pk").values(*SAME))
    new.objects.bulk_create(new(**row) for row in rows)
    empty(old, schema_editor)
    # With keys that nobody has: processes of the version before, which go on for a moment, would
    # let who knows a password set up an app for who has none.
    old.objects.bulk_create(old(**row | {"key": django_otp.util.random_hex()}) for row in rows)


def decrypt_keys(apps, schema_editor):
    old, new = apps.get_model("otp_totp", "TOTPDevice"), apps.get_model("staff", "CodeApp")
    old.objects.all().delete()
    old.objects.bulk_create(old(**row) for row in new.objects.order_by("pk").values(*SAME))


def end_sessions(apps, schema_editor):
    empty(apps.get_model("sessions", "Session"), schema_editor)


def empty(model, schema_editor):
    """Delete all rows so that none stays behind in the file either."""
    if schema_editor.connection.vendor == "postgresql":
        # A new, empty file for the table: rows that are deleted lie in the old one for days.
        schema_editor.execute(f'TRUNCATE "{model._meta.db_table}"')
    else:
        model.objects.all().delete()  # SQLite overwrites them: secure_delete, in the settings


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("otp_totp", "0003_add_timestamps"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stamp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ("value", models.CharField(default=kinekracht.staff.models.new_stamp, max_length=22)),
            ],
            options={
                "verbose_name": "stempel",
                "verbose_name_plural": "stempels",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CodeApp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="The human-readable name of this device.", max_length=64)),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                ("key", kinekracht.encryption.EncryptedTextField(default=django_otp.util.random_hex)),
                ("last_t", models.BigIntegerField(default=-1)),
                ("user", models.ForeignKey(help_text="The user that this device belongs to.", on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "app voor codes",
                "verbose_name_plural": "apps voor codes",
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.RunPython(encrypt_keys, decrypt_keys),
        migrations.RunPython(end_sessions, migrations.RunPython.noop),
    ]
