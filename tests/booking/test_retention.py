"""Nothing is kept longer than it may be."""

import datetime as dt
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO

import pytest
import time_machine
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from post_office.models import STATUS, Attachment, Email

from booking import actors, mails, workflow
from booking.models import Appointment, AuditEntry, CallBack, Cell, Change, Sender
from booking.retention import purge
from booking.worker import Daily, Stop, run
from tests.booking.factories import AppointmentFactory, CallBackFactory, brussels
from tests.running_site import ROOT, environment
from tests.staff import make_staff

pytestmark = pytest.mark.django_db

Status = Appointment.Status
DAY = dt.timedelta(days=1)
VISIT = brussels(2027, 1, 13, 9)
CONFIDED = {"complaint": "CANARY-KLACHT", "self_test": "CANARY-TEST"}
PERSONAL = {
    "name": "CANARY Maes",
    "telephone": "+32470123456",
    "email": "canary@example.com",
    "visit": "first",
    "referral": "have",
    "referral_date": dt.date(2027, 1, 2),
    "voicemail": True,
    "discreet": True,
    "remind_soon": True,
}


def visit(**fields):
    given = {"starts_at": VISIT, "status": Status.COMPLETED, "cells": False}
    return AppointmentFactory(**given | PERSONAL | CONFIDED | fields)


def stored(appointment):
    return Appointment.objects.defer(None).get(pk=appointment.pk)


# What was confided


def test_what_was_confided_goes_thirty_days_after_the_appointment():
    kept, gone = visit(), visit(starts_at=VISIT - DAY)
    done = purge(VISIT + 30 * DAY)
    assert done["complaints and self-tests"] == 1
    assert stored(kept).complaint == "CANARY-KLACHT"
    assert (stored(gone).complaint, stored(gone).self_test) == ("", "")
    assert stored(gone).name == "CANARY Maes"


@pytest.mark.parametrize("status", [Status.DECLINED, Status.CANCELLED, Status.EXPIRED])
def test_what_is_off_needs_no_complaint_until_its_day_comes(status):
    appointment = visit(status=status, changed_at=VISIT - 50 * DAY)
    purge(VISIT - 20 * DAY - DAY)
    assert stored(appointment).complaint == "CANARY-KLACHT"
    purge(VISIT - 19 * DAY)
    assert stored(appointment).complaint == ""


@pytest.mark.parametrize("status", Appointment.LIVE)
def test_what_is_on_keeps_it_until_then(status):
    appointment = visit(status=status, changed_at=VISIT - 90 * DAY)
    purge(VISIT)
    assert stored(appointment).complaint == "CANARY-KLACHT"


@override_settings(COMPLAINT_DAYS=5)
def test_how_long_is_a_setting():
    appointment = visit()
    purge(VISIT + 6 * DAY)
    assert stored(appointment).complaint == ""


# Whose it was


def test_after_a_year_an_appointment_is_nobodys():
    appointment = visit(submission_hash="0" * 64, old_key="1" * 64)
    purge(brussels(2028, 1, 13, 9))
    assert stored(appointment).name == "CANARY Maes"
    purge(brussels(2028, 1, 13, 10))
    now = stored(appointment)
    for name in (*PERSONAL, *CONFIDED):
        assert not getattr(now, name), name
    assert now.uid != appointment.uid
    assert (now.old_key, now.submission_hash) == (None, None)
    assert (now.starts_at, now.status) == (VISIT, Status.COMPLETED)
    assert now.practitioner == appointment.practitioner


def test_its_mails_and_history_go_along(settings):
    settings.DEFAULT_FROM_EMAIL = "site@voorbeeld.be"
    appointment = visit(status=Status.CONFIRMED)
    mails.confirmed(appointment)
    [attached] = Attachment.objects.all()
    LogEntry.objects.create(
        user=make_staff(),
        action_flag=2,
        object_repr="C.M. op 13/1/2027",
        object_id=str(appointment.pk),
        content_type=ContentType.objects.get_for_model(Appointment),
    )
    purge(brussels(2028, 2, 1))
    assert not Email.objects.exists()
    assert not Attachment.objects.filter(pk=attached.pk).exists()
    assert not LogEntry.objects.exists()


