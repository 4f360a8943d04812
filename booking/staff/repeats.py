"""Which requests staff look at twice: one person has more of them open than one person needs.

Or somebody else filled in their number. Only staff see it: what who asks gets to see may not depend
on whether we know the number they filled in (see docs/decisions/016).
"""

from typing import Any

from django.conf import settings
from django.db.models import F, Func, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Upper

from booking.models import Appointment, CallBack

ORDINALS = [
    "eerste", "tweede", "derde", "vierde", "vijfde",
    "zesde", "zevende", "achtste", "negende", "tiende",
]  # fmt: skip


def count_earlier(requests: Any) -> Any:
    """Appointments or call-backs with ``earlier``: how many of the same person were open before.

    The same person has the same telephone number or e-mail address.
    """
    by_telephone = Q(telephone=OuterRef("telephone")) & ~Q(telephone="")
    same = by_telephone
    if requests.model is Appointment:
        same |= Q(address=Upper(OuterRef("email"))) & ~Q(email="")
    appointments = Appointment.objects.awaiting_reply().annotate(address=Upper("email"))
    call_backs = CallBack.objects.open()
    return requests.annotate(
        earlier=count_before(appointments.filter(same))
        + count_before(call_backs.filter(by_telephone))
    )


def count_before(requests: Any) -> Subquery:
    """How many of ``requests`` came before the one that the query is about."""
    before = requests.filter(created_at__lt=OuterRef("created_at")).order_by()
    # Without GROUP BY, so that none is 0 and not nothing.
    count = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(before.annotate(count=count).values("count"))


def repeat_in_words(request: Any) -> str:
    """Such as "derde aanvraag met dit telefoonnummer", where that is one to look at; else "".

    ``request`` is an appointment or a call-back of ``count_earlier``.
    """
    most = settings.OPEN_REQUESTS_PER_PERSON
    if not most or request.earlier < most or not is_open(request):
        return ""
    earlier = request.earlier
    which = ORDINALS[earlier] if earlier < len(ORDINALS) else f"{earlier + 1}e"
    by_email = getattr(request, "email", "")
    ways = filter(None, [request.telephone and "telefoonnummer", by_email and "e-mailadres"])
    return f"{which} aanvraag met dit {' of '.join(ways)}"


def is_open(request: Appointment | CallBack) -> bool:
    """Whether staff still have to answer a request."""
    if isinstance(request, CallBack):
        return request.handled_at is None
    return request.status == Appointment.Status.REQUESTED
