"""A mail as it is made and kept: unreadable while it waits, without secret addresses once sent."""

import copy
import re
from contextlib import suppress
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailAlternative
from django.template.loader import render_to_string
from post_office import mail
from post_office.models import STATUS, Email

from kinekracht.encryption import WrongKey, decrypt, encrypt
from kinekracht.logs import without_keys


class DecryptingBackend(BaseEmailBackend):
    """Sends by EMAIL_URL what was queued encrypted; WrongKey, and it goes on waiting, if it can't.

    post_office asks for it (POST_OFFICE in the settings), and nothing else does.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.connection = get_connection(**options)

    def open(self) -> bool | None:
        return self.connection.open()

    def close(self) -> None:
        self.connection.close()

    def send_messages(self, email_messages: Any) -> int:
        return self.connection.send_messages([readable(each) for each in email_messages]) or 0


def readable(message: EmailMessage) -> EmailMessage:
    """The mail that ``message`` is the encrypted form of."""
    result = copy.copy(message)
    result.body = decrypt(str(message.body))
    if isinstance(result, EmailMultiAlternatives):
        result.alternatives = [
            EmailAlternative(decrypt(str(content)), mimetype)
            for content, mimetype in result.alternatives
        ]
    return result


def render(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    """The words of the mail ``kind``: as plain text, and as HTML."""
    text, html = (
        render_to_string(f"mails/{kind}.txt", context | {"base": f"mails/base.{form}"})
        for form in ("txt", "html")
    )
    return without_gaps(text), html


def without_gaps(text: str) -> str:
    """``text`` without the empty lines of what was not filled in."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def queue_encrypted(
    recipient: str,
    *,
    subject: str,
    text: str,
    html: str,
    headers: dict[str, str] | None = None,
    **options: Any,
) -> Email:
    """Put a mail in the queue, in the transaction that is going on; ``options`` are post_office's.

    Who reads the database finds to whom it goes and the subject, which says nothing personal.
    """
    automatic = {
        # The same should it be sent twice, by which mail programs show it once.
        "Message-ID": make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
        "Auto-Submitted": "auto-generated",  # so that no absence is answered
    }
    return mail.send(
        recipient,
        # It takes these for templates; what they say must not be taken for one once more.
        subject="{{ subject|safe }}",
        message="{{ text|safe }}",
        html_message="{{ html|safe }}",
        context={"subject": subject, "text": encrypt(text), "html": encrypt(html)},
        headers=automatic | (headers or {}),
        **options,
    )


def words_of(email: Email) -> str:
    """What a mail says, as plain text; WrongKey if none of the keys belongs to it.

    Without its secret addresses: who of the staff reads along must not act as the patient.
    """
    return without_keys(decrypt(email.message))


def forget_links_of_sent() -> int:
    """Take the secret addresses out of mails that were sent; how many mails that were.

    Their HTML goes altogether, which also tells which mails were done.
    """
    sent = Email.objects.filter(status=STATUS.sent).exclude(html_message="")
    count = 0
    for email in sent:
        with suppress(WrongKey):  # then nobody reads its addresses either
            email.message = encrypt(words_of(email))
        same = Email.objects.filter(pk=email.pk)
        count += same.update(message=email.message, html_message="")
    return count
