"""The list of what patients had erased, and what it does to what comes back."""

import datetime as dt
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from post_office.models import Attachment, Email

from booking import erasures, mails, workflow
from booking.models import Appointment, AuditEntry, CallBack, Cell, Change, Mail
from booking.models.links import keyed_hash, sha256
from tests.booking.factories import AppointmentFactory, CallBackFactory
from tests.booking.situation import NOW, START, Status, in_status

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def list_(settings, tmp_path):
    """The list, of which there is none yet."""
    settings.SHARED_DIR = tmp_path
    return tmp_path / "erasures"


def bring_back(record):
    """Have the database hold a record again, as it does after a restore."""
    record.pk = None
    record.save()
    return record


def test_a_line_is_a_day_and_a_hash_that_names_nobody(list_):
    call_back = CallBackFactory(name="Lotte")
    late = dt.datetime(2026, 12, 1, 23, 30, tzinfo=dt.UTC)
    erasures.erase(call_back, now=late)
    day, hash_ = list_.read_text().split()
    assert day == "2026-12-02"  # in Brussels
    assert len(hash_) == 64
    for known in (call_back.key, str(call_back.uid)):
        assert known not in list_.read_text()
    assert stat.S_IMODE(list_.stat().st_mode) == 0o600


def test_what_is_on_the_list_is_erased_again_and_nothing_else():
    kept, gone = AppointmentFactory(), AppointmentFactory()
    kept_call_back, call_back = CallBackFactory(), CallBackFactory()
    erasures.erase(gone, now=NOW)
    erasures.erase(call_back, now=NOW)
    bring_back(gone)
    bring_back(call_back)
    assert erasures.repeat() == 2
    assert list(Appointment.objects.all()) == [kept]
    assert list(CallBack.objects.all()) == [kept_call_back]
    assert erasures.repeat() == 0


def test_a_line_from_before_keys_were_derived_still_counts():
    """A list of then, and a record that an older backup brought back and that was migrated."""
    AppointmentFactory(name="Blijft", old_key=keyed_hash(sha256("van-een-ander")))
    AppointmentFactory(name="Weg", old_key=keyed_hash(sha256("van-vroeger")))
    erasures.add({f"2026-11-01 {sha256('van-vroeger')}"})
    assert erasures.repeat() == 1
    assert Appointment.objects.get().name == "Blijft"


def test_who_adds_at_the_same_time_adds_nothing_twice(list_):
    """Each with a descriptor of its own, as two machines have."""
    lines = {f"2026-12-01 {n:064x}" for n in range(50)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(erasures.add, [{line} for line in sorted(lines) * 8]))
    assert sorted(list_.read_text().splitlines()) == sorted(lines)


def test_without_a_list_nothing_is_erased(list_):
    AppointmentFactory()
    erasures.add(set())
    assert erasures.repeat() == 0
    assert Appointment.objects.exists()
    assert not list_.exists()


def test_mails_attachments_history_and_cells_go_and_nobody_is_told(
    practice, by, django_capture_on_commit_callbacks
):
    appointment = AppointmentFactory(status=Status.CONFIRMED)
    mails.confirmed(appointment)
    workflow.cancel(appointment, version=0, by=by, now=NOW)
    AuditEntry.write(AuditEntry.Action.READ, by=by.user, now=NOW, number=appointment.pk)
    LogEntry.objects.create(
        user=by.user,
        content_type=ContentType.objects.get_for_model(Appointment),
        object_id=str(appointment.pk),
        object_repr="L. op 3/12",
        action_flag=CHANGE,
    )
    erasures.note(appointment, now=NOW)
    file = Attachment.objects.first().file
    with django_capture_on_commit_callbacks(execute=True):
        assert erasures.repeat() == 1
    for model in (Appointment, Attachment, Cell, Change, Email, LogEntry, Mail):
        assert not model.objects.exists(), model
    assert not file.storage.exists(file.name)
    assert AuditEntry.objects.get().number is None


def test_what_could_not_be_noted_is_not_erased(list_, appointment):
    list_.mkdir()  # a list that can't be written, as on a full disk
    with pytest.raises(OSError, match="directory"), transaction.atomic():
        workflow.erase(appointment, version=0, now=NOW)
    assert Appointment.objects.get() == appointment
    assert appointment.cells.exists()


def test_a_line_that_was_cut_off_spoils_no_other(list_, appointment):
    other = CallBackFactory()
    erasures.note(appointment, now=NOW)
    with list_.open("a") as opened:
        opened.write("2026-12-01 0123abcd")
    erasures.note(other, now=NOW)
    assert {line.split()[1] for line in erasures.listed(list_)} == {
        erasures.fingerprint(appointment), erasures.fingerprint(other),
    }  # fmt: skip
    assert erasures.repeat() == 2


def test_the_same_line_is_written_once(list_, appointment):
    for _ in range(2):
        erasures.note(appointment, now=NOW)
    assert len(list_.read_text().splitlines()) == 1


def test_what_a_patient_erases_is_noted(client, at_now, appointment, list_):
    client.post(f"{appointment.get_absolute_url()}wissen/", {"version": 0})
    call_back = CallBackFactory()
    client.post(f"{call_back.get_absolute_url()}wissen/")
    assert {line.split()[1] for line in erasures.listed(list_)} == {
        erasures.fingerprint(appointment), erasures.fingerprint(call_back),
    }  # fmt: skip
    assert not Appointment.objects.exists()
    assert not CallBack.objects.exists()


def test_a_self_test_that_was_taken_back_goes_again_and_the_rest_stays(treatment, practitioner):
    appointment = in_status(
        Status.CONFIRMED, treatment, practitioner, start=START, complaint="Pijn.", self_test="Ja."
    )
    other = AppointmentFactory(self_test="Nee.")
    workflow.withdraw_self_test(appointment, now=NOW)
    Appointment.objects.filter(pk=appointment.pk).update(self_test="Ja.")
    assert erasures.repeat() == 0
    appointment.refresh_from_db(fields=["complaint", "self_test"])
    assert (appointment.complaint, appointment.self_test) == ("Pijn.", "")
    other.refresh_from_db(fields=["self_test"])
    assert other.self_test == "Nee."
