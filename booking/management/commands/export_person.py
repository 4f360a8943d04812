"""``manage.py export_person``: what is kept of one person."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from booking import actors, persons
from booking.management.arguments import add_person, person


class Command(BaseCommand):
    help = "Print all that is kept of the person with this telephone number or e-mail address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_person(parser)
        parser.add_argument("--format", choices=["json", "text"], default="json")

    def handle(self, *_args: Any, **options: Any) -> None:
        data = persons.export(person(options), by=actors.NOBODY, now=timezone.now())
        if options["format"] == "text":
            self.stdout.write(persons.as_text(data), ending="")
        else:
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
