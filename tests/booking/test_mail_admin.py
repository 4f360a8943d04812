"""The mails, as staff see them."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import NoReverseMatch, reverse
from post_office.models import STATUS, Email, Log

from booking.delivery import left_lying, not_arriving
from booking.models import Worker
from kinekracht.staff.mails import password_known, rights_changed
from kinekracht.storage.mails import queue_encrypted
from tests.booking.situation import HOUR, NOW
from tests.staff import make_staff, sign_in

pytestmark = pytest.mark.django_db

CHANGELIST = "/beheer/post_office/email/"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def make(subject="Je afspraak", **changed):
    """A mail that is queued, with these changes."""
    email = queue_encrypted("lotte@example.com", subject=subject, text="Dag <b>.", html="<p>Dag.")
    Email.objects.filter(pk=email.pk).update(**changed)
    email.refresh_from_db()
    return email


def failing(**changed):
    tried = {"status": STATUS.requeued, "number_of_retries": 4, "scheduled_time": NOW + HOUR}
    email = make(**tried | changed)
    Log.objects.create(
        email=email, status=STATUS.failed, exception_type="ConnectionRefusedError", message="x"
    )
    return email


def page(client, email):
    path = reverse("admin:post_office_email_change", args=[email.pk])
    return client.get(path).content.decode()


def retry(client, email):
    path = reverse("admin:post_office_email_retry", args=[email.pk])
    return client.post(path, follow=True).content.decode()


def test_a_mail_can_be_read_and_says_what_went_wrong(admin_client):
    html = page(admin_client, failing())
    for words in (
        "lotte@example.com",
        "Je afspraak",
        "Dag &lt;b&gt;.",
        "Komt niet aan",
        "4 keer mislukt (ConnectionRefusedError); volgende poging di 1 december, 9.00 uur",
    ):
        assert words in html


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Nog niet geprobeerd"),
        ({"status": STATUS.sent}, "Verstuurd op di 1 december, 8.00 uur"),
        ({"status": STATUS.failed}, "1 keer mislukt"),
    ],
)
def test_it_says_whether_it_was_sent(admin_client, changed, said):
    assert said in page(admin_client, make(**changed))


@pytest.mark.parametrize("status", [STATUS.failed, STATUS.requeued])
def test_a_mail_can_be_tried_again_at_once(admin_client, status):
    email = failing(status=status)
    assert "zo dadelijk opnieuw geprobeerd" in retry(admin_client, email)
    email.refresh_from_db()
    assert (email.status, email.scheduled_time, email.number_of_retries) == (
        STATUS.queued, None, None,
    )  # fmt: skip


def test_what_was_sent_is_not_sent_again(admin_client):
    email = make(status=STATUS.sent)
    assert "Probeer opnieuw" not in page(admin_client, email)
    assert "al verstuurd" in retry(admin_client, email)
    email.refresh_from_db()
    assert email.status == STATUS.sent


@pytest.mark.parametrize(("ends", "offered"), [(NOW, False), (NOW + HOUR, True)])
def test_what_no_try_would_send_offers_none(admin_client, ends, offered):
    html = page(admin_client, make(expires_at=ends))
    assert ("Probeer opnieuw" in html, "Gaat niet meer weg" in html) == (offered, not offered)


def test_a_hidden_address_is_explained_and_only_that(admin_client, settings):
    said = "Waar … staat, las de patiënt een geheim adres."
    assert said not in page(admin_client, make())
    text = f"Bekijk je afspraak: {settings.SITE_URL}/afspraak/a/{'k' * 43}/"
    email = queue_encrypted("lotte@example.com", subject="x", text=text, html="")
    assert said in page(admin_client, email)


def test_looking_sends_nothing(admin_client):
    email = failing()
    path = reverse("admin:post_office_email_retry", args=[email.pk])
    assert admin_client.get(path).status_code == 405
    page(admin_client, email)
    email.refresh_from_db()
    assert email.status == STATUS.requeued


def test_a_mail_can_be_neither_written_nor_changed_nor_deleted(admin_client):
    email = make()
    change = reverse("admin:post_office_email_change", args=[email.pk])
    admin_client.post(change, {"subject": "Iets anders", "to": "x@example.com"})
    assert admin_client.post(reverse("admin:post_office_email_add")).status_code == 403
    assert (
        admin_client.post(reverse("admin:post_office_email_delete", args=[email.pk])).status_code
        == 403
    )
    assert Email.objects.get().subject == "Je afspraak"


@pytest.mark.parametrize("model", ["emailtemplate", "attachment", "log"])
def test_templates_which_are_code_are_out_of_reach(model):
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:post_office_{model}_changelist")


def test_who_may_only_look_tries_nothing_again(client, django_user_model):
    user = django_user_model.objects.create_user("kijker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_email"))
    sign_in(client, user)
    email = failing()
    assert "Probeer opnieuw" not in page(client, email)
    path = reverse("admin:post_office_email_retry", args=[email.pk])
    assert client.post(path).status_code == 403


@pytest.mark.parametrize(("group", "sees"), [("onthaal", False), ("beheerder", True)])
def test_mails_about_logins_are_for_who_sees_the_accounts(client, group, sees):
    colleague = make_staff("therapeut", name="greet")
    colleague.email = "greet@praktijk.example"
    password_known(colleague)
    rights_changed(colleague.email, [])
    Email.objects.update(number_of_retries=1, created=NOW - HOUR)  # it fails, and it lies still
    make(number_of_retries=1, created=NOW - HOUR)
    sign_in(client, make_staff(group))
    for path in (CHANGELIST, "/beheer/"):
        html = client.get(path).content.decode()
        assert "Je afspraak" in html
        for words in ("Over je aanmelding", "Rechten gewijzigd", colleague.email):
            assert (words in html) == sees
    for email in Email.objects.filter(to=colleague.email):
        change = reverse("admin:post_office_email_change", args=[email.pk])
        assert client.get(change).status_code == (200 if sees else 302)
        retry = reverse("admin:post_office_email_retry", args=[email.pk])
        assert client.post(retry).status_code == (302 if sees else 404)


def test_the_list_can_be_narrowed_to_what_does_not_arrive(admin_client):
    make("verstuurd", status=STATUS.sent)
    make("wacht")
    failing(subject="mislukt")
    failing(subject="opgegeven", status=STATUS.failed, number_of_retries=None)

    def listed(**filters):
        found = admin_client.get(CHANGELIST, filters).context["cl"].result_list
        return {email.subject for email in found}

    assert listed() == {"verstuurd", "wacht", "mislukt", "opgegeven"}
    assert listed(toestand="fout") == {"mislukt", "opgegeven"}
    assert listed(toestand="wacht") == {"wacht", "mislukt"}
    assert listed(toestand="weg") == {"verstuurd"}


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_costs_the_same_queries(admin_client, django_assert_num_queries, many):
    for _ in range(many):
        failing()
    # Session, user, app, a savepoint, a count, the rows.
    with django_assert_num_queries(6):
        admin_client.get(CHANGELIST)


def test_a_mail_that_failed_once_does_not_arrive():
    make(), make(status=STATUS.sent, number_of_retries=3)
    found = [failing(), failing(status=STATUS.failed)]
    assert list(not_arriving(Email.objects.order_by("pk"))) == found


@pytest.mark.parametrize(
    ("created", "scheduled", "beat", "lies"),
    [
        (NOW - 6 * MINUTE, None, None, True),
        (NOW - 6 * MINUTE, None, NOW - 3 * MINUTE, True),
        (NOW - 6 * MINUTE, None, NOW - MINUTE, False),
        (NOW - 4 * MINUTE, None, None, False),
        (NOW - HOUR, NOW - 6 * MINUTE, None, True),
        (NOW - HOUR, NOW + 6 * MINUTE, None, False),
    ],
)
def test_mails_lie_still_when_nobody_sends_them(created, scheduled, beat, lies):
    make(created=created, scheduled_time=scheduled)
    make(created=created, status=STATUS.sent)
    if beat:
        Worker.objects.create(holder="x", beat_at=beat)
    assert left_lying(Email.objects.all(), NOW).count() == lies
