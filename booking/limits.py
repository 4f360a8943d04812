"""How much one sender may ask of us. People hardly notice; programs that fill in forms do."""

import datetime as dt

from django.conf import settings
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from phonenumber_field.phonenumber import PhoneNumber

from booking.models import Appointment, CallBack, Sender
from booking.occupancy import NotPossible


class TooMany(NotPossible):
    """The limit has been reached; the message says what is still possible."""


def hashed(address: str) -> str:
    """An IP address as it is kept for a day: it can be recognised, but not read."""
    return salted_hmac("booking.limits", address, algorithm="sha256").hexdigest()


def admit(sender: str, telephone: PhoneNumber | str, email: str, now: dt.datetime) -> None:
    """Count a request by ``sender``, a hashed address; TooMany if it is one too many.

    To be called in the transaction that stores the request: what isn't stored isn't counted, and
    two requests at once wait for each other.
    """
    limit = settings.REQUESTS_PER_ADDRESS
    if limit:
        today = now.date()
        _, is_new = Sender.objects.get_or_create(address=sender, day=today)
        if is_new:
            Sender.objects.filter(day__lt=today).delete()
        same = Sender.objects.filter(address=sender, day=today, count__lt=limit)
        if not same.update(count=F("count") + 1):
            raise TooMany("Er kwamen vandaag veel aanvragen van jouw internetverbinding.")
    if open_requests(telephone, email) >= settings.OPEN_REQUESTS_PER_PERSON:
        raise TooMany("Je hebt al aanvragen lopen die we nog moeten beantwoorden.")


def open_requests(telephone: PhoneNumber | str, email: str) -> int:
    """How many requests with this telephone number or e-mail address nobody has answered yet."""
    by_telephone = Q(telephone=telephone) if telephone else Q(pk=None)
    by_email = Q(email__iexact=email) if email else Q(pk=None)
    return (
        Appointment.objects.awaiting_reply().filter(by_telephone | by_email).count()
        + CallBack.objects.open().filter(by_telephone).count()
    )
