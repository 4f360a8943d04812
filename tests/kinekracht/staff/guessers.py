"""Codes that are given in one moment, in a database of its own: ``python -m … <how many>``.

What came of them, it prints as JSON.
"""

import json
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import django
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

django.setup()

from django.contrib.auth.models import User  # noqa: E402  after the setup

from kinekracht.staff import codes  # noqa: E402
from kinekracht.staff.models import WrongCode  # noqa: E402
from tests.staff import code_of, give_app  # noqa: E402

MANY = int(sys.argv[1])
NOW = timezone.now()


def wrong_in_many_places(user):
    """One wrong code from each of many networks."""
    return race(user, [("000000", f"192.0.2.{n}") for n in range(MANY)])


def wrong_in_one_place(user):
    """As many from one network."""
    return race(user, [("000000", "192.0.2.1")] * MANY)


def right_in_many_places(user):
    """The same right code from each of many networks."""
    app = give_app(user)
    with time_machine.travel(NOW, tick=False):
        code = code_of(app)
    return race(user, [(code, f"192.0.2.{n}") for n in range(MANY)])


def race(user, tries):
    """How often each thing came of these codes, and how many wrong ones were counted."""
    gate = threading.Barrier(len(tries))

    def give(code, address):
        gate.wait()
        try:
            codes.check_code(user, code, address=address)
        except ValidationError as error:
            return error.code
        finally:
            connection.close()
        return "right"

    # The clock stands still: on a slow machine one would come a second later.
    with time_machine.travel(NOW, tick=False), ThreadPoolExecutor(len(tries)) as pool:
        answers = Counter(pool.map(lambda one: give(*one), tries))
    return dict(answers) | {"counted": WrongCode.objects.count()}


RACES = (wrong_in_many_places, wrong_in_one_place, right_in_many_places)

if __name__ == "__main__":
    call_command("migrate", verbosity=0, stdout=sys.stderr)
    results = {}
    for run in RACES:
        results[run.__name__] = run(User.objects.create_user(run.__name__))
        WrongCode.objects.all().delete()
    print(json.dumps(results))
