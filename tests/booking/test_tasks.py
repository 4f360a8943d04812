"""What the start page says of appointments, call-backs and mails."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Permission
from post_office import mail
from post_office.models import STATUS, Email

from booking.models import Worker
from tests.booking.factories import AppointmentFactory, CallBackFactory, brussels
from tests.booking.situation import HOUR, NOW, Status
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

START_PAGE = "/beheer/"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def tasks_on(client):
    """The tasks by title, each as what its items say."""
    return {
        task.title: [(item.title, item.remark) for item in task.items]
        for task in client.get(START_PAGE).context["tasks"]
    }


def notes_on(client):
    """What staff should not miss about somebody, by task and name."""
    return {
        (task.title, item.title): item.note
        for task in client.get(START_PAGE).context["tasks"]
        for item in task.items
        if item.note
    }


def advice_on(client):
    """What is said about each task as a whole."""
    return {task.title: task.advice for task in client.get(START_PAGE).context["tasks"]}


def make_mail(**changed):
    email = mail.send("lotte@example.com", "kk@example.com", subject="Je afspraak", message="x")
    Email.objects.filter(pk=email.pk).update(**changed)


def test_who_waits_longest_for_an_answer_stands_first(admin_client):
    AppointmentFactory(
        name="Lotte", created_at=NOW - 3 * HOUR, starts_at=brussels(2026, 12, 3, 9),
        complaint="Het been",
    )  # fmt: skip
    AppointmentFactory(
        name="Jo", created_at=NOW - 60 * HOUR, starts_at=brussels(2026, 12, 7, 13, 30)
    )
    AppointmentFactory(name="Al beantwoord", status=Status.PROPOSED)
    assert tasks_on(admin_client)["Aanvragen te beantwoorden"] == [
        ("Jo", "sinds 2 dagen · wil komen op ma 7 december, 13.30 uur"),
        ("Lotte", "sinds 3 uur · wil komen op do 3 december, 9.00 uur"),
    ]
    assert "Het been" not in admin_client.get(START_PAGE).content.decode()


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (-MINUTE, "zonet"),
        (0 * MINUTE, "zonet"),
        (MINUTE, "sinds 1 minuut"),
        (59 * MINUTE, "sinds 59 minuten"),
        (HOUR, "sinds 1 uur"),
        (47 * HOUR, "sinds 47 uur"),
        (48 * HOUR, "sinds 2 dagen"),
    ],
)
def test_it_says_how_long_somebody_waits(admin_client, ago, said):
    CallBackFactory(created_at=NOW - ago)
    [(_, remark)] = tasks_on(admin_client)["Terug te bellen"]
    assert remark.startswith(f"{said} · ")


def test_today_is_told_in_order_and_by_initials(admin_client, practitioner, treatment):
    treatment.name = "Iets intiems"
    treatment.save()
    for name, start, status in [
        ("Lotte Maes", brussels(2026, 12, 1, 11), Status.CONFIRMED),
        ("Ann Peeters", brussels(2026, 12, 1, 9), Status.CONFIRMED),
        ("Weg", brussels(2026, 12, 1, 10), Status.CANCELLED),
        ("Gisteren", brussels(2026, 11, 30, 23, 30), Status.CONFIRMED),
        ("Morgen", brussels(2026, 12, 2), Status.CONFIRMED),
    ]:
        AppointmentFactory(
            name=name, starts_at=start, status=status,
            practitioner=practitioner, treatment=treatment,
        )  # fmt: skip
    assert tasks_on(admin_client)["Vandaag"] == [
        ("9.00 uur · A.P.", f"bij {practitioner} · bevestigd"),
        ("11.00 uur · L.M.", f"bij {practitioner} · bevestigd"),
    ]
    assert "intiems" not in admin_client.get(START_PAGE).content.decode()


@pytest.mark.parametrize("day", [brussels(2027, 3, 28, 23), brussels(2027, 10, 31, 23)])
def test_today_is_whole_when_the_clocks_change(client, admin_user, day):
    with time_machine.travel(day - 12 * HOUR, tick=False):
        sign_in(client, admin_user)
        for start in (day, day + HOUR):
            AppointmentFactory(status=Status.CONFIRMED, starts_at=start)
        assert len(tasks_on(client)["Vandaag"]) == 1


def test_who_is_to_be_called_and_when_that_suits(admin_client):
    CallBackFactory(name="Lotte", created_at=NOW - HOUR, morning=True, evening=True)
    CallBackFactory(name="Gebeld", handled_at=NOW)
    assert tasks_on(admin_client)["Terug te bellen"] == [
        ("Lotte", "sinds 1 uur · past voormiddag of avond")
    ]


def test_of_one_person_the_third_request_is_marked(admin_client):
    for n, name in enumerate(["Eerst", "Dan", "Nu"]):
        AppointmentFactory(name=name, email="lotte@example.com", created_at=NOW - (3 - n) * HOUR)
    CallBackFactory(name="Nog", telephone="+32470123456", created_at=NOW)
    assert notes_on(admin_client) == {
        ("Aanvragen te beantwoorden", "Nu"): "derde aanvraag met dit telefoonnummer of e-mailadres",
        ("Terug te bellen", "Nog"): "vierde aanvraag met dit telefoonnummer",
    }


@pytest.mark.parametrize(
    ("count", "title", "advice"),
    [
        (2, None, None),
        (3, "Online aanvragen: bijna vol", "Komen er nog meer, dan krijgt wie iets vraagt"),
        (4, "Online aanvragen: vol", "Wie nu iets vraagt op de site, krijgt te lezen: bel ons"),
        (5, "Online aanvragen: vol", "Je webbeheerder kan het maximum verhogen."),
    ],
)
def test_staff_hear_that_the_form_is_full_or_nearly_so(
    admin_client, settings, count, title, advice
):
    settings.REQUESTS_PER_DAY = 4
    AppointmentFactory.create_batch(count)
    AppointmentFactory.create_batch(4, status=Status.CONFIRMED)
    AppointmentFactory.create_batch(4, created_at=NOW - 24 * HOUR)
    tasks = tasks_on(admin_client)
    assert [said for said in tasks if "vol" in said] == ([title] if title else [])
    if title:
        assert tasks[title] == [
            ("Wat nog op antwoord wacht", f"{count} in de laatste 24 uur, hoogstens 4")
        ]
        assert advice in advice_on(admin_client)[title]


def test_the_form_to_be_called_is_full_by_itself(admin_client, settings):
    settings.REQUESTS_PER_DAY = 2
    CallBackFactory.create_batch(2)
    assert [said for said in tasks_on(admin_client) if "vol" in said] == [
        "Vragen om te bellen: vol"
    ]
    settings.REQUESTS_PER_DAY = 0
    assert [said for said in tasks_on(admin_client) if "vol" in said] == []


def test_mails_that_do_not_arrive_are_named(admin_client):
    make_mail(status=STATUS.requeued, number_of_retries=1, created=NOW - HOUR)
    assert tasks_on(admin_client)["Mails die niet aankomen"] == [
        ("Je afspraak", "aan lotte@example.com, sinds 1 uur")
    ]


def test_mails_that_nobody_sends_come_before_everything(admin_client):
    make_mail(created=NOW - 10 * MINUTE)
    assert next(iter(tasks_on(admin_client))) == "De mails liggen stil"
    html = admin_client.get(START_PAGE).content.decode()
    assert "geeft geen teken van leven" in html
    Worker.objects.create(holder="x", beat_at=NOW)
    assert "De mails liggen stil" not in tasks_on(admin_client)


def test_a_quiet_day_says_so(admin_client):
    html = admin_client.get(START_PAGE).content.decode()
    for words in (
        "Alle aanvragen zijn beantwoord.",
        "Vandaag komt er niemand.",
        "Er wacht niemand op een telefoontje.",
    ):
        assert words in html
    for words in ("Mails die niet aankomen", "De mails liggen stil"):
        assert words not in html


@pytest.mark.parametrize("many", [3, 300])
def test_it_costs_the_same_queries(admin_client, django_assert_num_queries, many):
    for n in range(many):
        AppointmentFactory()
        AppointmentFactory(status=Status.CONFIRMED, starts_at=NOW + n * 5 * MINUTE, cells=False)
        CallBackFactory()
        make_mail(status=STATUS.requeued, number_of_retries=1, created=NOW - HOUR)
    # Session, user, app, the worker, whether a form is full or nearly so, two for each of eleven
    # tasks, twice if a practice may be added.
    with django_assert_num_queries(30):
        admin_client.get(START_PAGE)


def test_many_requests_are_summed_up_and_all_of_them_listed(admin_client):
    AppointmentFactory.create_batch(10)
    response = admin_client.get(START_PAGE)
    assert "Nog 2 meer" in response.content.decode()
    [task] = [t for t in response.context["tasks"] if t.title == "Aanvragen te beantwoorden"]
    assert len(admin_client.get(task.url).context["cl"].result_list) == 10


@pytest.mark.parametrize(
    ("codenames", "titles"),
    [
        ([], set()),
        (["view_appointment"], {"Vandaag"}),
        (["view_appointment", "change_appointment"], {"Vandaag", "Aanvragen te beantwoorden"}),
        (["change_callback"], {"Terug te bellen"}),
        (["view_email"], {"Mails die niet aankomen", "De mails liggen stil"}),
    ],
)
def test_everybody_sees_what_they_may_do_something_about(
    client, django_user_model, codenames, titles
):
    AppointmentFactory()
    CallBackFactory()
    make_mail(status=STATUS.requeued, number_of_retries=1, created=NOW - HOUR)
    user = django_user_model.objects.create_user("collega", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    sign_in(client, user)
    assert set(tasks_on(client)) == titles
