"""Before the form: what for, with whom, and a free moment."""

import pytest

from booking.models import Appointment, Closure
from tests.booking.asking import CALL_BACK, DAY, HOUR, QUARTER, START, TIMES, TUESDAY, body, send
from tests.booking.factories import AppointmentFactory, WorkingHoursFactory, brussels
from tests.booking.pages import links, texts
from tests.factories import PractitionerFactory, TreatmentFactory

# What for, and with whom


def test_without_a_choice_it_goes_straight_to_the_free_times(client, clinic):
    response = client.get(START)
    assert (response.status_code, response["Location"]) == (302, TIMES)


def test_two_treatments_are_a_choice(client, clinic):
    TreatmentFactory(name="Nekkine", slug="nek").practitioners.add(clinic.an)
    response = client.get(START)
    assert texts(response, ".//main//ul//h2") == ["Nekkine", "Rugkine"]
    assert {TIMES, "/afspraak/nek/", CALL_BACK} <= set(links(response))


def test_two_people_are_a_choice_and_so_is_either(client, clinic):
    bo = PractitionerFactory(name="Bo Smet", slug="bo")
    clinic.treatment.practitioners.add(bo)
    response = client.get(START)
    assert {TIMES, f"{TIMES}?bij=an", f"{TIMES}?bij=bo"} <= set(links(response))
    assert "Maakt niet uit" in body(response)


def test_what_cannot_be_booked_is_not_offered(client, clinic):
    TreatmentFactory(bookable=False, slug="x").practitioners.add(clinic.an)
    TreatmentFactory(slug="niemand")
    TreatmentFactory(slug="y").practitioners.add(PractitionerFactory(bookable=False))
    assert client.get(START)["Location"] == TIMES
    for slug in ("x", "niemand", "y", "bestaat-niet"):
        assert client.get(f"/afspraak/{slug}/").status_code == 404
        assert client.get(f"/afspraak/{slug}/2026-11-24-0900/").status_code == 404


def test_a_practice_without_bookable_treatments_offers_the_telephone(client, clinic):
    clinic.an.bookable = False
    clinic.an.save()
    response = client.get(START)
    assert response.status_code == 200
    assert CALL_BACK in links(response)
    assert "tel:+3256941158" in links(response)


# Free times


def test_the_first_page_is_the_first_week_with_a_free_time(client, clinic):
    Closure.objects.create(starts_at=clinic.now, ends_at=brussels(2026, 12, 2))
    response = client.get(TIMES)
    assert texts(response, ".//h2")[0] == "30 november tot 6 december 2026"
    days = texts(response, ".//ol[@class='days']/li/h3")
    assert days[0] == "maandag 30 november"
    assert len(days) == 7
    assert "/afspraak/rug/2026-12-02-0900/" in links(response)
    assert not any("2026-12-01" in link for link in links(response))


def test_a_week_names_its_days_without_a_free_time_and_its_holidays(client, clinic):
    response = client.get(f"{TIMES}?week=2026-W52")
    assert texts(response, ".//li[@class='full']") == [
        "vrijdag 25 december Gesloten: Kerstmis",
        "zaterdag 26 december Geen vrij moment",
        "zondag 27 december Geen vrij moment",
    ]


def test_weeks_lead_to_each_other_within_what_can_be_booked(client, clinic):
    first = links(client.get(f"{TIMES}?week=2026-W47"))
    assert f"{TIMES}?week=2026-W48" in first
    assert f"{TIMES}?week=2026-W46" not in first
    last = links(client.get(f"{TIMES}?week=2027-W03"))  # 60 days on is Thursday 21 January
    assert f"{TIMES}?week=2027-W02" in last
    assert f"{TIMES}?week=2027-W04" not in last


def test_a_week_without_a_free_time_leads_to_the_next_that_has_one(client, clinic):
    Closure.objects.create(starts_at=brussels(2026, 11, 30), ends_at=brussels(2026, 12, 15))
    response = client.get(f"{TIMES}?week=2026-W49")
    assert "In deze week is niets meer vrij." in body(response)
    assert f"{TIMES}?week=2026-W51" in links(response)


def test_where_nothing_is_free_at_all_there_are_other_ways(client, clinic):
    Closure.objects.create(starts_at=clinic.now, ends_at=brussels(2028, 1, 1))
    response = client.get(TIMES)
    assert response.status_code == 200
    assert "geen vrij moment meer" in body(response)
    assert CALL_BACK in links(response)


