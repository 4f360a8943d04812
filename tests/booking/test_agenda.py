"""A week and a day of who works and who comes."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Permission

from booking.agenda import agenda
from kinekracht.models import Practitioner
from tests.booking.factories import ClosureFactory, WorkingHoursFactory, brussels
from tests.booking.situation import HOUR, NOW, START, Status, everything, in_status, works
from tests.factories import PracticeFactory, PractitionerFactory
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

AGENDA = "/beheer/agenda/"
MONDAY, SUNDAY = dt.date(2026, 11, 30), dt.date(2026, 12, 6)
THURSDAY = dt.date(2026, 12, 3)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def body(response):
    return response.content.decode()


def column(day, practitioner):
    """That day of one person, and what lies on it as (kind, from, to) in hours."""
    found = agenda(day, day).columns[practitioner][0]
    return found, [(block.kind, block.first / 4, block.last / 4) for block in found.blocks]


# What there is on a day


def test_a_day_holds_hours_absences_and_visits_in_order(practice, treatment, practitioner):
    in_status(Status.CONFIRMED, treatment, practitioner)
    in_status(Status.REQUESTED, treatment, practitioner, START + 2 * HOUR)
    ClosureFactory(
        practitioner=practitioner, starts_at=START + 5 * HOUR, ends_at=START + 6.5 * HOUR
    )
    _, blocks = column(THURSDAY, practitioner)
    assert blocks == [
        ("work", 9, 17),
        ("visit", 9, 10),
        ("visit", 11, 12),
        ("away", 14, 15.5),
    ]


@pytest.mark.parametrize("status", Status)
def test_only_who_takes_time_is_shown(practice, treatment, practitioner, status):
    in_status(status, treatment, practitioner)
    found, _ = column(THURSDAY, practitioner)
    assert bool(found.visits) == (status not in {Status.DECLINED, Status.CANCELLED, Status.EXPIRED})


def test_a_closure_of_some_days_is_cut_at_midnight(practice, practitioner):
    ClosureFactory(
        starts_at=brussels(2026, 12, 2, 12), ends_at=brussels(2026, 12, 4, 10), reason="Verhuis"
    )
    assert column(dt.date(2026, 12, 2), practitioner)[1][-1] == ("away", 12, 24)
    found, blocks = column(THURSDAY, practitioner)
    assert blocks[0] == ("away", 0, 24)
    assert found.blocks[0].is_all_day
    assert found.blocks[0].words == "praktijk gesloten: Verhuis"
    assert ("away", 0, 10) in column(dt.date(2026, 12, 4), practitioner)[1]


def test_somebody_elses_absence_is_not_shown(practice, practitioner):
    ClosureFactory(practitioner=PractitionerFactory())
    assert column(THURSDAY, practitioner)[1] == [("work", 9, 17)]


def test_a_holiday_has_its_name_and_no_hours(practice, practitioner):
    found, blocks = column(dt.date(2026, 12, 25), practitioner)
    assert (found.holiday, blocks) == ("Kerstmis", [])


def test_a_practice_that_works_on_holidays_does(practitioner):
    PracticeFactory(closed_on_holidays=False)
    assert column(dt.date(2026, 12, 25), practitioner)[1] == [("work", 9, 17)]


@pytest.mark.parametrize(
    ("start", "minutes", "hours"),
    [
        (brussels(2026, 12, 3, 9), 5, (9, 9.25)),
        (brussels(2026, 12, 3, 9, 15), 50, (9.25, 10.25)),
        (brussels(2026, 12, 3, 23, 30), 60, (23.5, 24)),
        # As the clocks show it, in the nights in which they change.
        (brussels(2027, 3, 28, 1, 30), 60, (1.5, 3.5)),
        (brussels(2027, 10, 31, 2, 30), 60, (2.5, 2.75)),
    ],
)
def test_a_visit_lies_where_the_clocks_show_it(
    practice, treatment, practitioner, start, minutes, hours
):
    in_status(Status.CONFIRMED, treatment, practitioner, start, duration_minutes=minutes)
    day = start.astimezone(dt.timezone(dt.timedelta(hours=1))).date()
    visits = [block for block in column(day, practitioner)[1] if block[0] == "visit"]
    assert visits == [("visit", *hours)]


# A week


def test_a_weekend_in_which_nothing_happens_is_left_out(practice, treatment):
    practitioner = PractitionerFactory()
    WorkingHoursFactory(practitioner=practitioner)
    ClosureFactory(starts_at=brussels(2026, 12, 5), ends_at=brussels(2026, 12, 7))
    [days] = agenda(MONDAY, SUNDAY).columns.values()
    assert len(days) == 5
    in_status(Status.CONFIRMED, treatment, practitioner, brussels(2026, 12, 6, 10))
    [days] = agenda(MONDAY, SUNDAY).columns.values()
    assert [day.date.weekday() for day in days] == [0, 1, 2, 3, 4, 6]


def test_the_grid_holds_everybody_who_works_or_comes(practice, treatment, practitioner):
    assert (agenda(MONDAY, SUNDAY).first_hour, agenda(MONDAY, SUNDAY).last_hour) == (9, 17)
    in_status(Status.CONFIRMED, treatment, practitioner, brussels(2026, 12, 3, 7, 45))
    in_status(Status.CONFIRMED, treatment, practitioner, brussels(2026, 12, 3, 19, 15))
    found = agenda(MONDAY, SUNDAY)
    assert list(found.hours) == list(range(7, 21))


def test_who_left_is_shown_as_long_as_somebody_comes_to_them(practice, treatment, practitioner):
    in_status(Status.COMPLETED, treatment, practitioner)
    Practitioner.objects.update(bookable=False)
    assert agenda(MONDAY, SUNDAY).people == [practitioner]
    assert agenda(dt.date(2026, 12, 7), dt.date(2026, 12, 13)).people == []


@pytest.mark.parametrize("many", [3, 300])
def test_it_costs_the_same_queries(
    admin_client, practice, treatment, practitioner, django_assert_num_queries, many
):
    for n in range(many):
        start = brussels(2026, 11, 30) + n * dt.timedelta(minutes=30)
        in_status(
            Status.CONFIRMED, treatment, practitioner, start, duration_minutes=30, cells=False
        )
    ClosureFactory.create_batch(3, practitioner=works(treatment))
    # Session, user, app, four for the agenda, whether a practice may be added.
    with django_assert_num_queries(8):
        html = body(admin_client.get(AGENDA, {"week": "2026-W49"}))
    assert html.count("is-confirmed") == many


# The pages


def test_the_week_shows_who_comes_by_initials(admin_client, practice, treatment, practitioner):
    appointment = in_status(
        Status.REQUESTED, treatment, practitioner, name="Lotte Maes", complaint="Het been"
    )
    html = body(admin_client.get(AGENDA))
    assert "Week 49: 30 november tot 6 december 2026" in html
    assert "9.00–10.00" in html
    assert "<strong>L.M.</strong>" in html
    assert "aangevraagd" in html
    assert f"/beheer/booking/appointment/{appointment.pk}/change/" in html
    assert "Lotte" not in html
    assert "Het been" not in html
    assert str(treatment) not in html


def test_names_are_shown_to_who_asks_for_them(admin_client, practice, treatment, practitioner):
    in_status(Status.REQUESTED, treatment, practitioner, name="Lotte Maes")
    html = body(admin_client.get(AGENDA, {"namen": "1"}))
    assert "<strong>Lotte Maes</strong>" in html


def test_a_day_has_a_column_for_each_person(admin_client, practice, treatment, practitioner):
    works(treatment)
    response = admin_client.get(AGENDA, {"dag": "2026-12-03"})
    assert "Donderdag 3 december 2026" in body(response).replace("donderdag", "Donderdag")
    assert len(response.context["columns"]) == 2


def test_one_person_can_be_chosen(admin_client, practice, treatment, practitioner):
    other = works(treatment)
    for query in ({}, {"dag": "2026-12-03"}):
        response = admin_client.get(AGENDA, {"therapeut": other.pk} | query)
        assert list(response.context["agenda"].columns) == [other]
        assert response.context["agenda"].people == [practitioner, other]


def test_each_day_leads_to_the_form_filled_in(admin_client, practice, practitioner):
    html = body(admin_client.get(AGENDA, {"dag": "2026-12-03"}))
    assert f"add/?dag=2026-12-03&amp;practitioner={practitioner.pk}" in html


def test_on_paper_there_are_initials_only(admin_client, practice, treatment, practitioner):
    in_status(Status.CONFIRMED, treatment, practitioner, name="Lotte Maes", visit="first")
    ClosureFactory(reason="Verhuis", starts_at=START, ends_at=START + HOUR)
    html = body(admin_client.get(AGENDA, {"dag": "2026-12-03", "afdruk": "1"}))
    assert "L.M., eerste keer" in html
    assert "Lotte" not in html
    assert "Verhuis" not in html
    html = body(admin_client.get(AGENDA, {"dag": "2026-12-03", "afdruk": "1", "namen": "1"}))
    assert "Lotte Maes" in html


def test_on_paper_a_free_day_says_so(admin_client, practice, practitioner):
    html = body(admin_client.get(AGENDA, {"dag": "2026-12-03", "afdruk": "1"}))
    assert "Er komt niemand." in html


@pytest.mark.parametrize(
    "query",
    [
        {"week": "2026-W54"}, {"week": "0001-W01"}, {"week": "9999-W52"}, {"week": "x"},
        {"week": ""}, {"week": "２０２６-W01"},
    ],
)  # fmt: skip
def test_a_week_that_is_none_shows_this_one_and_says_so(admin_client, practice, query):
    html = body(admin_client.get(AGENDA, query))
    assert "Die week bestaat niet. Je ziet de huidige." in html
    assert "Week 49" in html


@pytest.mark.parametrize(
    "day", ["2026-02-30", "0001-01-01", "9999-12-31", "x", "", "2026-12-01T00", "-1"]
)
def test_a_day_that_is_none_shows_today_and_says_so(admin_client, practice, day):
    html = body(admin_client.get(AGENDA, {"dag": day}))
    assert "Die dag bestaat niet. Je ziet vandaag." in html
    assert "dinsdag 1 december 2026" in html


@pytest.mark.parametrize(
    "query", [{"week": "2000-W01"}, {"week": "2099-W53"}, {"dag": "2099-12-31"}]
)
def test_the_first_and_the_last_week_of_the_century_are_pages(admin_client, practice, query):
    html = body(admin_client.get(AGENDA, query))
    assert "bestaat niet" not in html


@pytest.mark.parametrize("who", ["x", "0", "", str(10**30), "²"])
def test_nobody_in_particular_is_everybody(admin_client, practice, treatment, practitioner, who):
    works(treatment)
    response = admin_client.get(AGENDA, {"therapeut": who})
    assert len(response.context["agenda"].columns) == 2


def test_a_practice_without_people_is_told_what_to_do(admin_client):
    for query in ({}, {"dag": "2026-12-03"}, {"dag": "2026-12-03", "afdruk": ""}):
        assert "Er zijn nog geen therapeuten." in body(admin_client.get(AGENDA, query))


# Who sees it


def test_without_a_login_there_is_no_agenda(client):
    assert client.get(AGENDA)["Location"].startswith("/beheer/login/")


def test_who_may_see_no_appointments_sees_no_agenda(client, django_user_model):
    user = django_user_model.objects.create_user("redacteur", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="articles"))
    sign_in(client, user)
    assert client.get(AGENDA).status_code == 403
    html = body(client.get("/beheer/"))
    assert AGENDA not in html
    assert "Afspraak invoeren" not in html


def test_who_may_only_look_is_offered_nothing_to_enter(
    client, django_user_model, practice, practitioner
):
    user = django_user_model.objects.create_user("kijker", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_appointment", "view_every_appointment"])
    )
    sign_in(client, user)
    assert "Afspraak invoeren" not in body(client.get(AGENDA))


def test_looking_changes_nothing(admin_client, practice, treatment, practitioner):
    in_status(Status.REQUESTED, treatment, practitioner)
    before = everything()
    admin_client.get(AGENDA)
    assert admin_client.post(AGENDA).status_code == 405
    assert everything() == before


def test_nothing_of_it_is_kept(admin_client, practice):
    response = admin_client.get(AGENDA)
    assert "no-store" in response["Cache-Control"]
    assert "unsafe" not in response["Content-Security-Policy"]
