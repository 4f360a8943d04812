"""On PostgreSQL, what was dropped and overwritten stays in a table's file until it is rewritten.

Not in the migration that did it: rows of a transaction that goes on are kept, the old ones too.
"""

from django.db import migrations

TABLES = ("booking_appointment", "booking_callback", "booking_calendarfeed", "post_office_email")


def rewrite_tables(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        schema_editor.execute(f"CLUSTER {table} USING {table}_pkey")
        schema_editor.execute(f"ALTER TABLE {table} SET WITHOUT CLUSTER")


class Migration(migrations.Migration):

    dependencies = [("booking", "0003_links")]

    operations = [migrations.RunPython(rewrite_tables, migrations.RunPython.noop)]
