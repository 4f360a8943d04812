"""How much may be asked of us: by one sender, and by all of them together.

People hardly notice; programs that fill in forms do. What somebody fills in may be of somebody
else, so whether we know that number or address decides nothing that a sender can see.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils.crypto import salted_hmac

from booking.models import Appointment, Sender
from booking.occupancy import NotPossible
from kinekracht.limits import network_of

SECONDS_A_DAY = 24 * 60 * 60
A_DAY = dt.timedelta(days=1)

# What a patient does by themselves, and gets a mail about.
ACKNOWLEDGING = ("requested", "moved", "cancelled")


class TooMany(NotPossible):
    """A limit has been reached: that of the sender, or that of the practice, for everybody alike.

    One answer for both. That so many others ask is nobody's business either.
    """

    def __init__(self) -> None:
        super().__init__("Er kwamen te veel aanvragen na elkaar.")


def hashed(address: str) -> str:
    """An IP address as it is kept for a day: it can be recognised, but not read."""
    return salted_hmac("booking.limits", network_of(address), algorithm="sha256").hexdigest()


def admit(sender: str, unanswered: Any, now: dt.datetime) -> None:
    """Count a request by ``sender``, a hashed address; TooMany if it is one too many.

    Or if staff have so many of its kind to answer, ``unanswered``, that no more fit in a day.

    To be called in the transaction that stores the request: what isn't stored isn't counted, and
    two requests of one sender wait for each other. Those of several senders don't, on PostgreSQL:
    as many as are written at one moment may pass the ceiling together, which does no harm.
    """
    limit = settings.REQUESTS_PER_ADDRESS
    if limit:
        today = now.date()
        Sender.objects.get_or_create(address=sender, day=today)
        same = Sender.objects.filter(address=sender, day=today, count__lt=limit)
        if not same.update(count=F("count") + 1):
            raise TooMany
    most = settings.REQUESTS_PER_DAY
    if most and count_lately(unanswered, now) >= most:
        raise TooMany


def count_lately(unanswered: Any, now: dt.datetime) -> int:
    """How many of these requests came in the 24 hours before ``now``."""
    count: int = unanswered.filter(created_at__gt=now - A_DAY).count()
    return count


def seconds_left(now: dt.datetime) -> int:
    """When it makes sense to try again: at the end of the day in UTC, when senders begin anew.

    When staff will have answered others, which makes room too, nobody knows.
    """
    return SECONDS_A_DAY - int(now.timestamp()) % SECONDS_A_DAY


def forget_senders(now: dt.datetime) -> int:
    """Delete the hashes of other days; how many there were."""
    return Sender.objects.exclude(day=now.date()).delete()[0]


def has_heard_enough(appointment: Appointment, now: dt.datetime) -> bool:
    """Whether its e-mail address gets no more mails about what was asked in its name.

    That is so from OPEN_REQUESTS_PER_PERSON mails on, until staff answer one of the requests they
    were about. Those that were called off count for a day. Once staff did something with
    ``appointment`` itself, its mails go.

    Only the address counts. Would the telephone number, then who asks with somebody else's number
    and an address of their own could tell by their own mailbox whether that number is known here.
    """
    most = settings.OPEN_REQUESTS_PER_PERSON
    untouched = Appointment.objects.untouched_by_staff().filter(
        Q(status=Appointment.Status.REQUESTED)
        | Q(created_at__gt=now - A_DAY)
        | Q(pk=appointment.pk),
        email__iexact=appointment.email,
        starts_at__gt=now - A_DAY,  # the others are over; by this they are found
    )
    told = Q(mails__kind__in=ACKNOWLEDGING, mails__email__expires_at=None)  # others were held back
    mails = untouched.annotate(count=Count("mails", filter=told)).order_by()
    counts = dict(mails.values_list("pk", "count"))
    return bool(most) and appointment.pk in counts and sum(counts.values()) >= most
