"""Which lists and which single rows a look asks for, and how far it has come.

A day is listed when that takes fewer calls than asking for its payments one by one; so one old payment that nobody has
seen for months is one call, and never a list of everything since. Days beside each other share a list while they
fit on one page. What came back is listed first, since that money is gone; then the newest day, and so on back: where
the quota is short, the oldest waits longest.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from settlement_watcher.domain.list_reading import ListReading

ONE_DAY = timedelta(days=1)
PAGE_ROWS = 125
ROWS_TOGETHER_MAX = 100
"""Days that share a list: some room is left on the page for rows that are not ours."""
SINGLES_MAX = 20
OLD_DAYS_MAX = 5
OLD_AFTER = timedelta(days=30)
SEEN_APART = timedelta(hours=2)
"""The vendor's dates have no zone that can be relied on: a time that it printed itself may be an hour off."""
UNSEEN_APART = timedelta(hours=24)


@dataclass(frozen=True)
class Followed:
    """A payment that a look may show something new of."""

    payment_id: str
    vendor_payment_id: str
    since: datetime
    seen: bool
    """The vendor has shown it before, so `since` is the time that it prints."""
    due: bool = False
    """Something is to be said of it because its time has come, once it was seen."""


@dataclass(frozen=True)
class Single:
    payment_id: str
    vendor_payment_id: str

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Cursor:
    """What is left of a sweep. It stands in the work's payload, so it survives whatever happens between two pages."""

    begun_at: datetime
    newest_at: datetime
    """When the newest lists were begun last."""
    lists: tuple[ListReading, ...] = ()
    singles: tuple[Single, ...] = ()
    unseen: bool = True
    """Those that no list has shown are still to be asked for."""
    whole: Mapping[str, str] = field(default_factory=dict)
    """Digests of lists of several pages, as they were read last, by name: at the next look one reading is enough."""
    banks_at: datetime | None = None
    """When what is at the banks was asked for last, this sweep included."""

    @property
    def is_at_end(self) -> bool:
        return not (self.lists or self.singles or self.unseen)

    def as_json(self) -> dict[str, Any]:
        return {
            "begun_at": self.begun_at.isoformat(),
            "newest_at": self.newest_at.isoformat(),
            "lists": [item.as_json() for item in self.lists],
            "singles": [item.as_json() for item in self.singles],
            "unseen": self.unseen,
            "whole": dict(self.whole),
            "banks_at": self.banks_at and self.banks_at.isoformat(),
        }

    @classmethod
    def from_json(cls, made: Mapping[str, Any]) -> "Cursor":
        return cls(
            begun_at=datetime.fromisoformat(made["begun_at"]),
            newest_at=datetime.fromisoformat(made["newest_at"]),
            lists=tuple(map(ListReading.from_json, made["lists"])),
            singles=tuple(Single(**item) for item in made["singles"]),
            unseen=made["unseen"],
            whole=made["whole"],
            banks_at=made["banks_at"] and datetime.fromisoformat(made["banks_at"]),
        )

    def kept(self) -> dict[str, Any]:
        """What the next sweep begins with."""
        return {name: value for name, value in self.as_json().items() if name in ("whole", "banks_at")}

    def with_newest(self, newest: Sequence[ListReading], now: datetime) -> "Cursor":
        """The newest lists once more, before what is left: a sweep that takes longer than the time between two looks.

        The list whose turn it is goes first, so what is old goes on, too, one list in each round.
        """
        names = {item.name for item in newest}
        first, *left = self.lists
        if first.name in names:
            return replace(self, newest_at=now)
        rest = (item for item in left if item.name not in names)
        return replace(self, lists=(first, *newest, *rest), newest_at=now)


@dataclass(frozen=True)
class Plan:
    lists: tuple[ListReading, ...] = ()
    singles: tuple[Single, ...] = ()


Days = frozenset[date]
WallDate = Callable[[datetime], date]


def days_of(item: Followed, wall_date: WallDate) -> Days:
    """The days under which the vendor may list it."""
    apart = SEEN_APART if item.seen else UNSEEN_APART
    first, last = wall_date(item.since - apart), wall_date(item.since + apart)
    return frozenset(first + n * ONE_DAY for n in range((last - first).days + 1))


def plan(
    followed: Iterable[Followed],
    recent: Collection[date],
    wall_date: WallDate,
    rows: Mapping[date, int],
    now: datetime,
    dice: random.Random,
) -> Plan:
    """`recent`: days that are listed in any case. `rows`: how many rows each of the days in question has at least."""
    by_days: defaultdict[Days, list[Followed]] = defaultdict(list)
    for item in followed:
        by_days[days_of(item, wall_date)].append(item)
    listed, old, singles = set(recent), list[Days](), list[Followed]()
    old_before = wall_date(now - OLD_AFTER)
    for days, items in by_days.items():
        if days <= listed:
            continue
        if len(items) <= sum(rows[day] for day in days) // PAGE_ROWS + 1:
            singles += items
        elif max(days) < old_before and not any(item.due for item in items):
            old.append(days)
        else:
            listed |= days
    for days in dice.sample(old, min(len(old), OLD_DAYS_MAX)):
        listed |= days
    left = [item for item in singles if not days_of(item, wall_date) <= listed]
    return Plan(tuple(_together(listed, rows)), tuple(_drawn(left, dice)))


def _together(days: Iterable[date], rows: Mapping[date, int]) -> list[ListReading]:
    """The newest first."""
    lists: list[ListReading] = []
    held = 0
    for day in sorted(days, reverse=True):
        fits = held == 0 or held + rows[day] <= ROWS_TOGETHER_MAX
        if lists and lists[-1].start_on == day + ONE_DAY and fits:
            lists[-1] = replace(lists[-1], start_on=day)
            held += rows[day]
        else:
            lists.append(ListReading(day, day))
            held = rows[day]
    return lists


def _drawn(singles: Sequence[Followed], dice: random.Random) -> list[Single]:
    """All that are due; of the others a few, drawn: whatever turns by the calendar leaves out whose turn is a Sunday."""
    due = [item for item in singles if item.due]
    others = [item for item in singles if not item.due]
    chosen = due + dice.sample(others, min(len(others), SINGLES_MAX))
    return [Single(item.payment_id, item.vendor_payment_id) for item in chosen]
