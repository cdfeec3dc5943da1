"""What one piece of work may spend of a budget: its first call is acquired before it begins, each further one as it is
made. A vendor's client asks here before every HTTP call, so that a look-up of many pages counts as many calls.

The allowance belongs to the task that carries the work out; a call made outside of any is not counted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

from bankrails_vendor_http.budget import Budget, Lane
from bankrails_vendor_http.errors import BudgetSpent

Acquire = Callable[[], Awaitable[None]]
"""Waits for a slot and room in the windows, without holding a slot. Raises BudgetSpent where no wait is to be had."""


class Allowance:
    def __init__(
        self, budget: Budget, lane: Lane, slot: ExitStack, acquire: Acquire, release: Callable[[], None]
    ) -> None:
        """`slot` holds the flight slot of the first call; `release` frees one that was acquired here."""
        self._budget = budget
        self._lane = lane
        self._slot = slot
        self._acquire = acquire
        self._release = release
        self._begun = False
        self._wrote = False
        self.went_on_after_a_write = False
        """Whether a call followed one that may have had an effect: what fails from then on proves nothing of it."""
        self._limit: asyncio.Timeout | None = None
        self._waits = False

    @contextmanager
    def granted(self, limit: asyncio.Timeout, *, waits: bool) -> Iterator[None]:
        """`limit` is the work's deadline: it stands still while the work waits for the budget.

        `waits` False is for what must not be late, a keyed call above all, whose key would grow too old meanwhile: a
        further call for which there is no room now raises BudgetSpent.
        """
        self._limit, self._waits = limit, waits
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)

    async def spend(self, operation: str, *, writes: bool) -> None:
        self.went_on_after_a_write |= self._wrote
        self._wrote |= writes
        if not self._begun:
            self._begun = True
            return
        again_at = self._budget.try_spend(self._lane)
        if again_at is None:
            return
        if self._limit is None or not (self._waits or self.went_on_after_a_write):
            raise BudgetSpent(operation, again_at)
        left = (self._limit.when() or 0.0) - asyncio.get_running_loop().time()
        self._limit.reschedule(None)
        self._slot.close()  # whoever only waits keeps nobody else from flying
        await self._acquire()
        self._slot.callback(self._release)
        self._limit.reschedule(asyncio.get_running_loop().time() + left)


_CURRENT: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


async def spend(operation: str, *, writes: bool) -> None:
    """Before each HTTP call. Raises BudgetSpent when it may neither go now nor wait."""
    allowance = _CURRENT.get()
    if allowance is not None:
        await allowance.spend(operation, writes=writes)
