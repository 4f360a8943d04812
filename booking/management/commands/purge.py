"""``manage.py purge``: delete what is older than it may be; the worker does so every day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking.retention import purge


class Command(BaseCommand):
    help = "Delete what is older than it may be (see docs/privacy.md), and say what that was."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for name, count in purge(timezone.now()).items():
            self.stdout.write(f"{count:>6} {name}")
