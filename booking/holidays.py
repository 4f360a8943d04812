"""The public holidays of Belgium. Pure."""

from datetime import date, timedelta

from dateutil.easter import easter

FRIDAY = 5


def holidays(year: int) -> dict[date, str]:
    """The ten legal holidays of ``year``, with their names, the earliest first."""
    sunday = easter(year)
    return dict(
        sorted(
            {
                date(year, 1, 1): "Nieuwjaar",
                sunday + timedelta(days=1): "paasmaandag",
                date(year, 5, 1): "Dag van de Arbeid",
                sunday + timedelta(days=39): "Onze-Lieve-Heer-Hemelvaart",
                sunday + timedelta(days=50): "pinkstermaandag",
                date(year, 7, 21): "nationale feestdag",
                date(year, 8, 15): "Onze-Lieve-Vrouw-Hemelvaart",
                date(year, 11, 1): "Allerheiligen",
                date(year, 11, 11): "Wapenstilstand",
                date(year, 12, 25): "Kerstmis",
            }.items()
        )
    )


def working_day_after(day: date, count: int) -> date:
    """The ``count``-th day after ``day`` that is in no weekend and no holiday."""
    while count > 0:
        day += timedelta(days=1)
        if day.isoweekday() <= FRIDAY and day not in holidays(day.year):
            count -= 1
    return day


def holidays_between(first: date, last: date) -> dict[date, str]:
    """The legal holidays from ``first`` to ``last``, both included."""
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in holidays(year).items()
        if first <= day <= last
    }
