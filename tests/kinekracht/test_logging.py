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


@pytest.mark.parametrize(
    "path", ["/afspraak/a/{}/annuleren/", "/afspraak/agenda/{}.ics", "/afspraak/terugbellen/{}/"]
)
def test_no_key_of_a_personal_page_is_logged(path):
    (console,) = [h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler]
    address = path.format("c01NWBxGEHEIM")
    record = logging.makeLogRecord({"msg": "Internal Server Error: %s", "args": (address,)})
    assert console.filter(record)
    assert "GEHEIM" not in console.format(record)
    assert "Internal Server Error: /afspraak/" in console.format(record)


@pytest.mark.parametrize("kind", ["csrf", "DisallowedHost", "RequestDataTooBig"])
def test_strange_requests_are_not_logged_with_their_address(kind):
    assert not logging.getLogger(f"django.security.{kind}").isEnabledFor(logging.ERROR)