@pytest.mark.parametrize(
    "week",
    ["2027-W04", "2026-W54", "2026-W00", "2026-49", "9999-W01", "0001-W01", "2026-W4",
     "2026-W49x", "²026-W49", "2099-W53", "-", "2026-W49\n"],
)  # fmt: skip
def test_a_week_that_is_none_or_can_not_be_booked_is_not_found(client, clinic, week):
    assert client.get(TIMES, {"week": week}).status_code == 404


def test_a_week_that_is_over_leads_to_the_first_that_has_a_free_time(client, clinic):
    page = client.get(f"{TIMES}?week=2026-W46")
    assert texts(page, ".//h2")[0] == "23 november tot 29 november 2026"


def test_a_holiday_is_named_only_where_the_practice_keeps_it(client, clinic):
    clinic.practice.closed_on_holidays = False
    clinic.practice.save()
    Closure.objects.create(starts_at=brussels(2026, 12, 25), ends_at=brussels(2026, 12, 26))
    assert "Kerstmis" not in body(client.get(f"{TIMES}?week=2026-W52"))


def test_a_choice_of_whom_is_kept_all_the_way(client, clinic):
    bo = PractitionerFactory(name="Bo Smet", slug="bo")
    clinic.treatment.practitioners.add(bo)
    WorkingHoursFactory(practitioner=bo)
    page = client.get(f"{TIMES}?bij=bo")
    assert f"{TIMES}?bij=bo&week=2026-W49" in links(page)
    assert "/afspraak/rug/2026-11-23-1100/?bij=bo" in links(page)
    assert not any("2026-11-24" in link for link in links(page))  # An's day
    send(client, "/afspraak/rug/2026-11-23-1100/?bij=bo")
    assert Appointment.objects.get().practitioner == bo


def test_somebody_else_than_who_gives_the_treatment_is_not_found(client, clinic):
    PractitionerFactory(slug="vreemd")
    assert client.get(f"{TIMES}?bij=vreemd").status_code == 404
    assert client.get(f"{TUESDAY}?bij=vreemd").status_code == 404


def test_either_is_offered_each_moment_once_and_finds_who_is_free(client, clinic):
    bo = PractitionerFactory(name="Bo Smet", slug="bo")
    clinic.treatment.practitioners.add(bo)
    WorkingHoursFactory(practitioner=bo)
    address = "/afspraak/rug/2026-11-23-1100/"
    assert links(client.get(TIMES)).count(address) == 1
    first, second = send(client, address), send(client, address, email="b@example.com")
    assert (first.status_code, second.status_code) == (302, 302)
    assert set(Appointment.objects.values_list("practitioner", flat=True)) == {clinic.an.pk, bo.pk}
    assert client.get(address).status_code == 409


def test_reading_sets_no_cookie(client, clinic):
    for address in (START, TIMES, f"{TIMES}?week=2026-W49"):
        assert not client.get(address).cookies


@pytest.mark.parametrize("many", [3, 300])
def test_free_times_cost_the_same_whatever_is_booked(
    client, clinic, django_assert_num_queries, many
):
    for n in range(many):  # the first quarters of the mornings of two months
        AppointmentFactory(
            treatment=clinic.treatment,
            practitioner=clinic.an,
            starts_at=clinic.now + n % 60 * DAY + n // 60 * QUARTER - 2 * HOUR,
            duration_minutes=15,
            pause_minutes=0,
        )
    # The treatment with its people, hours, closures, cells, the practice.
    for page in (TIMES, f"{TIMES}?week=2026-W48", f"{TIMES}?week=2026-W50"):
        with django_assert_num_queries(5, info=page):
            client.get(page)
    with django_assert_num_queries(7):  # whether Christmas is kept, for its times and its name
        client.get(f"{TIMES}?week=2026-W52")


def test_when_two_weeks_are_full_it_looks_at_the_rest_once(
    client, clinic, django_assert_num_queries
):
    Closure.objects.create(starts_at=clinic.now, ends_at=brussels(2026, 12, 7))
    with django_assert_num_queries(9):  # of which one for the holidays up to the horizon
        page = client.get(TIMES)
    assert texts(page, ".//h2")[0] == "7 december tot 13 december 2026"
