"""``manage.py reset_second_factor NAME``: for somebody whose telephone and codes are gone."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kinekracht.second_factor import take_away


class Command(BaseCommand):
    help = "Take away somebody's app and recovery codes: at the next login they set up an app."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name this person logs in with")

    def handle(self, *_args: Any, name: str, **_options: Any) -> None:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"there is nobody called {name}")
        if take_away(user):
            self.stdout.write(f"{name} sets up an app at the next login")
        else:
            self.stdout.write(f"{name} had no app, and is logged out everywhere")
