"""``manage.py backup``: all that the site holds, in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kinekracht.backups import Refused
from kinekracht.backups.making import make


class Command(BaseCommand):
    help = "Keep database, pictures, waiting mail and erasures in one file; the site goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "target",
            nargs="?",
            type=Path,
            help="a new file, or a folder for one named by date and time (VAR_DIR/backups)",
        )

    def handle(self, *_args: Any, target: Path | None, **_options: Any) -> None:
        try:
            path = make(target, now=timezone.localtime())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        megabytes = f"{path.stat().st_size / 1e6:.1f}".replace(".", ",")
        self.stdout.write(f"Bewaard: {path} ({megabytes} MB)")
        if not settings.BACKUP_KEYS:
            self.stderr.write(
                "Let op: deze back-up is niet versleuteld. Wie hem heeft, leest namen en "
                "telefoonnummers. Zet een sleutel in BACKUP_KEY (zie README, Settings)."
            )
