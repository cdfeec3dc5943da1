"""The one writer: whatever is ready within a few milliseconds goes into one transaction.

A transaction costs a wait for the disk whatever its size, so a thousand small ones a second are not to be had and ten
large ones are. A unit of work is a `Changes`; units keep their order, and each lands (its rows are handed on in memory)
only after the transaction that holds it is durable.
"""

import asyncio
from collections.abc import Callable
from itertools import count

from bankrails_telemetry.health import Progress

from bankrails_messaging.rows import Changes
from bankrails_messaging.store import Store, StoreConflict, StoreUnusable

GROUP_WINDOW_SECONDS = 0.010
"""How long a group waits for company where there is some: groups of sixty payments cost a fifth less than of fifteen."""
COMPANY_UNITS = 8
"""A group at least so large says that the next one finds company too. A smaller one is written at once: where little is
going on, the window would only be added to each of a payment's five commits."""
GROUP_UNITS_MAX = 256
"""Units in one transaction: past this the wait for the disk is shared already, and the event loop would pause too long."""
STORE_COMMIT = "store commit"
"""The progress mark: what was handed in is being made durable."""


class GroupWriter:
    def __init__(
        self,
        store: Store,
        landed: Callable[[Changes], None],
        *,
        next_outbox_seq: int,
        progress: Progress,
        on_commit: Callable[[int], None] = lambda units: None,
    ) -> None:
        self._store = store
        self._landed = landed
        self._progress = progress
        self._on_commit = on_commit
        self._outbox_seq = count(next_outbox_seq)
        self._waiting: list[tuple[Changes, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._ended = False
        self._company = False

    async def commit(self, changes: Changes) -> None:
        """Returns when `changes` is durable and has landed. Raises StoreConflict, or StoreUnusable after the end."""
        if self._ended:
            raise StoreUnusable("the writer has ended")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((changes, done))
        self._progress.owe(STORE_COMMIT)
        self._wake.set()
        await done

    def stop(self) -> None:
        """Let `run` end once everything handed in is written."""
        self._closing = True
        self._wake.set()

    async def run(self) -> None:
        try:
            await self._run()
        finally:
            # Whoever waited for ever on a dead writer would keep a failed service from ending.
            self._ended = True
            for _, done in self._waiting:
                _fail(done, StoreUnusable("the writer has ended"))

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            if not self._waiting:
                if self._closing:
                    return
                self._wake.clear()
                continue
            if self._company and not self._closing:
                await asyncio.sleep(GROUP_WINDOW_SECONDS)
            group, self._waiting = self._waiting[:GROUP_UNITS_MAX], self._waiting[GROUP_UNITS_MAX:]
            if not self._waiting and not self._closing:
                self._wake.clear()
            self._company = len(group) >= COMPANY_UNITS
            await self._write(group)

    async def _write(self, group: list[tuple[Changes, asyncio.Future[None]]]) -> None:
        for changes, _ in group:
            for row in changes.outbox:
                row.seq = next(self._outbox_seq)
        try:
            await self._store.commit(Changes.merged(changes for changes, _ in group))
        except StoreConflict as conflict:
            if len(group) == 1:
                _fail(group[0][1], conflict)
                return
            for unit in group:
                # One unit's conflict is not its neighbours': write each alone and let only the guilty one fail.
                await self._write([unit])
            return
        except BaseException as error:
            for _, done in group:
                _fail(done, error)
            raise
        self._on_commit(len(group))
        self._progress.mark(STORE_COMMIT)
        if not self._waiting:
            self._progress.rest(STORE_COMMIT)
        for changes, done in group:
            self._landed(changes)
            if not done.done():
                done.set_result(None)


def _fail(done: asyncio.Future[None], error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
