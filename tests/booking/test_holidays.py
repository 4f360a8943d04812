import datetime as dt

import pytest
from dateutil.easter import easter

from booking.holidays import holidays, holidays_between


def dates(year):
    return [f"{day:%d/%m}" for day in holidays(year)]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2024, "01/01 01/04 01/05 09/05 20/05 21/07 15/08 01/11 11/11 25/12"),
        (2025, "01/01 21/04 01/05 29/05 09/06 21/07 15/08 01/11 11/11 25/12"),
        (2026, "01/01 06/04 01/05 14/05 25/05 21/07 15/08 01/11 11/11 25/12"),
        (2027, "01/01 29/03 01/05 06/05 17/05 21/07 15/08 01/11 11/11 25/12"),
    ],
)
def test_the_ten_legal_holidays_of_a_year_as_they_were_published(year, expected):
    assert dates(year) == expected.split()


def test_two_holidays_on_one_day_are_one_day():
    # In 2008 Ascension Day was on the first of May.
    expected = "01/01 24/03 01/05 12/05 21/07 15/08 01/11 11/11 25/12"
    assert dates(2008) == expected.split()


@pytest.mark.parametrize("year", [*range(2020, 2060), 1, 9999])
def test_every_year_has_its_holidays_in_order_with_a_name(year):
    found = holidays(year)
    assert list(found) == sorted(found)
    assert len(found) == 10 - (easter(year) + dt.timedelta(days=39) == dt.date(year, 5, 1))
    assert {day.year for day in found} == {year}
    assert len(set(found.values())) == len(found)
    assert all(found.values())


def test_they_have_the_names_people_know():
    assert holidays(2026)[dt.date(2026, 4, 6)] == "paasmaandag"
    assert holidays(2026)[dt.date(2026, 5, 14)] == "Onze-Lieve-Heer-Hemelvaart"
    assert holidays(2026)[dt.date(2026, 5, 25)] == "pinkstermaandag"
    assert holidays(2026)[dt.date(2026, 11, 11)] == "Wapenstilstand"


def test_a_range_across_new_year_has_the_days_of_both_years():
    found = holidays_between(dt.date(2026, 12, 25), dt.date(2027, 1, 1))
    assert found == {dt.date(2026, 12, 25): "Kerstmis", dt.date(2027, 1, 1): "Nieuwjaar"}


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (dt.date(2026, 12, 26), dt.date(2026, 12, 31)),
        (dt.date(2026, 12, 25), dt.date(2026, 12, 24)),
        (dt.date(2027, 1, 1), dt.date(2026, 12, 25)),
    ],
)
def test_a_range_without_holidays_has_none(first, last):
    assert holidays_between(first, last) == {}
