"""The one writer: what is ready goes together, and one unit's trouble is its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from bankrails_messaging.rows import Changes, OutboxRow
from bankrails_messaging.store import StoreConflict, StoreUnusable
from bankrails_messaging.writer import GROUP_UNITS_MAX, GroupWriter
from bankrails_telemetry.health import Progress


class Ledger:
    """A store that remembers transactions, and refuses those that hold what it was told to refuse."""

    def __init__(self) -> None:
        self.transactions: list[list[int]] = []
        self.tried = 0
        self.conflicting: set[int] = set()
        self.broken: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def commit(self, changes: Changes) -> None:
        await self.gate.wait()
        self.tried += 1
        if self.broken is not None:
            raise self.broken
        if self.conflicting & set(changes.decided):
            raise StoreConflict("told to")
        self.transactions.append(list(changes.decided))

    async def write(self, action: Callable[..., Any]) -> Any:
        raise NotImplementedError

    read = write

    async def close(self) -> None: ...


class Desk:
    def __init__(self) -> None:
        self.store = Ledger()
        self.landed: list[Changes] = []
        self.writer = GroupWriter(self.store, self.landed.append, next_outbox_seq=7, progress=Progress())
        self.task = asyncio.get_running_loop().create_task(self.writer.run())


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    made.task.cancel()
    await asyncio.gather(made.task, return_exceptions=True)


def unit(number: int, *, events: int = 0) -> Changes:
    outbox = [OutboxRow("t", str(number), {}, "{}") for _ in range(events)]
    return Changes(decided=[number], outbox=outbox)


async def test_what_is_ready_goes_in_one_transaction(desk: Desk) -> None:
    """A hundred units cost one wait for the disk."""
    await asyncio.gather(*[desk.writer.commit(unit(n)) for n in range(100)])
    assert desk.store.transactions == [list(range(100))]


async def test_units_keep_their_order_and_events_their_numbers(desk: Desk) -> None:
    """The relay publishes in this order; a gap is fine, another order is not."""
    await asyncio.gather(*[desk.writer.commit(unit(n, events=2)) for n in range(50)])
    await desk.writer.commit(unit(50, events=1))
    numbers = [row.seq for changes in desk.landed for row in changes.outbox]
    assert numbers == list(range(7, 7 + 101))
    assert [changes.decided for changes in desk.landed] == [[n] for n in range(51)]


async def test_nothing_lands_before_it_is_durable(desk: Desk) -> None:
    """What follows from a commit must not begin while a crash could still undo it."""
    desk.store.gate.clear()
    waiting = asyncio.create_task(desk.writer.commit(unit(1)))
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert desk.landed == []
    assert not waiting.done()
    desk.store.gate.set()
    await waiting
    assert len(desk.landed) == 1


async def test_one_units_conflict_is_not_its_neighbours(desk: Desk) -> None:
    """Strangers share a transaction; only the guilty one decides again."""
    desk.store.conflicting = {2}
    results = await asyncio.gather(*[desk.writer.commit(unit(n, events=1)) for n in range(5)], return_exceptions=True)
    assert [type(result) for result in results] == [type(None), type(None), StoreConflict, type(None), type(None)]
    assert sorted(number for numbers in desk.store.transactions for number in numbers) == [0, 1, 3, 4]
    numbers = [row.seq for changes in desk.landed for row in changes.outbox]
    assert numbers == sorted(numbers)


async def test_a_store_that_fails_fails_everybody_and_for_good(desk: Desk) -> None:
    """Nobody may wait for ever on a writer that has ended: that would keep the service from ending too."""
    desk.store.gate.clear()
    waiting = [asyncio.create_task(desk.writer.commit(unit(n))) for n in range(3)]
    await asyncio.sleep(0.01)
    late = asyncio.create_task(desk.writer.commit(unit(3)))
    await asyncio.sleep(0)
    desk.store.broken = OSError("disk full")
    desk.store.gate.set()
    async with asyncio.timeout(5):
        results = await asyncio.gather(*waiting, late, return_exceptions=True)
        assert [type(result) for result in results] == [OSError, OSError, OSError, StoreUnusable]
        with pytest.raises(OSError, match="disk full"):
            await desk.task
        with pytest.raises(StoreUnusable):
            await desk.writer.commit(unit(4))
    assert desk.landed == []


async def test_stopping_writes_what_was_handed_in(desk: Desk) -> None:
    """The last answers are the ones that a restart would otherwise have to ask for again."""
    waiting = [asyncio.create_task(desk.writer.commit(unit(n))) for n in range(10)]
    await asyncio.sleep(0)
    desk.writer.stop()
    await asyncio.gather(*waiting, desk.task)
    assert [number for numbers in desk.store.transactions for number in numbers] == list(range(10))


async def test_a_group_is_bounded(desk: Desk) -> None:
    """A transaction of everything would hold up all that comes after it."""
    await asyncio.gather(*[desk.writer.commit(unit(n)) for n in range(GROUP_UNITS_MAX + 5)])
    assert [len(numbers) for numbers in desk.store.transactions] == [GROUP_UNITS_MAX, 5]


async def test_whoever_stops_waiting_stops_nobody_else(desk: Desk) -> None:
    """A cancelled call's unit is durable all the same, and its neighbours hear of theirs."""
    desk.store.gate.clear()
    given_up = asyncio.create_task(desk.writer.commit(unit(1)))
    other = asyncio.create_task(desk.writer.commit(unit(2)))
    await asyncio.sleep(0.005)
    given_up.cancel()
    desk.store.gate.set()
    await other
    assert desk.store.transactions == [[1, 2]]
    assert len(desk.landed) == 2
