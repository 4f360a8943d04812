import datetime as dt
import types

import pytest
import time_machine
from django.contrib.auth.models import User

from booking.actors import staff
from booking.models import Appointment, Weekday
from tests.booking.factories import WorkingHoursFactory, brussels
from tests.booking.situation import NOW, in_status, works
from tests.factories import PracticeFactory, PractitionerFactory, TreatmentFactory

SUNDAY = brussels(2026, 11, 22, 11)


@pytest.fixture
def at_now():
    """The clock stands still, at situation.NOW."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def practice(db):
    return PracticeFactory(change_notice_hours=24, notify_email="praktijk@example.com")


@pytest.fixture
def treatment(db):
    """An hour."""
    return TreatmentFactory(duration_minutes=60)


@pytest.fixture
def practitioner(treatment):
    """Somebody who gives the treatment, from 9 to 17 on every day."""
    return works(treatment)


@pytest.fixture
def by(db):
    """A member of the staff, as who does something."""
    return staff(User.objects.create_user("jo"))


@pytest.fixture
def appointment(practice, treatment, practitioner):
    """A request for situation.START."""
    return in_status(Appointment.Status.REQUESTED, treatment, practitioner)


@pytest.fixture
def clinic(settings, db):
    """One treatment of 45 minutes and a quarter's pause, given by An on weekdays from 9 to 17.

    It is Sunday 22 November 2026, 11.00; nobody is too fast for the forms.
    """
    settings.FORM_MIN_SECONDS = 0
    practice = PracticeFactory()
    an = PractitionerFactory(name="An Maes", slug="an")
    treatment = TreatmentFactory(name="Rugkine", slug="rug", duration_minutes=45, pause_minutes=15)
    treatment.practitioners.add(an)
    for weekday in list(Weekday)[:5]:
        WorkingHoursFactory(practitioner=an, weekday=weekday)
    with time_machine.travel(SUNDAY, tick=False):
        yield types.SimpleNamespace(
            practice=practice, an=an, treatment=treatment, now=SUNDAY, day=dt.date(2026, 11, 22)
        )
