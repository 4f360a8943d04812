"""What is free, found by looking at every minute: slow, and with nothing of booking.slots in it.

Minutes are whole numbers, counted in UTC.
"""

import datetime as dt
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
ZERO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def free(demand, *, rules, closed, holidays, taken, now, first, last):
    """The same as booking.slots.free_slots, as a set of (start, practitioner)."""
    found = set()
    for practitioner in {rule.practitioner for rule in rules}:
        minutes = minutes_at_work(practitioner, rules, closed, holidays, first, last)
        for minute in minutes:
            start = ZERO + minute * MINUTE
            if (
                wall(start).minute % (demand.step // MINUTE) == 0
                and first <= wall(start).date() <= last
                and now + demand.notice <= start
                and wall(start).date() <= wall(now + demand.horizon).date()
                and wall(start) not in {wall(start - HOUR), wall(start + HOUR)}
                and all(minute + n in minutes for n in range(demand.duration // MINUTE))
                and not any(
                    ZERO + (minute + n) // 15 * 15 * MINUTE in taken.get(practitioner, ())
                    for n in range((demand.duration + demand.pause) // MINUTE)
                )
            ):
                found.add((start, practitioner))
    return found


def minutes_at_work(practitioner, rules, closed, holidays, first, last):
    """The minutes in which somebody works."""
    minutes = set()
    for rule in rules:
        if rule.practitioner == practitioner:
            for n in range((last - first).days + 1):
                day = first + dt.timedelta(days=n)
                if day not in holidays and holds(rule, day):
                    minutes |= minutes_of(rule, day)
    for closure in closed:
        if closure.practitioner in {None, practitioner}:
            minutes -= {
                minute
                for minute in minutes
                if closure.period.start - MINUTE < ZERO + minute * MINUTE < closure.period.end
            }
    return minutes


def holds(rule, day):
    """Whether it is a day of this rule. The first day of the calendar, a Monday, has number 1."""
    weeks = (day.toordinal() - 1) // 7 - (rule.valid_from.toordinal() - 1) // 7
    return (
        day.weekday() == rule.weekday
        and rule.valid_from <= day
        and (rule.valid_until is None or day <= rule.valid_until)
        and weeks % rule.every_weeks == 0
    )


def minutes_of(rule, day):
    """The minutes from the rule's start to its end on a day.

    Who starts at a time that exists twice starts the first time, and who stops then stops the
    second time. A time that does not exist is read in the way that makes the work shorter.
    """
    starts, start_exists = readings(dt.datetime.combine(day, rule.starts))
    ends, end_exists = readings(dt.datetime.combine(day, rule.ends))
    start = min(starts) if start_exists else max(starts)
    end = max(ends) if end_exists else min(ends)
    return set(range((start - ZERO) // MINUTE, (end - ZERO) // MINUTE))


def readings(shown):
    """The moments that may be meant by a wall time, and whether it exists."""
    in_winter, in_summer = (shown.replace(tzinfo=dt.UTC) - n * HOUR for n in (1, 2))
    real = [moment for moment in (in_winter, in_summer) if wall(moment) == shown]
    return real or [in_winter, in_summer], bool(real)


def wall(moment):
    """What the clocks in Brussels show."""
    return moment.astimezone(BRUSSELS).replace(tzinfo=None, fold=0)
