"""``make bench``: what free times cost, with few and with many appointments in the table.

In a scratch database, that is gone afterwards: SQLite's in a file, or PostgreSQL's where
tests.with_postgresql has started one. Nothing of it says what another machine would need; the
ratio to an empty view, measured in the same run, says most.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # the same on every machine
django.setup()

from bench.run import main  # noqa: E402  after the setup

sys.exit(main())
