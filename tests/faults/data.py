"""What there is to read and to book, in a database that was just made: ``python -m …``.

Appointments take an hour, on every day from 8 to 18, with a pause of a quarter: ten a day.
"""

import datetime as dt

import django

django.setup()

from booking.models import WorkingHours  # noqa: E402  after the setup
from tests import factories  # noqa: E402

factories.PracticeFactory(closed_on_holidays=False, notify_email="praktijk@example.com")
person = factories.PractitionerFactory(name="An Maes", slug="an")
treatment = factories.TreatmentFactory(
    name="Kine",
    slug="kine",
    duration_minutes=45,
    pause_minutes=15,
    step_minutes=60,
    horizon_days=365,
)
treatment.practitioners.add(person)
for weekday in range(7):
    WorkingHours.objects.create(
        practitioner=person, weekday=weekday, starts=dt.time(8), ends=dt.time(18)
    )
factories.ArticleFactory(title="Zwakke bekkenbodem", slug="zwakke-bekkenbodem")
