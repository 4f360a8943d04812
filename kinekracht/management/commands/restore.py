"""``manage.py restore``: the site as it was when a backup was made, less what was erased since."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import date_format

from kinekracht.backups import MEDIA, Refused
from kinekracht.backups.restoring import Backup, restore
from kinekracht.backups.restoring import check as looked_over


class Command(BaseCommand):
    help = "Put a backup in place, after looking it over. Stop the site and the worker first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what manage.py backup wrote")
        parser.add_argument("--check", action="store_true", help="look it over and do nothing else")
        parser.add_argument("--replace", action="store_true", help="also where there is a database")
        parser.add_argument(
            "--erasures",
            action="append",
            default=[],
            type=Path,
            help="a list of erasures that is younger than the backup, saved elsewhere",
        )

    def handle(
        self, *_args: Any, file: Path, check: bool, replace: bool, erasures: list[Path], **_: Any
    ) -> None:
        try:
            if check:
                self.describe("In orde", looked_over(file))
                return
            backup, count = restore(file, replace=replace, lists=erasures, now=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.describe("Teruggezet", backup)
        self.stdout.write(f"Opnieuw gewist op vraag van patiënten: {count}")

    def describe(self, what: str, backup: Backup) -> None:
        """Say what a backup is, and what is missing to read all of it."""
        at = date_format(timezone.localtime(backup.created_at), "l j F Y, H.i")
        rows = sum(backup.facts.rows.values())
        pictures = sum(name.startswith(MEDIA) for name in backup.files)
        self.stdout.write(f"{what}: {at} uur (rijen: {rows}, foto's: {pictures})")
        if not backup.has_our_keys:
            self.stderr.write(
                "Let op: klachten, zelftesten, mails en de apps van collega's zijn met een andere "
                "sleutel versleuteld dan die in ENCRYPTION_KEYS. Zet de sleutel van toen erbij: "
                "anders kan niemand ze lezen, gaan mails die wachten niet weg, en meldt iedereen "
                "zich aan met een herstelcode."
            )
        if not backup.has_our_links:
            self.stderr.write(
                "Let op: de links naar afspraken zijn met een andere sleutel gemaakt dan die in "
                "LINK_KEYS. Zet de sleutel van toen erbij, anders werken ze niet meer."
            )
