"""When a keyed call may be sent again: the rule that stands between a lost answer and a second debit.

Within the key's life the vendor itself answers a repeat with the first effect. Past it the same key is a new debit, so
nothing is sent until the vendor's own list has shown, twice and late enough, that the first never happened.
"""

import time
from datetime import datetime, timedelta

from bankrails_messaging.rows import from_micros
from bankrails_messaging.work_row import WorkRow

MARGIN = timedelta(seconds=30)
"""For clocks that differ and for a request that waits at the vendor's door."""
QUIET = timedelta(minutes=15)
"""A request still under way at the vendor has surfaced by then."""
BETWEEN_LOOK_UPS = timedelta(seconds=60)
CLEAN_LOOK_UPS = 2
KEYS_MAX = 3
"""New keys tried for one intent before a person looks at why the vendor keeps losing it."""


def key_is_young(first_attempt_at: datetime, now: datetime, *, key_life: timedelta, deadline: timedelta) -> bool:
    """Whether a resend under the same key arrives while the vendor still remembers it."""
    return now - first_attempt_at + deadline + MARGIN < key_life


def row_is_young(row: WorkRow, now: datetime, *, key_life: timedelta, deadline: timedelta) -> bool:
    """key_is_young of a row's present key. A wall clock can be set back; the age of a key never goes down."""
    first_attempt_at = from_micros(row.key_attempted_at or 0)
    if row.key_attempted_monotonic is not None:
        now = max(now, first_attempt_at + timedelta(seconds=time.monotonic() - row.key_attempted_monotonic))
    elif now < first_attempt_at:
        return False
    return key_is_young(first_attempt_at, now, key_life=key_life, deadline=deadline)


def counts_as_clean(last_attempt_at: datetime, last_clean_at: datetime | None, now: datetime) -> bool:
    """Whether a complete look-up without a match, made now, counts towards a new key."""
    if now - last_attempt_at <= QUIET:
        return False
    return last_clean_at is None or now - last_clean_at >= BETWEEN_LOOK_UPS


def next_look_up(last_attempt_at: datetime, looks: int, now: datetime) -> datetime:
    """Soon at first, since the answer is usually there at once; then not before a look can prove absence."""
    settled_at = last_attempt_at + QUIET + timedelta(seconds=1)
    if now >= settled_at:
        return now + BETWEEN_LOOK_UPS
    return min(now + timedelta(seconds=10 * 2 ** min(looks, 6)), settled_at)
