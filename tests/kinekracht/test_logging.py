import logging

import pytest
from django.http import UnreadablePostError


@pytest.mark.parametrize(
    ("error", "is_written"), [(UnreadablePostError("weg"), False), (ValueError("kapot"), True)]
)
def test_a_visitor_who_goes_away_half_way_is_no_error_to_write_about(error, is_written):
    (console,) = [h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler]
    record = logging.makeLogRecord({"exc_info": (type(error), error, None)})
    assert bool(console.filter(record)) is is_written
    assert console.filter(logging.makeLogRecord({}))