def test_a_leap_day_counts_as_the_last_of_its_month():
    appointment = visit(starts_at=brussels(2028, 2, 29, 9))
    purge(brussels(2029, 2, 28, 8))
    assert stored(appointment).name
    purge(brussels(2029, 3, 1, 9))
    assert not stored(appointment).name


def test_when_the_clocks_change_a_day_stays_a_day():
    # From winter to summer time, 30 days are an hour less on the wall.
    appointment = visit(starts_at=brussels(2027, 3, 20, 9))
    purge(brussels(2027, 4, 19, 9))
    assert stored(appointment).complaint
    purge(brussels(2027, 4, 19, 11))
    assert not stored(appointment).complaint


def test_what_was_made_anonymous_is_left_alone():
    visit()
    later = brussels(2028, 2, 1)
    assert purge(later)["appointments made anonymous"] == 1
    before = list(Appointment.objects.values())
    assert not any(purge(later).values())
    assert list(Appointment.objects.values()) == before


# The rest


def test_call_backs_go_a_month_after_the_call_and_a_year_after_the_question():
    now = VISIT + 400 * DAY
    called = CallBackFactory(created_at=now - 40 * DAY, handled_at=now - 31 * DAY)
    forgotten = CallBackFactory(created_at=now - 370 * DAY)
    kept = CallBackFactory(created_at=now - 40 * DAY, handled_at=now - 29 * DAY)
    waiting = CallBackFactory(created_at=now - 200 * DAY)
    assert purge(now)["call-backs"] == 2
    assert set(CallBack.objects.all()) == {kept, waiting}
    assert {called, forgotten}.isdisjoint(CallBack.objects.all())


@pytest.mark.parametrize("status", [STATUS.sent, STATUS.queued, STATUS.failed, STATUS.requeued])
def test_mails_go_after_thirty_days_sent_or_not(status):
    mails.requested(visit())
    Email.objects.update(status=status, created=VISIT)
    purge(VISIT + 30 * DAY)
    assert Email.objects.count() == 1
    assert purge(VISIT + 31 * DAY)["mails"] == 1
    assert not Email.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_their_attachments_go_along():
    mails.confirmed(visit(status=Status.CONFIRMED))
    [attached] = Attachment.objects.all()
    assert storages["mail"].exists(attached.file.name)
    purge(timezone.now() + 31 * DAY)
    assert not storages["mail"].exists(attached.file.name)


def test_hashed_addresses_go_the_next_day():
    Sender.objects.create(address="x" * 64, day=VISIT.date(), count=3)
    assert purge(VISIT)["hashed addresses"] == 0
    assert purge(VISIT + DAY)["hashed addresses"] == 1


def test_who_read_what_goes_after_two_years():
    AuditEntry.objects.create(at=VISIT, name="ann", action="read", number=1)
    assert purge(brussels(2029, 1, 13, 9))["audit entries"] == 0
    assert purge(brussels(2029, 1, 13, 10))["audit entries"] == 1


def test_failed_logins_and_ended_sessions_go():
    with time_machine.travel(VISIT, tick=False):
        AccessAttempt.objects.create(username="ann", ip_address="192.0.2.1", failures_since_start=1)
    Session.objects.create(session_key="x" * 32, session_data="", expire_date=VISIT + DAY)
    done = purge(VISIT + 2 * DAY)
    assert (done["failed logins"], done["sessions"]) == (1, 1)


def test_the_command_says_what_it_did():
    visit()
    said = StringIO()
    with time_machine.travel(VISIT + 40 * DAY, tick=False):
        call_command("purge", stdout=said)
    assert "     1 complaints and self-tests\n" in said.getvalue()
    assert "     0 mails\n" in said.getvalue()


