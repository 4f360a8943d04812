"""``manage.py first_login``: a login for staff, for a site that was just made."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from kinekracht.models import DemoContent

NAME = "beheer"


class Command(BaseCommand):
    help = "Make the staff login 'beheer' in a database without users, once, and say what it is."

    def handle(self, *_args: Any, **_options: Any) -> None:
        file = settings.VAR_DIR / "staff-login"
        make_login(file)
        self.stdout.write(describe_login(file))


@transaction.atomic
def make_login(file: Path) -> None:
    """Make the user with the password kept in ``file``, once in the life of a database.

    A user that staff removed stays removed, and a database that has users gets none from us.
    """
    _, first_time = DemoContent.objects.get_or_create(key="first_login")
    if first_time and not User.objects.exists():
        User.objects.create_superuser(NAME, password=kept_password(file))


def kept_password(file: Path) -> str:
    """The password in ``file``, which is made the first time and only its owner may read."""
    if not file.exists():
        with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
            opened.write(f"{NAME} {secrets.token_urlsafe(12)}\n")
    return file.read_text().split()[1]


def describe_login(file: Path) -> str:
    """How to log in, or why that is not known."""
    user = User.objects.filter(username=NAME).first()
    if user is None:
        return f"use your own: there is no user {NAME} (any more)"
    if not user.is_active or not user.is_staff:
        return f"use your own: {NAME} may no longer log in"
    if not file.exists() or not user.check_password(kept_password(file)):
        return f"{NAME}, with the password that was chosen for it"
    return f"{NAME}, password {kept_password(file)} (kept in {file})"
