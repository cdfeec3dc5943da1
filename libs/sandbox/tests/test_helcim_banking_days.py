"""The banks' calendars, written out as the Federal Reserve and Payments Canada publish them."""

from datetime import UTC, date, datetime, time

import pytest
from bankrails_sandbox import Country
from bankrails_sandbox.helcim.banking_days import BankingDays, holidays

CLOSED = {
    (Country.US, 2025): "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    (Country.US, 2026): "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25",
    (Country.US, 2027): "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25",
    (Country.US, 2028): "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25",
    (Country.CA, 2025): "01-01 04-18 05-19 07-01 09-01 09-30 10-13 11-11 12-25 12-26",
    (Country.CA, 2026): "01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-28",
    (Country.CA, 2027): "01-01 03-26 05-24 07-01 09-06 09-30 10-11 11-11 12-27 12-28",
    (Country.CA, 2028): "01-03 04-14 05-22 07-03 09-04 10-02 10-09 11-13 12-25 12-26",
}


@pytest.mark.parametrize(("country", "year"), CLOSED)
def test_the_closed_days_of_a_year(country: Country, year: int) -> None:
    """A holiday on a Saturday is lost in the United States and moved to Monday in Canada."""
    assert " ".join(day.strftime("%m-%d") for day in sorted(holidays(country, year))) == CLOSED[country, year]


@pytest.mark.parametrize(
    ("country", "day", "count", "expected"),
    [
        (Country.US, date(2026, 7, 2), 1, date(2026, 7, 3)),
        (Country.US, date(2026, 7, 3), 1, date(2026, 7, 6)),
        (Country.CA, date(2026, 4, 2), 1, date(2026, 4, 6)),
        (Country.US, date(2026, 4, 2), 1, date(2026, 4, 3)),
        (Country.CA, date(2027, 12, 24), 2, date(2027, 12, 30)),
        (Country.US, date(2026, 11, 25), 2, date(2026, 11, 30)),
        (Country.CA, date(2026, 11, 14), 1, date(2026, 11, 16)),
        (Country.CA, date(2026, 11, 14), 0, date(2026, 11, 16)),
        (Country.CA, date(2026, 11, 16), 0, date(2026, 11, 16)),
    ],
)
def test_banking_days_are_counted(country: Country, day: date, count: int, expected: date) -> None:
    """Good Friday is a banking day in one country; Boxing Day moves on from a Sunday that Christmas has taken."""
    assert BankingDays(country).add(day, count) == expected


def test_days_of_a_province_are_closed_by_configuration_only() -> None:
    """Family Day: one processor rests, a bank does not."""
    assert BankingDays(Country.CA).is_open(date(2026, 2, 16))
    assert not BankingDays(Country.CA, [date(2026, 2, 16)]).is_open(date(2026, 2, 16))


def test_a_time_of_day_is_the_banks_own() -> None:
    """22:30 in New York is the next date in UTC, and 09:00 there moves with daylight time."""
    late = datetime(2024, 3, 9, 3, 30, tzinfo=UTC)
    assert BankingDays(Country.US).after(late, 0, time(9)) == datetime(2024, 3, 8, 14, 0, tzinfo=UTC)
    assert BankingDays(Country.US).after(late, 1, time(9)) == datetime(2024, 3, 11, 13, 0, tzinfo=UTC)
