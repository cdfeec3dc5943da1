"""The message path without Kafka: a real store, the writer, the dispatcher and the worker, on a clock held by hand.

Left to itself it decides about `Thing`s, an aggregate with nothing to it, by commands that the contracts happen to have;
a service's own handlings, repositories and reads may be put in their place.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import orjson
from bankrails_clock import ManualClock
from bankrails_contracts import answers
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.message import Command, Event, Kind, Message, Service
from bankrails_contracts.payments import CollectPayment, CommandParked, CommandRefused
from bankrails_contracts.topics import Channel, channel_of, topic_name
from bankrails_messaging import recovery
from bankrails_messaging.calls import VendorCall
from bankrails_messaging.decisions import Answering, Decision, Handling, Outcome
from bankrails_messaging.dispatcher import Dispatcher
from bankrails_messaging.enactment import Enactment, Repository
from bankrails_messaging.holds import Holds
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.rows import Changes, DeadLetterRow, InboxRow, OutboxRow, Save
from bankrails_messaging.sorting import Door
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.store import Store
from bankrails_messaging.work import WorkPool
from bankrails_messaging.work_row import WorkRow
from bankrails_messaging.writer import GroupWriter
from bankrails_telemetry.health import Progress
from bankrails_vendor_http.budget import Budget, Quota
from prometheus_client import CollectorRegistry
from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text

from bankrails_testkit.sender import SOURCE

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DEADLINE_SECONDS = 60.0
BUDGET = "vendor/merchant"

THINGS = Table(
    "thing",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
)


@dataclass(frozen=True)
class Thing:
    id: str
    state: str = "NEW"
    content_hash: str = ""
    sequence: int = 0
    version: int = 0


THING_REPOSITORY: Repository[Thing] = Repository(THINGS, Thing, "/bankrails/payments/thing")


class ThingReads:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def things(self, ids: Sequence[str]) -> list[Thing | None]:
        found = THING_REPOSITORY.get_many(self._connection, ids)
        return [found.get(item) for item in ids]


@dataclass
class Record:
    """A Kafka record, as far as the door looks at it."""

    value: bytes | None
    key: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    topic: str = topic_name(Service.PAYMENTS, Channel.COMMANDS)
    partition: int = 0
    offset: int = 0


def record_of(message: Message, id: str, source: str = SOURCE, **envelope: Any) -> Record:
    made = Envelope(id=id, source=source, type=message.type, **envelope)
    body = message.model_dump_json(exclude_none=True).encode()
    topic = topic_name(message.service, channel_of(message.kind))
    return Record(body, message.key.encode(), made.headers(), topic)


@dataclass
class Published:
    """An event as the relay would have got it."""

    row: OutboxRow

    @property
    def name(self) -> str:
        return self.row.headers["ce_type"].split(".")[2]

    @property
    def cause(self) -> str:
        return self.row.headers["ce_causationid"]

    @property
    def subject(self) -> str:
        return self.row.headers["ce_subject"]

    @property
    def sequence(self) -> int | None:
        text = self.row.headers.get("ce_sequence")
        return None if text is None else int(text)

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = orjson.loads(self.row.value)
        return data


@dataclass
class Engine:
    """`async with Engine(store, …) as engine`. Leaving it finishes nothing, as a crash would."""

    store: Store
    handlings: Iterable[Handling[Any, Any]] = ()
    answerings: Iterable[Answering[Any]] = ()
    calls: Iterable[VendorCall] = ()
    quota: Quota = field(default_factory=lambda: Quota(5, 100, 3_000))
    probe: Probe = unwatched
    after_crash: bool = False
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    published: list[Published] = field(default_factory=list)
    landed: list[Changes] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)
    service: Service = Service.PAYMENTS
    repositories: Mapping[type, Repository[Any]] = field(default_factory=lambda: {Thing: THING_REPOSITORY})
    reads: Callable[[Connection], Any] = ThingReads
    refused: type[answers.CommandRefused] = CommandRefused
    parked: type[answers.CommandParked] = CommandParked
    holds: Holds = field(default_factory=Holds)
    saved: Callable[[Save], None] = lambda save: None

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.progress = Progress()
        self.storing = Progress()
        self.metrics = MessagingMetrics(CollectorRegistry())
        self.budget = Budget(self.quota, self.clock)
        heard = (item.message.type for item in self.handlings if item.message.kind is Kind.EVENT)
        self.door = Door(self.service, hears=frozenset(heard))
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self.writer = GroupWriter(
            self.store,
            self._land,
            next_outbox_seq=await self.store.read(recovery.last_outbox_seq) + 1,
            progress=self.storing,
        )
        self.pool = WorkPool(
            self.store,
            self.writer,
            self.clock,
            self.calls,
            lambda name: self.budget,
            self.metrics,
            holds=self.holds,
            probe=self.probe,
            rng=random.Random(1),
        )
        self.dispatcher = Dispatcher(
            self.store,
            self.writer,
            self.pool,
            self.clock,
            self.handlings,
            self.answerings,
            Enactment(self.service, self.repositories, self.refused, self.parked),
            self.reads,
            self.metrics,
            progress=self.progress,
            probe=self.probe,
        )
        self._begin(self.writer.run())
        self.dispatcher.resume(await self.store.read(recovery.open_messages), after_crash=self.after_crash)
        self.pool.add(await self.store.read(lambda connection: list(recovery.open_work(connection))))
        self._begin(self.pool.run())
        self._begin(self.dispatcher.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pool.stop(0)
        await self.store.close()

    async def receive(self, *records: Record) -> list[InboxRow | DeadLetterRow | None]:
        """As one batch from Kafka; None for what nobody here listens to."""
        rows = [self.door.sort(record, self.clock.now()) for record in records]
        changes = Changes(
            received=[row for row in rows if isinstance(row, InboxRow)],
            dead_letters=[row for row in rows if isinstance(row, DeadLetterRow)],
        )
        await self.writer.commit(changes)
        return rows

    async def hear(self, *events: tuple[str, Event]) -> None:
        """Other services' events, each with its id."""
        await self.receive(*(record_of(event, id, f"/bankrails/{event.service}/test") for id, event in events))

    async def send(self, *commands: Command) -> list[str]:
        """The commands' ids."""
        ids = [f"c{next(self._numbers)}" for _ in commands]
        await self.receive(*(record_of(command, id) for command, id in zip(commands, ids, strict=True)))
        return ids

    async def work(self, *rows: WorkRow) -> None:
        await self.writer.commit(Changes(work_added=list(rows)))

    async def until(
        self, reached: Callable[[], object], what: str = "the state", deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        """Raises AssertionError when it does not come, or when a part of the engine has failed instead."""
        ends_at = time.monotonic() + deadline_seconds
        while not reached():
            for task in self._tasks:
                if task.done() and (error := task.exception()) is not None:
                    raise AssertionError("a part of the engine failed") from error
            if time.monotonic() > ends_at:
                raise AssertionError(f"{what} did not come; published {[item.name for item in self.published]}")
            await asyncio.sleep(0.001)

    async def idle(self) -> None:
        """Until whatever can go on without time passing has gone on."""
        quiet = 0
        seen = -1
        while quiet < 10:
            await asyncio.sleep(0.002)
            quiet = quiet + 1 if len(self.landed) == seen else 0
            seen = len(self.landed)

    def answers(self, command_id: str) -> list[Published]:
        return [item for item in self.published if item.cause == command_id]

    def _begin(self, running: Any) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(running))

    def _land(self, changes: Changes) -> None:
        self.landed.append(changes)
        self.published += map(Published, changes.outbox)
        for save in changes.saves:
            self.saved(save)
        self.dispatcher.receive(changes.received)
        self.pool.add(changes.work_added)
        self.pool.end(changes.work_ended)
        self.pool.add(changes.work_put_off)
        self.pool.look_up_now(changes.looked_up)


class Outcomes:
    """An answering that keeps every outcome of one kind of work, and decides nothing."""

    def __init__(self, kind: str) -> None:
        self.seen: list[Outcome] = []
        self.answering: Answering[None] = Answering(
            kind, CollectPayment, lambda reads, outcomes: [None] * len(outcomes), self._decide
        )

    def _decide(self, outcome: Outcome, situation: None, now: datetime) -> Decision:
        self.seen.append(outcome)
        return Decision()

    @property
    def results(self) -> list[str]:
        return [outcome.result.value for outcome in self.seen]
