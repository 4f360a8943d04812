"""Objects of the booking app for tests, with nothing in them that a test doesn't ask for."""

import datetime as dt

import factory
from django.utils import timezone

from booking.models import Appointment, CalendarFeed, CallBack, Closure, Weekday, WorkingHours
from booking.occupancy import occupy
from booking.slots import BRUSSELS
from tests.factories import PractitionerFactory, TreatmentFactory


def brussels(*parts, fold=0):
    """``brussels(2026, 12, 1, 9)``: when the clocks in Brussels show this, in UTC."""
    return dt.datetime(*parts, fold=fold, tzinfo=BRUSSELS).astimezone(dt.UTC)


def in_days(days, hour=0):
    """Midnight in Brussels so many days from now, and so many hours after it."""
    day = timezone.localdate() + dt.timedelta(days=days)
    return brussels(day.year, day.month, day.day) + dt.timedelta(hours=hour)


class WorkingHoursFactory(factory.django.DjangoModelFactory):
    """Mondays from 9.00 to 17.00; ``treatments`` is a list of what they are only for."""

    class Meta:
        model = WorkingHours
        skip_postgeneration_save = True

    practitioner = factory.SubFactory(PractitionerFactory)
    weekday = Weekday.MONDAY
    starts = dt.time(9)
    ends = dt.time(17)
    valid_from = dt.date(2020, 1, 1)

    @factory.post_generation
    def treatments(hours, create, treatments, **_):  # noqa: N805
        hours.treatments.set(treatments or [])


class ClosureFactory(factory.django.DjangoModelFactory):
    """The whole practice is away, the day after tomorrow."""

    class Meta:
        model = Closure

    practitioner = None
    starts_at = factory.LazyFunction(lambda: in_days(2))
    ends_at = factory.LazyFunction(lambda: in_days(3))


class AppointmentFactory(factory.django.DjangoModelFactory):
    """A request with its cells, each an hour after the one before, from in three days on.

    Its practitioner gives its treatment, which says how long it takes. ``cells=False`` leaves the
    cells out.
    """

    class Meta:
        model = Appointment
        skip_postgeneration_save = True

    treatment = factory.SubFactory(TreatmentFactory)
    practitioner = factory.SubFactory(PractitionerFactory)
    starts_at = factory.Sequence(lambda n: in_days(3, hour=n))
    duration_minutes = factory.SelfAttribute("treatment.duration_minutes")
    pause_minutes = factory.SelfAttribute("treatment.pause_minutes")
    name = factory.Sequence(lambda n: f"Patiënt {n}")
    telephone = "+32470123456"
    email = factory.Sequence(lambda n: f"patient{n}@example.com")

    @factory.post_generation
    def cells(appointment, create, wanted, **_):  # noqa: N805
        appointment.treatment.practitioners.add(appointment.practitioner)
        if wanted is not False:
            occupy(appointment)


class CallBackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallBack

    name = factory.Sequence(lambda n: f"Beller {n}")
    telephone = "+32470654321"


class CalendarFeedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CalendarFeed

    practitioner = factory.SubFactory(PractitionerFactory)
