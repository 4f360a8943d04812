"""How much one sender may ask of us. People hardly notice; programs that fill in forms do."""

import datetime as dt

from django.conf import settings
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from phonenumber_field.phonenumber import PhoneNumber

from booking.models import Appointment, CallBack, Sender
from booking.occupancy import NotPossible
from kinekracht.limits import network_of

SECONDS_A_DAY = 24 * 60 * 60


class TooMany(NotPossible):
    """A limit has been reached.

    Which one isn't said: it would tell who fills in somebody else's number that they have asked
    for an appointment here.
    """

    def __init__(self) -> None:
        super().__init__("Er kwamen te veel aanvragen na elkaar.")


def hashed(address: str) -> str:
    """An IP address as it is kept for a day: it can be recognised, but not read."""
    return salted_hmac("booking.limits", network_of(address), algorithm="sha256").hexdigest()


def admit(sender: str, telephone: PhoneNumber | str, email: str, now: dt.datetime) -> None:
    """Count a request by ``sender``, a hashed address; TooMany if it is one too many.

    To be called in the transaction that stores the request: what isn't stored isn't counted, and
    two requests at once wait for each other.
    """
    limit = settings.REQUESTS_PER_ADDRESS
    if limit:
        today = now.date()
        Sender.objects.get_or_create(address=sender, day=today)
        same = Sender.objects.filter(address=sender, day=today, count__lt=limit)
        if not same.update(count=F("count") + 1):
            raise TooMany
    most = settings.OPEN_REQUESTS_PER_PERSON
    if most and open_requests(telephone, email) >= most:
        raise TooMany


def seconds_left(now: dt.datetime) -> int:
    """When it makes sense to try again, whatever the limit: at the end of the day in UTC."""
    return SECONDS_A_DAY - int(now.timestamp()) % SECONDS_A_DAY


def forget_senders(now: dt.datetime) -> int:
    """Delete the hashes of other days; how many there were."""
    return Sender.objects.exclude(day=now.date()).delete()[0]


def open_requests(telephone: PhoneNumber | str, email: str) -> int:
    """How many requests with this telephone number or e-mail address nobody has answered yet."""
    by_telephone = Q(telephone=telephone) if telephone else Q(pk=None)
    by_email = Q(email__iexact=email) if email else Q(pk=None)
    return (
        Appointment.objects.awaiting_reply().filter(by_telephone | by_email).count()
        + CallBack.objects.open().filter(by_telephone).count()
    )
