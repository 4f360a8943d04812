"""What a migration may do while processes of the version before still work with the tables."""

import pytest
from django.db import models
from django.db.migrations import AddField
from django.db.migrations.loader import MigrationLoader

OURS = ["kinekracht", "staff", "articles", "selftest", "booking"]


def stops_old_processes(field):
    """Whether who knows nothing of this column can't add a row to its table any more."""
    return not (field.null or field.many_to_many or field.has_db_default())


@pytest.mark.parametrize("app", OURS)
def test_a_new_column_is_filled_in_by_the_database(app):
    migrations = MigrationLoader(None).disk_migrations
    added = [
        f"{name}: {operation.model_name}.{operation.name}"
        for (label, name), migration in migrations.items()
        if label == app and not migration.initial
        for operation in migration.operations
        if isinstance(operation, AddField) and stops_old_processes(operation.field)
    ]
    assert added == []


@pytest.mark.parametrize(
    ("field", "stops"),
    [
        (models.CharField(default="x"), True),
        (models.CharField(default="x", db_default="x"), False),
        (models.DateField(null=True), False),
        (models.ManyToManyField("kinekracht.Treatment"), False),
        (models.ForeignKey("kinekracht.Treatment", models.CASCADE), True),
    ],
)
def test_a_default_in_python_alone_is_none(field, stops):
    assert stops_old_processes(field) is stops
