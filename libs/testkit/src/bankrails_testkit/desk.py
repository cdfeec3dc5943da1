"""One service on its engine and its database, which can be killed in the middle and started again.

What it has published is read from its outbox, as its relay would: what a commit has stored is told, whatever became of
the process that stored it.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from bankrails_contracts.message import Command
from bankrails_messaging import recovery
from bankrails_messaging.writer import STORE_COMMIT
from sqlalchemy import Connection

from bankrails_testkit.engine import Engine, Published, Record, record_of


class Desk:
    def __init__(self, running: Callable[[], AbstractAsyncContextManager[Engine]]) -> None:
        """`running()`: the service from its start to its end, on the same database each time."""
        self._running = running
        self._context: AbstractAsyncContextManager[Engine] | None = None
        self._engine: Engine | None = None
        self.told: list[Published] = []
        """All that it ever published, in order."""

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            raise AssertionError("the service is down")
        return self._engine

    @property
    def is_up(self) -> bool:
        return self._engine is not None

    async def start(self) -> None:
        if self._context is None:
            self._context = self._running()
            self._engine = await self._context.__aenter__()

    async def kill(self) -> None:
        """As kill -9: what is in flight stays unanswered, what is not stored is forgotten."""
        context, self._context, self._engine = self._context, None, None
        if context is not None:
            await context.__aexit__(None, None, None)

    async def send(self, id: str, command: Command) -> None:
        await self.engine.receive(record_of(command, id))

    async def hear(self, records: list[Record]) -> None:
        await self.engine.receive(*records)

    async def news(self) -> list[Published]:
        """What it has published since it was asked last."""
        known = self.told[-1].row.seq if self.told else 0

        def newer(connection: Connection) -> list[Published]:
            return [Published(row) for row in recovery.unpublished(connection) if row.seq > known]

        found = await self.engine.store.read(newer)
        self.told += found
        return found

    def answers(self, command_id: str) -> list[Published]:
        return [item for item in self.told if item.cause == command_id]

    def rests(self) -> bool:
        """It does nothing, and has nothing to do before time passes."""
        if self._engine is None:
            return True
        states = self._engine.pool.by_state()
        stores = self._engine.storing.age_seconds(STORE_COMMIT) is not None
        return not (stores or self._engine.dispatcher.waiting or states["in_flight"] or states["answered"])
