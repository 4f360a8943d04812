"""Appointments for calendar programs. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from booking.ics import Entry, Method, Status, calendar
from booking.slots import BRUSSELS

START = datetime(2026, 12, 1, 9, tzinfo=BRUSSELS)
ENTRY = Entry(
    uid="1234@voorbeeld.be",
    sequence=3,
    changed=datetime(2026, 11, 22, 10, 30, 15, tzinfo=UTC),
    start=START.astimezone(UTC),
    end=START.astimezone(UTC) + timedelta(minutes=45),
    status=Status.CONFIRMED,
    location="Hoogmolenstraat 13, 8790 Waregem",
    organizer="praktijk@voorbeeld.be",
    attendee="an@voorbeeld.be",
)


def lines_of(content):
    """The lines as a calendar program unfolds them."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def written(method=Method.REQUEST, **changes):
    return calendar([replace(ENTRY, **changes)], method=method)


def event_in(content):
    [event] = Calendar.from_ical(content).events
    return event


def test_it_says_when_and_where_and_nothing_else():
    lines = lines_of(written())
    event = lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")]
    assert sorted(event) == [
        "ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:an@voorbeeld.be",
        "CLASS:PRIVATE",
        "DTEND;TZID=Europe/Brussels:20261201T094500",
        "DTSTAMP:20261122T103015Z",
        "DTSTART;TZID=Europe/Brussels:20261201T090000",
        r"LOCATION:Hoogmolenstraat 13\, 8790 Waregem",
        "ORGANIZER:mailto:praktijk@voorbeeld.be",
        "SEQUENCE:3",
        "STATUS:CONFIRMED",
        "SUMMARY:Afspraak",
        "UID:1234@voorbeeld.be",
    ]


def test_what_is_not_known_is_left_out():
    content = written(location="", organizer="", attendee="").decode()
    for name in ("LOCATION", "ORGANIZER", "ATTENDEE", "DESCRIPTION", "URL"):
        assert name not in content


@pytest.mark.parametrize(
    ("method", "status"),
    [
        (Method.REQUEST, Status.CONFIRMED),
        (Method.REQUEST, Status.TENTATIVE),
        (Method.CANCEL, Status.CANCELLED),
        (Method.PUBLISH, Status.CONFIRMED),
    ],
)
def test_the_method_and_the_status_are_said(method, status):
    lines = lines_of(written(method, status=status))
    assert f"METHOD:{method}" in lines
    assert f"STATUS:{status}" in lines


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        ((2026, 3, 28), 8),
        ((2026, 3, 29), 7),  # the clocks went forward this night
        ((2026, 3, 30), 7),
        ((2026, 10, 24), 7),
        ((2026, 10, 25), 8),  # and back this night
        ((2026, 10, 26), 8),
    ],
)
def test_nine_o_clock_is_nine_o_clock_in_summer_and_in_winter(day, utc_hour):
    start = datetime(*day, 9, tzinfo=BRUSSELS).astimezone(UTC)
    content = written(start=start, end=start + timedelta(hours=1))
    date = f"{day[0]}{day[1]:02}{day[2]:02}"
    assert f"DTSTART;TZID=Europe/Brussels:{date}T090000" in lines_of(content)
    assert f"DTEND;TZID=Europe/Brussels:{date}T100000" in lines_of(content)
    read = event_in(content)
    assert read.start.astimezone(UTC) == datetime(*day, utc_hour, tzinfo=UTC)
    assert read.duration == timedelta(hours=1)


def test_its_own_rules_of_the_clock_say_the_same():
    """As read by a program that knows no Europe/Brussels but what stands in the file."""
    summer = datetime(2026, 7, 1, 9, tzinfo=BRUSSELS).astimezone(UTC)
    content = written(start=summer, end=summer + timedelta(hours=1))
    [rules] = Calendar.from_ical(content).timezones
    zone = rules.to_tz()
    assert datetime(2026, 7, 1, 9, tzinfo=zone).astimezone(UTC) == summer
    winter = datetime(2026, 12, 1, 9, tzinfo=zone).astimezone(UTC)
    assert winter == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_lines_end_as_they_must_and_are_folded_within_75_octets():
    content = written(summary="é" * 200, location="ü, " * 100)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert event_in(content)["summary"] == "é" * 200


@pytest.mark.parametrize(
    "text", [r"a\nb", "komma, punt; komma", 'aanhaling "x"', "back\\slash", "{{ 1|add:41 }}", "<b>"]
)
def test_what_means_something_to_a_calendar_stays_text(text):
    read = event_in(written(summary=text, location=text))
    assert read["summary"] == text
    assert read["location"] == text


@pytest.mark.parametrize("field", ["uid", "summary", "location", "organizer", "attendee"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x85", "\u2028", "\x0b", "\x00"])
def test_no_text_can_add_a_line(field, line_break):
    text = f"x@voorbeeld.be{line_break}DESCRIPTION:geheim{line_break}END:VEVENT"
    lines = lines_of(written(**{field: text}))
    assert not any(line.startswith("DESCRIPTION") for line in lines)
    assert lines.count("END:VEVENT") == 1


@given(st.text(max_size=200))
def test_any_text_gives_a_calendar_that_can_be_read(text):
    content = written(summary=text, location=text, attendee=text, organizer=text, uid=text)
    assert len(Calendar.from_ical(content).events) == 1
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_calendar_has_a_name_and_may_be_empty_or_long():
    assert "X-WR-CALNAME:Afspraken" in lines_of(
        calendar([], method=Method.PUBLISH, name="Afspraken")
    )
    many = [replace(ENTRY, uid=f"{n}@voorbeeld.be") for n in range(3)]
    read = Calendar.from_ical(calendar(many, method=Method.PUBLISH))
    assert len(read.events) == 3
    assert len(read.timezones) == 1
