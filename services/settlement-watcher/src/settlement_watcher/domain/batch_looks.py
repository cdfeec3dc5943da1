"""When to read the list of batches: one call for all of a merchant's, never more often than its payments are swept.

after the close       three minutes after the sweep's first look would be due, and again while a batch is still open
waits for its members every two minutes, until each payment that can be in a closed batch was seen, for a quarter of
                      an hour at most
by day                three times on a banking day, after the looks at the payments: a batch may have opened or been
                      closed by hand, and members may have cleared. Without anything open no call is made then
a row that is nobody's  half an hour after it was first seen
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.looks import CLOSE

AFTER_CLOSE = (timedelta(minutes=3), timedelta(minutes=11), timedelta(minutes=31), timedelta(minutes=61))
BY_DAY = (time(10, 10), time(13, 10), time(16, 10))
"""By the banks' clock."""
MEMBERS_EVERY = timedelta(minutes=2)
MEMBERS_WAIT = timedelta(minutes=15)
UNCLAIMED_FOR = timedelta(minutes=30)
"""A payment of ours that made it is heard of by then."""
RECONCILE_AFTER = timedelta(minutes=35)
"""After a batch was seen closed: whatever is in it is older than that."""


@dataclass(frozen=True)
class NextLook:
    at: datetime
    asks: bool
    """Whether the vendor is asked, or our own store alone."""


def next_batch_look(
    zone: ZoneInfo,
    calendar: BankingCalendar,
    now: datetime,
    *,
    open_batches: bool,
    waits_for_members: bool,
    unclaimed_since: Iterable[datetime] = (),
) -> NextLook:
    """`zone` is the merchant's. `unclaimed_since`: when rows that are nobody's yet were first seen."""
    looks = [NextLook(_next_close(zone, now, AFTER_CLOSE if open_batches else AFTER_CLOSE[:1]), True)]
    looks.append(NextLook(_next_by_day(calendar, now), open_batches))
    looks += [NextLook(due, False) for since in unclaimed_since if (due := since + UNCLAIMED_FOR) > now]
    if waits_for_members:
        looks.append(NextLook(now + MEMBERS_EVERY, False))
    return min(looks, key=lambda look: (look.at, not look.asks))


def _next_close(zone: ZoneInfo, now: datetime, after: Iterable[timedelta]) -> datetime:
    today = now.astimezone(zone).date()
    closes = [datetime.combine(today + timedelta(days=days), CLOSE, zone).astimezone(UTC) for days in (-1, 0, 1)]
    return min(look for close in closes for minutes in after if (look := close + minutes) > now)


def _next_by_day(calendar: BankingCalendar, now: datetime) -> datetime:
    day = calendar.add(calendar.date_of(now), 0)
    return min(
        look
        for candidate in (day, calendar.add(day, 1))
        for wall in BY_DAY
        if (look := calendar.at(candidate, wall)) > now
    )
