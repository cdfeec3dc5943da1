"""On which days banks work, in Canada and the United States.

Rules as data rather than a package: the two countries treat a holiday on a Saturday differently, and every date of 2025
to 2028 is compared one by one in the tests. Sources: the Federal Reserve's holiday schedule; for Canada the national
days on which the payment system rests. Days that are disputed or provincial (Family Day, Civic Holiday, Saint-Jean) are
banking days unless given as `closed_too`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Country = Literal["CA", "US"]
Holiday = Callable[[int], date]

ONE_DAY = timedelta(days=1)
MONDAY, THURSDAY, SATURDAY = 0, 3, 5

ZONES: dict[str, ZoneInfo] = {"US": ZoneInfo("America/New_York"), "CA": ZoneInfo("America/Toronto")}
"""Banking dates are civil dates there, wherever the merchant is."""


def _on(month: int, day: int) -> Holiday:
    return lambda year: date(year, month, day)


def _nth(month: int, weekday: int, n: int) -> Holiday:
    def of(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))

    return of


def _last_monday_before(month: int, day: int) -> Holiday:
    def of(year: int) -> date:
        before = date(year, month, day) - ONE_DAY
        return before - timedelta(days=before.weekday())

    return of


def _good_friday(year: int) -> date:
    """Two days before Easter by the Gregorian computus (Meeus, Jones, Butcher)."""
    century, of_century = divmod(year, 100)
    moon = year % 19
    epact = (19 * moon + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    correction = (moon + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1) - 2 * ONE_DAY


HOLIDAYS: dict[str, tuple[Holiday, ...]] = {
    "US": (
        _on(1, 1),
        _nth(1, MONDAY, 3),
        _nth(2, MONDAY, 3),
        _last_monday_before(6, 1),
        _on(6, 19),
        _on(7, 4),
        _nth(9, MONDAY, 1),
        _nth(10, MONDAY, 2),
        _on(11, 11),
        _nth(11, THURSDAY, 4),
        _on(12, 25),
    ),
    "CA": (
        _on(1, 1),
        _good_friday,
        _last_monday_before(5, 25),
        _on(7, 1),
        _nth(9, MONDAY, 1),
        _on(9, 30),
        _nth(10, MONDAY, 2),
        _on(11, 11),
        _on(12, 25),
        _on(12, 26),
    ),
}


@lru_cache(maxsize=64)
def closed_weekdays(country: str, year: int) -> frozenset[date]:
    """Mondays to Fridays of that year on which the country's banks rest.

    A holiday on a Sunday closes the next free weekday; on a Saturday it does so in Canada, and in the United States it
    closes nothing.
    """
    days = {holiday(year) for holiday in HOLIDAYS[country]}
    closed = {day for day in days if day.weekday() < SATURDAY}
    for day in sorted(days - closed):
        if country == "US" and day.weekday() == SATURDAY:
            continue
        observed = day
        while observed.weekday() >= SATURDAY or observed in closed:
            observed += ONE_DAY
        closed.add(observed)
    return frozenset(closed)


@dataclass(frozen=True)
class BankingCalendar:
    country: Country
    closed_too: frozenset[date] = field(default_factory=frozenset)

    @property
    def zone(self) -> ZoneInfo:
        return ZONES[self.country]

    def is_banking_day(self, day: date) -> bool:
        return (
            day.weekday() < SATURDAY
            and day not in closed_weekdays(self.country, day.year)
            and day not in self.closed_too
        )

    def add(self, day: date, banking_days: int) -> date:
        """That many banking days (>= 0) later; 0 on a closed day is the next open one."""
        if banking_days == 0:
            while not self.is_banking_day(day):
                day += ONE_DAY
            return day
        while banking_days > 0:
            day += ONE_DAY
            banking_days -= self.is_banking_day(day)
        return day

    def date_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def at(self, day: date, wall: time) -> datetime:
        """That time of day on the country's wall clock, in UTC, on both sides of a change of the clocks."""
        return datetime.combine(day, wall, self.zone).astimezone(UTC)
