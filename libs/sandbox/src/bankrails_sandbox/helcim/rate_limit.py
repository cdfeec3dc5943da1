"""Three limits per merchant over all its tokens: calls in progress, a sliding minute and a sliding hour.

Source: devdocs.helcim.com/docs/api-rate-limits. The windows slide in virtual time. 3000 an hour is the lower sustained
rate: a poller at 90 a minute is cut off after about 33 minutes.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from bankrails_sandbox.helcim.assumptions import Limits

MINUTE_SECONDS = 60
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left after this call: the values of the two response headers."""

    minute_remaining: int
    hour_remaining: int


class TooManyRequests(Exception):
    """`wait_seconds` until a window has room; 0 when it is the calls in progress that are too many."""

    def __init__(self, quota: Quota, wait_seconds: int) -> None:
        super().__init__("429")
        self.quota = quota
        self.wait_seconds = wait_seconds


class RateLimiter:
    """One per merchant. Each `enter` that did not raise is followed by one `leave`."""

    def __init__(self, limits: Limits, *, refused_calls_count: bool) -> None:
        self._limits = limits
        self._refused_calls_count = refused_calls_count
        self._minute: deque[float] = deque()
        self._hour: deque[float] = deque()
        self.in_progress = 0
        self.in_progress_max = 0

    def enter(self, now: datetime, *, limited: bool) -> Quota:
        """Raises TooManyRequests. Unlimited, it still counts what is in progress."""
        self.in_progress_max = max(self.in_progress_max, self.in_progress + 1)
        if not limited:
            self.in_progress += 1
            return Quota(self._limits.per_minute, self._limits.per_hour)
        seconds = now.timestamp()
        self._slide(seconds)
        full = self.in_progress >= self._limits.concurrent or min(self._remaining()) <= 0
        if not full or self._refused_calls_count:
            self._minute.append(seconds)
            self._hour.append(seconds)
        quota = Quota(*(max(remaining, 0) for remaining in self._remaining()))
        if full:
            raise TooManyRequests(quota, self._wait_seconds(seconds))
        self.in_progress += 1
        return quota

    def leave(self) -> None:
        self.in_progress -= 1

    def _wait_seconds(self, seconds: float) -> int:
        minute, hour = self._remaining()
        waits = [self._minute[0] + MINUTE_SECONDS - seconds] if minute <= 0 and self._minute else []
        waits += [self._hour[0] + HOUR_SECONDS - seconds] if hour <= 0 and self._hour else []
        return ceil(max(waits, default=0))

    def _remaining(self) -> tuple[int, int]:
        return self._limits.per_minute - len(self._minute), self._limits.per_hour - len(self._hour)

    def _slide(self, seconds: float) -> None:
        while self._minute and self._minute[0] <= seconds - MINUTE_SECONDS:
            self._minute.popleft()
        while self._hour and self._hour[0] <= seconds - HOUR_SECONDS:
            self._hour.popleft()
