"""The settings of a live site without collected static files, or what a control takes away."""

import os

from django.db import transaction

from kinekracht.settings import *  # noqa: F403  what is under test
from kinekracht.settings import (
    INSTALLED_APPS,
    MIDDLEWARE,
    POST_OFFICE,
    STATIC_ROOT,
    STORAGES,
    VAR_DIR,
)

STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}

MIDDLEWARE = [*MIDDLEWARE, "tests.faults.rendered.note"]  # what gets this far is rendered

CACHE_STATUS = True

without = os.environ.get("WITHOUT", "").split()

if "handlers" in without:
    ROOT_URLCONF = "tests.faults.urls_without_handlers"
if "patience" in without:  # the mail queue's own default: what fails once is given up
    POST_OFFICE = {name: value for name, value in POST_OFFICE.items() if name != "MAX_RETRIES"}
if "transactions" in without:
    transaction.Atomic.__enter__ = lambda _: None
    transaction.Atomic.__exit__ = lambda *_: None

# Once this file is there, whatever starts is of the next version.
newer = VAR_DIR / "newer"
if newer.exists():
    NEWER = newer.read_text()
    MIGRATION_MODULES = {"booking": "tests.faults.newer.of_booking"}
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.newer.apps.NewerConfig"]
