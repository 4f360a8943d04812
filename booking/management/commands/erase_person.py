"""``manage.py erase_person``: erase what is kept of one person."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from booking import actors, persons
from booking.management.arguments import add_person, person


class Command(BaseCommand):
    help = "Erase all that is kept of the person with this telephone number or e-mail address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_person(parser)
        parser.add_argument("--yes", action="store_true", help="erase it; else only count it")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = person(options)
        self.stdout.write(
            f"{len(found.appointments)} appointments, {len(found.call_backs)} call-backs, "
            f"{len(found.mails)} mails"
        )
        if not options["yes"]:
            raise CommandError("Nothing was erased. Repeat this with --yes to erase it all.")
        persons.erase(found, by=actors.NOBODY, now=timezone.now())
        self.stdout.write("Erased.")
