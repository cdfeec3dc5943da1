"""What the in-process and the remote virtual clock share: a flow of time that can be replaced, and its waiters."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Flow:
    """Virtual time as a straight line through one known point; slope 1 while running, 0 while frozen."""

    virtual_at: datetime
    monotonic_seconds: float
    running: bool

    @classmethod
    def starting(cls, virtual_at: datetime, *, running: bool) -> "Flow":
        """Raises ValueError for a naive instant: it would be compared with aware ones only at the first wait."""
        if virtual_at.tzinfo is None:
            raise ValueError(f"a clock needs an aware instant, not {virtual_at!r}")
        return cls(virtual_at.astimezone(UTC), time.monotonic(), running)

    def now(self) -> datetime:
        if not self.running:
            return self.virtual_at
        return self.virtual_at + timedelta(seconds=time.monotonic() - self.monotonic_seconds)


class VirtualClock:
    """Belongs to one event loop. Whoever replaces the flow wakes every waiter, and each looks again for itself."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._waiters: set[asyncio.Future[None]] = set()
        self._waits: dict[asyncio.Future[Any], datetime] = {}

    def now(self) -> datetime:
        return self._flow.now()

    def next_wait(self) -> datetime | None:
        """When the earliest pending `wait_until` is due; None while all wait for an event alone, or nobody waits.

        Not after `now()`: the time has come, and the waiter has not run since.
        """
        return min(self._waits.values(), default=None)

    async def wait_until(self, when: datetime | None, wake: asyncio.Event) -> None:
        if when is None:
            await wake.wait()
            return
        if wake.is_set() or self.now() >= when:
            return
        woken = asyncio.ensure_future(wake.wait())
        self._waits[woken] = when
        try:
            while not wake.is_set() and (remaining_seconds := (when - self.now()).total_seconds()) > 0:
                moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                either: set[asyncio.Future[Any]] = {woken, moved}
                self._waiters.add(moved)
                try:
                    timeout_seconds = remaining_seconds if self._flow.running else None
                    await asyncio.wait(either, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    self._waiters.discard(moved)
        finally:
            del self._waits[woken]
            woken.cancel()

    def _follow(self, flow: Flow) -> None:
        self._flow = flow
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
