"""What visitors get while the database can't be reached, is locked too long, or a disk fails."""

import errno
import logging
import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.log import log_response
from django.views import defaults

RETRY_AFTER = {"Retry-After": "60"}  # seconds
# A disk that is full, broken, or only read from since; a share whose server is gone.
DISK_FAILS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE}

logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: in an outage 503, after all other errors 500."""
    return answer_to_outage(request, sys.exc_info()[1]) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400, as Django calls a session that it can't store a bad request."""
    return answer_to_outage(request, exception) or defaults.bad_request(request, exception)


def answer_to_outage(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """What to answer if ``error`` comes from an outage, which is logged; None if it doesn't."""
    outage = find_outage(error)
    if outage is None:
        return None
    response = unavailable(request)
    route = request.resolver_match.route if request.resolver_match else "?"
    # One line with no value in it, neither from the address nor from the database; and in place
    # of the one that Django would write, with its traceback.
    log_response(
        "%s at %s",
        name_of(outage),
        route,
        response=response,
        request=request,
        logger=logger,
        level="error",
    )
    return response


def find_outage(error: BaseException | None) -> BaseException | None:
    """The first error in the chain that led to ``error`` that tells of an outage, if there is."""
    while error is not None and not is_outage(error):
        error = error.__cause__ or error.__context__
    return error


def is_outage(error: BaseException) -> bool:
    """Whether it is the database or the disk that fails, and not the site."""
    if isinstance(error, OSError):
        return error.errno in DISK_FAILS
    return isinstance(error, (OperationalError, InterfaceError))


def name_of(error: BaseException) -> str:
    """The kind of an error, as the database's driver names it where that says more."""
    cause = error.__cause__ or error
    return str(getattr(cause, "sqlite_errorname", type(cause).__name__))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: try again in a minute, or call. Whoever sent something is told it wasn't stored."""
    sent = request.method not in {"GET", "HEAD", "OPTIONS"}
    return HttpResponse(
        loader.get_template("503.html").render({"sent": sent}),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Cache-Control": "no-store"} | RETRY_AFTER,
    )
