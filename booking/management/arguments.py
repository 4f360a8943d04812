"""How a person is named on a command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from booking.person_forms import PersonForm
from booking.persons import Found


def add_person(parser: ArgumentParser) -> None:
    """Let ``parser`` take a telephone number, an e-mail address, or both."""
    parser.add_argument("--telephone", default="", help="such as 0470123456 or +32470123456")
    parser.add_argument("--email", default="")


def person(options: dict[str, Any]) -> Found:
    """What is kept of the person in ``options``; CommandError if that names nobody."""
    form = PersonForm(options)
    if not form.is_valid():
        said = [str(error) for errors in form.errors.values() for error in errors]
        raise CommandError(" ".join(said))
    return form.find()
