"""Every closed day of four years, one by one; and arithmetic across them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from bankrails_rails.banking_days import BankingCalendar, closed_weekdays

US, CA = BankingCalendar("US"), BankingCalendar("CA")

CLOSED = {
    ("US", 2025): "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    ("US", 2026): "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25",
    ("US", 2027): "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",
    ("US", 2028): "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25",
    ("CA", 2025): "01-01 04-18 05-19 07-01 09-01 09-30 10-13 11-11 12-25 12-26",
    ("CA", 2026): "01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-28",
    ("CA", 2027): "01-01 03-26 05-24 07-01 09-06 09-30 10-11 11-11 12-27 12-28",
    ("CA", 2028): "01-03 04-14 05-22 07-03 09-04 10-02 10-09 11-13 12-25 12-26",
}


@pytest.mark.parametrize(("country", "year"), CLOSED)
def test_every_day_of_the_year_is_open_or_closed_as_published(country, year):
    """A wrong day moves money's dates for everybody; the table is the Federal Reserve's, and Canada's national one."""
    closed = {date.fromisoformat(f"{year}-{day}") for day in CLOSED[country, year].split()}
    assert closed_weekdays(country, year) == closed
    calendar = BankingCalendar(country)
    day = date(year, 1, 1)
    while day.year == year:
        assert calendar.is_banking_day(day) is (day.weekday() < 5 and day not in closed), day
        day += timedelta(days=1)


def test_saturdays_differ_by_country():
    """4 July 2026 is a Saturday: the Friday before is a banking day. Boxing Day that year closes Canada's Monday."""
    assert US.is_banking_day(date(2026, 7, 3))
    assert US.is_banking_day(date(2026, 7, 6))
    assert not CA.is_banking_day(date(2026, 12, 28))


@pytest.mark.parametrize("friday", ["2026-07-03", "2027-06-18", "2027-12-24", "2027-12-31", "2028-11-10"])
def test_no_saturday_holiday_closes_an_american_bank(friday):
    """Nor does it close the Monday after."""
    day = date.fromisoformat(friday)
    assert US.is_banking_day(day)
    assert US.is_banking_day(day + timedelta(days=3))


@pytest.mark.parametrize(
    ("saturday", "monday"),
    [
        ("2026-12-26", "2026-12-28"),
        ("2027-12-25", "2027-12-27"),
        ("2028-01-01", "2028-01-03"),
        ("2028-07-01", "2028-07-03"),
        ("2028-09-30", "2028-10-02"),
        ("2028-11-11", "2028-11-13"),
    ],
)
def test_a_saturday_holiday_closes_canadas_monday(saturday, monday):
    assert date.fromisoformat(saturday).weekday() == 5
    assert not CA.is_banking_day(date.fromisoformat(monday))
    assert not US.is_banking_day(date.fromisoformat(saturday))


def test_christmas_on_a_saturday_closes_two_days_after_it_in_canada():
    """Boxing Day is the Sunday then, and its Monday is taken."""
    assert not CA.is_banking_day(date(2027, 12, 27))
    assert not CA.is_banking_day(date(2027, 12, 28))
    assert CA.is_banking_day(date(2027, 12, 29))


def test_disputed_days_are_open_unless_given():
    family_day = date(2026, 2, 16)
    assert CA.is_banking_day(family_day)
    assert not BankingCalendar("CA", frozenset({family_day})).is_banking_day(family_day)


@pytest.mark.parametrize(
    ("calendar", "start", "days", "end"),
    [
        (US, "2026-03-02", 0, "2026-03-02"),
        (US, "2026-03-07", 0, "2026-03-09"),  # a Saturday
        (US, "2026-03-07", 1, "2026-03-09"),
        (US, "2026-03-06", 1, "2026-03-09"),
        (US, "2026-05-22", 1, "2026-05-26"),  # Memorial Day
        (US, "2026-12-31", 1, "2027-01-04"),
        (CA, "2026-12-24", 1, "2026-12-29"),
        (CA, "2026-12-24", 4, "2027-01-04"),
        (CA, "2026-04-02", 3, "2026-04-08"),  # Good Friday; Easter Monday is open
    ],
)
def test_banking_days_are_counted_one_by_one(calendar, start, days, end):
    assert calendar.add(date.fromisoformat(start), days) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("day", "hour"), [("2026-03-06", 15), ("2026-03-09", 14), ("2026-10-30", 14), ("2026-11-02", 15)]
)
def test_a_time_of_day_stays_where_it_is_when_the_clocks_change(day, hour):
    """10:00 in New York, before and after both changes of 2026."""
    at = US.at(date.fromisoformat(day), time(10))
    assert at == datetime.combine(date.fromisoformat(day), time(hour), UTC)
    assert US.date_of(at) == date.fromisoformat(day)


def test_the_banks_day_is_not_utcs():
    assert US.date_of(datetime(2026, 3, 3, 4, 59, tzinfo=UTC)) == date(2026, 3, 2)
