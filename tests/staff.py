"""Staff in tests: who may what, and a session that gave a code as well as a password."""

import base64
import itertools
import re
from binascii import unhexlify
from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp

from kinekracht.staff.models import CodeApp

PASSWORD = "brug-lamp-dertien"
LOGIN = "/beheer/login/"
CODE = "/beheer/login/code/"
ENROL = "/beheer/login/instellen/"

_numbers = itertools.count(1)


def make_staff(*rights, name=None):
    """A staff user with ``rights``: names of groups, permissions or their codenames.

    A codename that several apps have is given with its app, as in "booking.view_appointment".
    """
    if not Group.objects.exists():
        make_groups()
    user = User.objects.create_user(
        name or f"collega{next(_numbers)}", password=PASSWORD, is_staff=True
    )
    for right in rights:
        if isinstance(right, Permission):
            user.user_permissions.add(right)
        elif group := Group.objects.filter(name=right).first():
            user.groups.add(group)
        else:
            user.user_permissions.add(permission(right))
    return user


def make_groups():
    """Make the groups once more: a test that empties the database takes them along."""
    import_module("kinekracht.migrations.0004_groups").make_groups(apps, None)
    guesses_and_rights = import_module("kinekracht.staff.migrations.0002_guesses_and_rights")
    guesses_and_rights.let_beheerder_look(apps, None)


def permission(name):
    """The one permission that ``name`` means."""
    label, _, codename = name.rpartition(".")
    found = Permission.objects.filter(codename=codename)
    return found.get(content_type__app_label=label) if label else found.get()


def sign_in(client, user):
    """Log ``user`` in as the login pages do, second step included; the same client."""
    client.force_login(User.objects.get(pk=user.pk))  # a stamp of before would open nothing
    device = CodeApp.objects.filter(user=user).first() or give_app(user)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def give_app(user):
    """An app that makes codes for ``user``."""
    return CodeApp.objects.create(user=user, name="app")


def code_of(device, step=0):
    """The code that ``device`` shows now; ``step`` 1 is the next one."""
    return f"{totp(unhexlify(device.key), drift=step):06}"


def give_password(client, user, password=PASSWORD, **fields):
    """Send the first page of the login."""
    return client.post(LOGIN, {"username": str(user), "password": password} | fields)


def give_code(client, code, path=CODE, **fields):
    """Send a page that asks for a code."""
    return client.post(path, {"code": code} | fields)


def shown_app(page):
    """The app of somebody who types over the key that ``page`` shows."""
    key = re.search(r'class="app-key">([A-Z2-7 ]+)<', page.content.decode())[1]
    return CodeApp(key=base64.b32decode(key.replace(" ", "")).hex())


def is_in(client):
    """Whether the admin opens."""
    return client.get("/beheer/").status_code == 200
