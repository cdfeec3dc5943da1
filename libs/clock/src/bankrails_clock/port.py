"""What the rest of the suite knows of time."""

import asyncio
from datetime import datetime
from typing import Protocol, runtime_checkable


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, in UTC; virtual where time is virtual."""
        ...

    async def wait_until(self, when: datetime | None, wake: asyncio.Event) -> None:
        """Returns when `wake` is set or the clock reached `when` (None: only the event). Never clears `wake`.

        In virtual time both the flow and a jump count: a jump over `when` returns at once.
        """
        ...


@runtime_checkable
class SharedClock(Clock, Protocol):
    """A virtual clock that several processes follow, and that waits for each of them before it moves on."""

    async def join(self, name: str, port: int) -> None:
        """Be waited for from now on; `GET /idle` at that port of ours says when we are done."""
        ...

    async def leave(self) -> None: ...
