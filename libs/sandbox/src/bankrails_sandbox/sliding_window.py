"""At most so many within any such span of virtual time."""

from collections import deque
from datetime import datetime, timedelta


class SlidingWindow:
    """Half-open: what happened exactly one span ago no longer counts."""

    def __init__(self, limit: int, span: timedelta) -> None:
        self._limit = limit
        self._span = span
        self._taken: deque[datetime] = deque()

    def wait(self, now: datetime) -> timedelta | None:
        """How long until there is room again; None when there is room now."""
        while self._taken and self._taken[0] <= now - self._span:
            self._taken.popleft()
        if len(self._taken) < self._limit:
            return None
        return self._taken[-self._limit] + self._span - now

    def take(self, now: datetime) -> None:
        """Counts one, also beyond the limit."""
        self._taken.append(now)
