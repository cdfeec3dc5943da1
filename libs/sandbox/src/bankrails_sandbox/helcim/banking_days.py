"""On which days banks move money: the Federal Reserve's list in the United States, the national one in Canada.

Dates are civil dates of the banks: in America/New_York and America/Toronto. Days on which only a province or one
processor rests (Family Day, Civic Holiday, the days of Quebec) are banking days unless the configuration closes them.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bankrails_sandbox.helcim.merchants import Country

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
ONE_DAY = timedelta(days=1)
ZONES = {Country.CA: ZoneInfo("America/Toronto"), Country.US: ZoneInfo("America/New_York")}


class BankingDays:
    """One country's calendar, with dates that are closed on top of it."""

    def __init__(self, country: Country, closed_too: Collection[date] = ()) -> None:
        self._country = country
        self._closed_too = frozenset(closed_too)
        self._zone = ZONES[country]

    def is_open(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in holidays(self._country, day.year) | self._closed_too

    def add(self, day: date, count: int) -> date:
        """The `count`-th banking day after `day`; for 0 the day itself, or the next one that is open."""
        if count == 0 and not self.is_open(day):
            count = 1
        while count > 0:
            day += ONE_DAY
            count -= self.is_open(day)
        return day

    def after(self, instant: datetime, count: int, at: time) -> datetime:
        """That time of day by the banks' clocks, `count` banking days after the day of `instant`."""
        day = self.add(instant.astimezone(self._zone).date(), count)
        return datetime.combine(day, at, self._zone).astimezone(UTC)


@cache
def holidays(country: Country, year: int) -> frozenset[date]:
    """As observed: in the United States a Sunday is moved to Monday and a Saturday is lost; in Canada both are moved to
    the next weekday that is free."""
    if country is Country.US:
        moved = (day + ONE_DAY if day.weekday() == SUNDAY else day for day in _american(year))
        return frozenset(day for day in moved if day.weekday() != SATURDAY)
    closed: set[date] = set()
    for day in sorted(_canadian(year), key=lambda day: (day.weekday() >= SATURDAY, day)):
        while day.weekday() >= SATURDAY or day in closed:
            day += ONE_DAY
        closed.add(day)
    return frozenset(closed)


def _american(year: int) -> Iterator[date]:
    yield date(year, 1, 1)
    yield _nth(year, 1, MONDAY, 3)
    yield _nth(year, 2, MONDAY, 3)
    yield _monday_before(date(year, 6, 1))
    yield date(year, 6, 19)
    yield date(year, 7, 4)
    yield _nth(year, 9, MONDAY, 1)
    yield _nth(year, 10, MONDAY, 2)
    yield date(year, 11, 11)
    yield _nth(year, 11, THURSDAY, 4)
    yield date(year, 12, 25)


def _canadian(year: int) -> Iterator[date]:
    yield date(year, 1, 1)
    yield _easter(year) - 2 * ONE_DAY
    yield _monday_before(date(year, 5, 25))
    yield date(year, 7, 1)
    yield _nth(year, 9, MONDAY, 1)
    yield date(year, 9, 30)
    yield _nth(year, 10, MONDAY, 2)
    yield date(year, 11, 11)
    yield date(year, 12, 25)
    yield date(year, 12, 26)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _monday_before(day: date) -> date:
    return day - timedelta(days=day.weekday() or 7)


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus of Butcher (Nature, 20 April 1876), whose letters these are."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 - as printed
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return date(year, month, day + 1)
