"""Whose request makes the change that a signal tells of.

Where who acts is passed along, as with appointments, ``booking.actors`` names them.
"""

from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from kinekracht.middleware import GetResponse

SERVER = "beheer op de server"  # a command, a shell, the worker
NOBODY = "wie niet aangemeld was"

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


def remember_request(get_response: GetResponse) -> GetResponse:
    """Keep the request at hand while it is answered."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return get_response(request)
        finally:
            _request.reset(token)

    return middleware


def acting_name() -> str:
    """The name of the account that does this; outside a request, SERVER."""
    request = _request.get()
    return SERVER if request is None else request.user.get_username() or NOBODY
