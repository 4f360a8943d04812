"""A real mail server for tests, which keeps what it takes in memory.

It can be stopped and started again on the same port, and told to refuse.
"""

import contextlib
import email
import email.policy
import threading
from collections.abc import Iterator
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.running_site import free_port

HOST = "127.0.0.1"
WAIT_SECONDS = 120


class SmtpServer:
    """``mails`` are those it took, in their order; ``refuse`` is what it answers instead.

    Nobody has the address ``unknown``.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"smtp://{HOST}:{self.port}"
        self.mails: list[EmailMessage] = []
        self.refuse = ""
        self.unknown = ""
        self._changed = threading.Condition()
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname=HOST, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def receive_from(self, settings) -> None:
        """Have this process send its mail here; ``settings`` are pytest-django's."""
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = HOST
        settings.EMAIL_PORT = self.port

    def wait_for(self, count: int) -> None:
        """Return when it has taken so many mails."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.mails) >= count, WAIT_SECONDS)
        assert came, f"{len(self.mails)} of {count} mails came"

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        if address == self.unknown:
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802  aiosmtpd's name
        if self.refuse:
            return self.refuse
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail.recipients = envelope.rcpt_tos
        mail.content = envelope.content
        with self._changed:
            self.mails.append(mail)
            self._changed.notify_all()
        return "250 OK"


@contextlib.contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    """A server that runs, for the length of a with block."""
    server = SmtpServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def words_of(mail: EmailMessage) -> tuple[str, str]:
    """The text and the HTML of a mail."""
    text, html = (mail.get_body([kind]) for kind in ("plain", "html"))
    return tuple(part.get_content().replace("\r\n", "\n") for part in (text, html))


def calendar_of(mail: EmailMessage) -> bytes | None:
    """The calendar file that came with a mail, if one did."""
    files = list(mail.iter_attachments())
    assert len(files) <= 1
    return files[0].get_payload(decode=True) if files else None
