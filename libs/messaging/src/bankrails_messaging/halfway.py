"""Pieces of work that wait, half-way, for room in the budget for their next HTTP call. They hold no slot meanwhile."""

import asyncio
import heapq
from collections import defaultdict
from collections.abc import Callable, KeysView
from datetime import datetime
from itertools import count

from bankrails_vendor_http.budget import Budget, Lane
from bankrails_vendor_http.errors import BudgetSpent


class HalfWay:
    def __init__(self, wake: Callable[[], None]) -> None:
        """`wake` is called when somebody begins to wait."""
        self._wake = wake
        self._waiting: defaultdict[str, list[tuple[int, int, asyncio.Future[None]]]] = defaultdict(list)
        """Budget → a heap of (lane, order, what is waited on)."""
        self._order = count()
        self._stopped_at: datetime | None = None

    @property
    def budgets(self) -> KeysView[str]:
        return self._waiting.keys()

    @property
    def waiting(self) -> int:
        return sum(not room.done() for some in self._waiting.values() for _, _, room in some)

    async def wait(self, name: str, lane: Lane) -> None:
        """For a slot and for room in the windows; both are then taken. Raises BudgetSpent when we stop meanwhile."""
        if self._stopped_at is not None:
            raise BudgetSpent("stopping", self._stopped_at)
        room: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting[name], (lane, next(self._order), room))
        self._wake()
        await room

    def serve(self, name: str, budget: Budget) -> datetime | None:
        """Let those go on for whom there is room; when to come back where the windows are full."""
        waiting = self._waiting.get(name, [])
        while waiting:
            lane, _, room = waiting[0]
            if not room.done():
                if not budget.has_slot(Lane(lane)):
                    return None  # the next call to end frees one
                again_at = budget.try_acquire(Lane(lane))
                if again_at is not None:
                    return again_at
                room.set_result(None)
            heapq.heappop(waiting)
        self._waiting.pop(name, None)
        return None

    def stop(self, now: datetime) -> None:
        self._stopped_at = now
        for waiting in self._waiting.values():
            for _, _, room in waiting:
                if not room.done():
                    room.set_exception(BudgetSpent("stopping", now))
