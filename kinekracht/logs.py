"""What may stand in a log: never a query string, a form, or anything that somebody typed."""

import logging
import re
import traceback
from types import TracebackType
from typing import Any

from django.http import UnreadablePostError

PERSONAL = re.compile(r"(/afspraak/(?:a|agenda|terugbellen)/)[^/\s]+")


class WithoutValues(logging.Formatter):
    """Says which error it was and where, not what it said: that may quote a patient.

    PostgreSQL names the whole row that broke a constraint.
    """

    def formatException(self, ei: Any) -> str:  # noqa: N802  logging's name
        error: BaseException | None = ei[1]
        told: list[str] = []
        while error is not None:
            told.append(place_of(error.__traceback__) + type(error).__qualname__)
            hidden = None if error.__suppress_context__ else error.__context__
            error = error.__cause__ or hidden
        return "\n\nwhich came after:\n\n".join(told)


def place_of(trace: TracebackType | None) -> str:
    """The lines of code that led to an error."""
    return "".join(traceback.format_tb(trace))


def is_worth_logging(record: logging.LogRecord) -> bool:
    """Whether a record tells more than that a visitor went away before all was sent."""
    return not (record.exc_info and isinstance(record.exc_info[1], UnreadablePostError))


def hide_keys(record: logging.LogRecord) -> bool:
    """Take the keys of patients' pages and of calendars out of a record; it is logged all the same.

    Who knows such an address may change an appointment.
    """
    record.msg = without_keys(record.getMessage())
    record.args = ()
    return True


def without_keys(text: str) -> str:
    """``text`` with the addresses of patients' pages and of calendars made useless."""
    return PERSONAL.sub(r"\1…", text)
