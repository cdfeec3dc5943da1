"""A merchant's rows by the date on which they were made, so that a page far down a long list costs no more
than the first."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from bankrails_sandbox.helcim.records import AchTransaction


class DayIndex:
    """Rows are added in order of creation, so both lists are sorted. Dates are those that the vendor prints."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._rows: list[AchTransaction] = []
        self._created_on: list[date] = []

    def add(self, row: AchTransaction) -> None:
        self._rows.append(row)
        self._created_on.append(row.created_at.astimezone(self._zone).date())

    def between(self, start: date | None, end: date | None) -> range:
        """The places of the rows of these days, both included; None has no end on that side."""
        first = 0 if start is None else bisect_left(self._created_on, start)
        past = len(self._rows) if end is None else bisect_right(self._created_on, end)
        return range(first, max(first, past))

    def rows(self, places: range) -> Iterator[AchTransaction]:
        return map(self._rows.__getitem__, places)
