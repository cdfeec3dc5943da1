"""So many requests per period and API key, and the object that tells of it (docs.helix.q2.com/reference/response-format).

Periods are of virtual time: on a frozen clock one period lasts until the clock is moved.
"""

from datetime import UTC, datetime
from typing import Any

from bankrails_sandbox.helix.assumptions import Limits
from bankrails_sandbox.helix.timestamps import stamp


class Throttle:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._period = -1
        self._taken = 0

    def enter(self, now: datetime) -> bool:
        """Whether the call may go on. Refused calls take nothing: there is nothing left to take."""
        self._turn_to(now)
        if self._taken >= self._limits.per_period:
            return False
        self._taken += 1
        return True

    def report(self, now: datetime, *, over: bool) -> dict[str, Any] | None:
        """None as long as there is enough left, unless a call was refused for the limit."""
        self._turn_to(now)
        limits = self._limits
        remaining = 0 if over else limits.per_period - self._taken
        if remaining * 100 >= limits.warning_threshold_percent * limits.per_period:
            return None
        ends_at = datetime.fromtimestamp((self._period + 1) * limits.period_seconds, UTC)
        return {
            "periodEndsAt": stamp(ends_at),
            "periodLengthInSeconds": limits.period_seconds,
            "periodRequestLimit": limits.per_period,
            "requestsRemainingInPeriod": remaining,
            "warningThreshold": limits.warning_threshold_percent / 100,
        }

    def _turn_to(self, now: datetime) -> None:
        period = int(now.timestamp()) // self._limits.period_seconds
        if period != self._period:
            self._period, self._taken = period, 0
