"""``manage.py first_login``: a login for staff, for a site that was just made."""

import base64
import os
import secrets
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from kinekracht.encryption import WrongKey
from kinekracht.models import DemoContent
from kinekracht.staff.models import CodeApp

NAME = "beheer"


class Login(NamedTuple):
    """What the file beside the database holds."""

    name: str
    password: str
    key: str = ""  # of the app, in base32; none in a file from before there were codes


class Command(BaseCommand):
    help = "Make the staff login 'beheer' in a database without users, once, and say what it is."

    def handle(self, *_args: Any, **_options: Any) -> None:
        file = settings.VAR_DIR / "staff-login"
        make_login(file)
        self.stdout.write(describe_login(file))


@transaction.atomic
def make_login(file: Path) -> None:
    """Make the user with the password and the app kept in ``file``, once in the life of a database.

    A user that staff removed stays removed, and a database that has users gets none from us.
    """
    _, first_time = DemoContent.objects.get_or_create(key="first_login")
    if first_time and not User.objects.exists():
        login = kept_login(file)
        user = User.objects.create_superuser(NAME, password=login.password)
        CodeApp.objects.create(user=user, name="make code", key=hexadecimal(login.key))


def kept_login(file: Path) -> Login:
    """The login in ``file``, which only its owner may read; what it lacks is made."""
    login = read_login(file) or Login(NAME, secrets.token_urlsafe(12))
    if not login.key:
        login = login._replace(key=base64.b32encode(secrets.token_bytes(20)).decode())
        with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
            opened.write(" ".join(login) + "\n")
    return login


def read_login(file: Path) -> Login | None:
    """The login in ``file``, if it is there."""
    return Login(*file.read_text().split()) if file.exists() else None


def hexadecimal(key: str) -> str:
    """A key of an app as the database keeps it."""
    return base64.b32decode(key).hex()


def describe_login(file: Path) -> str:
    """How to log in, or why that is not known; and on a second line, how to get a code."""
    user = User.objects.filter(username=NAME).first()
    if user is None:
        return f"use your own: there is no user {NAME} (any more)"
    if not user.is_active or not user.is_staff:
        return f"use your own: {NAME} may no longer log in"
    login = read_login(file)
    if login is None or not user.check_password(login.password):
        said = f"{NAME}, with the password that was chosen for it"
    else:
        said = f"{NAME}, password {login.password} (kept in {file})"
    return f"{said}\n{describe_code(user, login)}"


def describe_code(user: User, login: Login | None) -> str:
    """Where the code for the second step comes from."""
    app = CodeApp.objects.filter(user=user, confirmed=True).first()
    if app is None:
        return "not yet: the first time you log in, you set up an app"
    try:
        key = app.key
    except WrongKey:
        return "a recovery code: the key of the app belongs to no key in ENCRYPTION_KEYS"
    if login is None or not login.key or hexadecimal(login.key) != key:
        return "from the app that was set up for it"
    return f"make code (or an app with the key {login.key})"
