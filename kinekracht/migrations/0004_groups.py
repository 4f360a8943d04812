"""The groups that staff belong to, and what each may do.

Who may see what is told in docs/privacy.md and tested, page by page, in tests/access.toml.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

READ_AND_WRITE = ("view", "add", "change", "delete")

EDITORIAL = {
    "articles": READ_AND_WRITE,
    "selftest": READ_AND_WRITE,
    "redirects": READ_AND_WRITE,
    "kinekracht.practice": ("view", "change"),
    "kinekracht.practitioner": ("view", "change"),
    "kinekracht.treatment": READ_AND_WRITE,
}

GROUPS = {
    "redacteur": EDITORIAL,
    "onthaal": {
        "booking.appointment": ("view", "add", "change", "view_every_appointment"),
        "booking.callback": ("view", "change"),
        "booking.closure": READ_AND_WRITE,
        "booking.workinghours": READ_AND_WRITE,
        "booking.calendarfeed": ("view", "add", "change"),
        "post_office.email": ("view", "change"),
    },
    "therapeut": {
        "booking.appointment": ("view", "add", "change", "read_complaint"),
        "booking.closure": ("view",),
        "booking.workinghours": ("view",),
    },
    # Runs the practice's site, and reads no complaints for that.
    "beheerder": EDITORIAL
    | {
        "auth.user": READ_AND_WRITE,
        "auth.group": ("view",),
        "kinekracht.practitioner": READ_AND_WRITE,
        "booking.appointment": (
            *READ_AND_WRITE, "view_every_appointment", "export_person", "erase_person",
        ),
        "booking.auditentry": ("view",),
        "booking.callback": ("view", "change", "delete"),
        "booking.closure": READ_AND_WRITE,
        "booking.workinghours": READ_AND_WRITE,
        "booking.calendarfeed": READ_AND_WRITE,
        "post_office.email": ("view", "change"),
    },
}


def make_groups(apps, schema_editor):
    # Permissions are made after all migrations; here they are needed before.
    for config in apps.get_app_configs():
        module = getattr(config, "models_module", None)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = module
    for name, granted in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.set(permissions(apps, granted))


def permissions(apps, granted):
    """The permissions of an app, or of a model, that are meant by ``granted``."""
    for place, actions in granted.items():
        label, _, model = place.partition(".")
        found = apps.get_model("auth", "Permission").objects.filter(content_type__app_label=label)
        if model:
            found = found.filter(content_type__model=model)
        codenames = [action if "_" in action else f"{action}_{model}" for action in actions]
        yield from found.filter(codename__in=codenames) if model else found


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("articles", "0001_initial"),
        ("booking", "0002_trust"),
        ("kinekracht", "0003_trust"),
        ("post_office", "0014_alter_email_recipient_delivery_status_and_more"),
        ("redirects", "0002_alter_redirect_new_path_help_text"),
        ("selftest", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
