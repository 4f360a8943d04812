"""One function for each mail about logins and rights, and how they are queued.

They name no patient, and tell on a locked telephone only that it is about the login.
"""

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.urls import reverse
from post_office.validators import validate_email_with_name

from kinekracht.fields import unquoted
from kinekracht.models import Practice
from kinekracht.storage.mails import queue_encrypted, render

if TYPE_CHECKING:
    from kinekracht.staff.rights_log import RightsChange

logger = logging.getLogger(__name__)


# By these they are told from mails about appointments.
ABOUT_LOGIN = "Over je aanmelding"
ABOUT_RIGHTS = "Rechten gewijzigd"


def about_staff() -> Q:
    """Those of post_office's mails that are about logins and rights."""
    return Q(subject__in=[ABOUT_LOGIN, ABOUT_RIGHTS])


def visible_to(user: Any, emails: Any) -> Any:
    """Those of ``emails`` that ``user`` may see: who sees no accounts, sees no mails about them."""
    return emails if user.has_perm("auth.view_user") else emails.exclude(about_staff())


def password_known(user: User) -> None:
    """To somebody of the staff, if there is an address: another one has your password."""
    queue(user.email, "password_known", ABOUT_LOGIN, page="admin:password_change")


def rights_changed(recipient: str, changes: list["RightsChange"]) -> None:
    """To whom it concerns, and to each beheerder: who may do what has changed."""
    queue(recipient, "rights_changed", ABOUT_RIGHTS, page="admin:index", changes=changes)


def queue(recipient: str, kind: str, subject: str, *, page: str, **context: Any) -> None:
    """Put the mail ``kind`` in the queue, in the transaction that is going on.

    ``page`` is the name of the route it leads to. What is no address gets nothing, and a mail that
    can't be made is logged: it must not undo what it is about, nor keep others from theirs.
    """
    if not is_address(recipient):
        return
    try:
        with transaction.atomic():
            context |= {
                "subject": subject,
                "practice": Practice.objects.current(),
                "link": settings.SITE_URL + reverse(page),
            }
            text, html = render(kind, context)
            queue_encrypted(recipient, subject=subject, text=text, html=html)
    except DatabaseError:
        raise  # then nothing is written at all, and all of it is tried once more
    except Exception as error:  # noqa: BLE001  whatever it is
        # Not what it says: that may be the address.
        logger.error("%s: no mail %s could be made", type(error).__name__, kind)  # noqa: TRY400


def is_address(said: str) -> bool:
    """Whether a mail can be sent to ``said``, as we and post_office read it."""
    try:
        for check in (validate_email, unquoted, validate_email_with_name):
            check(said)
    except ValidationError:
        return False
    return True


def guard_addresses() -> None:
    """Have every check of a user's address refuse what mail programs read as another one.

    As with names (``names.guard_names``).
    """
    User._meta.get_field("email").validators.append(unquoted)
