"""``manage.py worker``: the process beside the site that sends its mail, reminders included."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from booking import worker


class Command(BaseCommand):
    help = "Send mail and reminders, and close what nobody answered, until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, and end")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        stop = worker.Stop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        worker.run(stop, once=once)
