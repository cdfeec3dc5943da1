"""A vendor's quota as a budget: how many calls may fly, in a minute and in an hour, and who goes first.

One budget per (vendor, merchant) and process; the vendor counts the merchant's calls over all tokens, so each service
gets a share by configuration and the shares add up to the vendor's limit. Money goes first: each lane may fill the
windows only up to its own level, so that polling never spends what a debit needs.

Rate windows are the vendor's, so they run on the suite's clock; calls in flight are real.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from bankrails_clock.port import Clock

OUTAGE_AFTER = 5
"""So many failures to reach the vendor in a row are an outage, not bad luck: a single one is retried at once anyway."""
OUTAGE_PAUSE_FIRST = timedelta(seconds=1)
OUTAGE_PAUSE_MAX = timedelta(seconds=60)
"""A minute: how long after a vendor's return payments may still wait for us."""

SPENT_MINUTE_PAUSE = timedelta(minutes=1)
"""After it, every call that emptied the vendor's minute has left it."""
SPENT_HOUR_PAUSE = timedelta(minutes=5)
"""A full hour's silence would let payments starve behind one greedy neighbour; the window frees bit by bit before."""


class Lane(IntEnum):
    """Who goes first."""

    MONEY = 0
    PERSON = 1
    LOOK_UP = 2
    POLLING = 3


LANE_LEVEL = {Lane.MONEY: 1.0, Lane.PERSON: 0.9, Lane.LOOK_UP: 0.75, Lane.POLLING: 0.5}
"""The part of each window, and of the calls in flight, up to which a lane may fill them."""

ARRIVAL_MARGIN = timedelta(seconds=2)
"""A call reaches the vendor after we counted it, so it also leaves the vendor's window later than a window of the same
length would let it leave ours. Two seconds: longer than a request travels on a bad day, three percent of a minute."""
SECOND_WINDOW = timedelta(seconds=1) + ARRIVAL_MARGIN
"""Costs two thirds of such a quota. A vendor that counts by the second is one whose 429 is over in a second, too."""
MINUTE_WINDOW = timedelta(minutes=1) + ARRIVAL_MARGIN
HOUR_WINDOW = timedelta(hours=1) + ARRIVAL_MARGIN


@dataclass(frozen=True)
class Quota:
    in_flight: int
    per_minute: int
    per_hour: int
    per_second: int | None = None
    """None where the vendor counts no seconds."""

    def share(self, part: float) -> "Quota":
        """`part` of the quota, 0 < part <= 1, each number at least one."""

        def of(number: int) -> int:
            return max(1, int(number * part))

        per_second = None if self.per_second is None else of(self.per_second)
        return Quota(of(self.in_flight), of(self.per_minute), of(self.per_hour), per_second)


class Budget:
    def __init__(self, quota: Quota, clock: Clock) -> None:
        self.quota = quota
        self.in_flight = 0
        self._clock = clock
        self._second: deque[datetime] = deque()
        self._minute: deque[datetime] = deque()
        self._hour: deque[datetime] = deque()
        self._paused_until: datetime | None = None
        self._failures = 0
        self._probing = False

    def try_acquire(self, lane: Lane) -> datetime | None:
        """None when the call may go (then `release` must follow), else when to ask again at the earliest.

        A budget that is only out of flight slots says "now": the next `release` frees one.
        """
        now = self._clock.now()
        if self._paused_until is not None and now < self._paused_until:
            return self._paused_until
        if not self.has_slot(lane):
            return now
        again_at = self.try_spend(lane)
        if again_at is None:
            self.in_flight += 1
        return again_at

    def try_spend(self, lane: Lane) -> datetime | None:
        """A further call by whoever holds a slot: None when it may go, else when to ask again at the earliest."""
        now = self._clock.now()
        if self._paused_until is not None and now < self._paused_until:
            return self._paused_until
        self._forget(now)
        for calls, window, limit in (
            (self._second, SECOND_WINDOW, self.quota.per_second),
            (self._minute, MINUTE_WINDOW, self.quota.per_minute),
            (self._hour, HOUR_WINDOW, self.quota.per_hour),
        ):
            if limit is None:
                continue
            allowed = _allowed(limit, lane)
            if len(calls) >= allowed:
                return calls[len(calls) - allowed] + window
        if self.quota.per_second is not None:
            self._second.append(now)
        self._minute.append(now)
        self._hour.append(now)
        return None

    def has_slot(self, lane: Lane) -> bool:
        """Whether one more call of this lane may be in flight now; the next `release` frees a slot otherwise."""
        return self.in_flight < (1 if self._probing else _allowed(self.quota.in_flight, lane))

    def release(self) -> None:
        self.in_flight -= 1

    def answered(self, minute_remaining: int | None = None, hour_remaining: int | None = None) -> None:
        """The vendor answered, perhaps with what is left of its own windows.

        A smaller remainder than ours means that somebody else spends from the same quota: the window is filled up to
        what the vendor says. A window that others emptied says nothing of when it frees, so everyone waits; one that we
        emptied alone frees as our own calls leave it.
        """
        self._failures = 0
        self._probing = False
        now = self._clock.now()
        self._forget(now)
        if self._fill(self._minute, self.quota.per_minute, minute_remaining, now) and minute_remaining == 0:
            self.pause(now + SPENT_MINUTE_PAUSE)
        if self._fill(self._hour, self.quota.per_hour, hour_remaining, now) and hour_remaining == 0:
            self.pause(now + SPENT_HOUR_PAUSE)

    def pause(self, until: datetime) -> None:
        """No call before `until`: the vendor said 429, or its window is spent."""
        if self._paused_until is None or until > self._paused_until:
            self._paused_until = until

    def not_reached(self) -> None:
        """A call could not be delivered. From the fifth in a row on, wait longer each time and probe with one call."""
        self._failures += 1
        if self._failures >= OUTAGE_AFTER:
            self._probing = True
            doublings = min(self._failures - OUTAGE_AFTER, 6)
            self.pause(self._clock.now() + min(OUTAGE_PAUSE_FIRST * 2**doublings, OUTAGE_PAUSE_MAX))

    @property
    def paused_until(self) -> datetime | None:
        return self._paused_until

    @staticmethod
    def _fill(calls: deque[datetime], limit: int, remaining: int | None, now: datetime) -> bool:
        """Whether calls of somebody else had to be counted for the window to hold no more than `remaining` free."""
        if remaining is None:
            return False
        foreign = limit - len(calls) - max(0, remaining)
        calls.extend(now for _ in range(foreign))
        return foreign > 0

    def _forget(self, now: datetime) -> None:
        while self._second and self._second[0] <= now - SECOND_WINDOW:
            self._second.popleft()
        while self._minute and self._minute[0] <= now - MINUTE_WINDOW:
            self._minute.popleft()
        while self._hour and self._hour[0] <= now - HOUR_WINDOW:
            self._hour.popleft()


def _allowed(limit: int, lane: Lane) -> int:
    return max(1, int(limit * LANE_LEVEL[lane]))