# Every day


def test_the_worker_does_it_once_a_day():
    called = []
    daily = Daily(called.append)
    for moment in (VISIT, VISIT + dt.timedelta(hours=3), VISIT + DAY, VISIT + DAY):
        daily(moment)
    assert called == [VISIT, VISIT + DAY]


def test_what_failed_is_tried_again_the_same_day():
    attempts = []

    def fail_once(now):
        attempts.append(now)
        if len(attempts) == 1:
            raise ConnectionError

    daily = Daily(fail_once)
    with pytest.raises(ConnectionError):
        daily(VISIT)
    daily(VISIT)
    daily(VISIT)
    assert len(attempts) == 2


def test_the_worker_purges(practice):
    appointment = visit()
    with time_machine.travel(VISIT + 40 * DAY):
        run(Stop(), once=True)
    assert stored(appointment).complaint == ""


# All of it


def everything():
    """All that the database holds, as text."""
    return "\n".join(str(list(model.objects.values())) for model in apps.get_models())


def test_in_the_end_no_table_knows_a_name(practice):
    appointment = visit(status=Status.REQUESTED)
    mails.requested(appointment)
    mails.staff_requested(appointment)
    workflow.cancel(appointment, version=0, by=actors.NOBODY, now=VISIT - DAY)
    CallBackFactory(name="CANARY Maes", created_at=VISIT)
    assert "CANARY" in everything()
    assert "canary@example.com" in everything()
    purge(VISIT + 800 * DAY)
    found = everything()
    for trace in ("CANARY", "canary", "470123456", "C.M."):
        assert trace not in found
    assert Change.objects.exists()
    assert not Cell.objects.exists()


FILL = """
import datetime as dt, uuid
from django.utils import timezone
from booking import actors, workflow
from booking.models import Appointment
from booking.slots import Slot
from kinekracht.models import Treatment, Practitioner
now = timezone.now()
start = now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=3)
treatment, who = Treatment.objects.first(), Practitioner.objects.first()
for n in range(40):
    workflow.enter(
        treatment,
        Slot(start + dt.timedelta(days=n), who.pk),
        by=actors.NOBODY,
        now=now,
        details={
            "name": f"CANARYNAME {n}",
            "telephone": "+32470123456",
            "email": f"canarymail{n}@example.com",
            "complaint": "CANARYWORDS " * 30,
        },
    )
workflow.ask_to_be_called(
    submission=uuid.uuid4(), now=now, details={"name": "CANARYNAME", "telephone": "+32470123456"}
)
"""
PURGE = """
import datetime as dt
from django.utils import timezone
from booking.retention import purge
print(purge(timezone.now() + dt.timedelta(days={days})))
"""
TRACES = (b"CANARYNAME", b"canarymail", b"470123456", b"CANARYWORDS")


@pytest.mark.site
def test_no_byte_of_it_is_left_in_the_files(tmp_path):
    var_dir = tmp_path / "var"
    given = environment(var_dir, SECRET_KEY="x" * 60, SITE_URL="http://127.0.0.1")

    def manage(*command):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=given,
            check=True,
            capture_output=True,
        )

    def traces():
        content = b"".join(file.read_bytes() for file in var_dir.rglob("*") if file.is_file())
        return [trace for trace in TRACES if trace in content]

    manage("migrate", "--no-input")
    manage("seed_demo")
    # The site has the database open as well: nothing is tidied up because the last one leaves.
    with closing(sqlite3.connect(var_dir / "db.sqlite3")) as site:
        site.execute("SELECT count(*) FROM booking_appointment").fetchall()
        manage("shell", "-c", FILL)
        # The words are encrypted from the first moment on.
        assert traces() == [b"CANARYNAME", b"canarymail", b"470123456"]
        manage("shell", "-c", PURGE.format(days=300))
        assert b"CANARYNAME" in traces()
        manage("shell", "-c", PURGE.format(days=800))
        assert traces() == []
