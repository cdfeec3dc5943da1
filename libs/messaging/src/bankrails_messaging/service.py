"""One service of the suite, assembled and run: the shape that all four share.

Start: store, topics, whatever is open in the store, then Kafka. Stop, in the order that loses nothing: no new records,
no new calls, decide what is in hand, wait a while for calls that fly, publish what is decided, close.
"""

import asyncio
import gc
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from bankrails_clock.port import Clock, SharedClock
from bankrails_contracts.message import Service as ServiceName
from bankrails_contracts.topics import Channel, Topic, topics_of
from bankrails_telemetry.health import Progress
from bankrails_telemetry.metrics import LoopLag
from bankrails_vendor_http.budget import Budget
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from bankrails_messaging import recovery
from bankrails_messaging.calls import VendorCall
from bankrails_messaging.decisions import Answering, Handling, Standing
from bankrails_messaging.dispatcher import Dispatcher
from bankrails_messaging.enactment import Enactment
from bankrails_messaging.holds import Holds
from bankrails_messaging.intake import Intake
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.operations import BEAT, Operations, Route, on_the_clock
from bankrails_messaging.relay import Relay
from bankrails_messaging.rows import Changes, InboxRow, Save, to_micros
from bankrails_messaging.sorting import Door
from bankrails_messaging.standing import stand, unasked
from bankrails_messaging.start import StartRefused
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.store import Store
from bankrails_messaging.topic_setup import end_offsets, ensure_topics
from bankrails_messaging.work import WorkPool
from bankrails_messaging.writer import GroupWriter

STOP_SECONDS = 8.0
"""Of the ten that an orchestrator gives before it kills; the rest is for closing what is left."""
CALLS_SECONDS = 5.0
"""What flying calls get of them; the vendor that takes longer is asked again after the restart."""
REST_SECONDS = 1.5
"""For each other part: they end at once, unless the broker or the store is gone."""
INBOX_RETENTION = timedelta(days=14)
"""Twice the retention of the commands topic: no repeat that Kafka can still deliver is forgotten here."""
PRUNE_EVERY_SECONDS = 600.0
GAUGES_EVERY_SECONDS = 1.0
COLLECT_AFTER = (20_000, 20, 50)
"""Messages in hand are many and short-lived, and hold few cycles: collecting rarely costs a few megabytes."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Parts:
    """What makes one service different from another."""

    service: ServiceName
    name: str
    """As in logs, metrics and on the clock: `payments-service`."""
    store: Store
    clock: Clock
    handlings: Sequence[Handling[Any, Any]]
    answerings: Sequence[Answering[Any]]
    calls: Sequence[VendorCall]
    enactment: Enactment
    reads: Callable[[Connection], Any]
    """Makes the reading port of the handlers from a connection."""
    door: Door
    budget_for: Callable[[str], Budget]
    registry: CollectorRegistry
    bootstrap_servers: str
    ops_host: str
    ops_port: int
    listens_to: Sequence[Topic] = ()
    """Other services' event topics."""
    standing: Sequence[Standing] = ()
    jwks: Callable[[], Mapping[str, object]] | None = None
    holds: Holds = field(default_factory=Holds)
    saved: Callable[[Save], None] = lambda save: None
    """Told each aggregate's new row once it is durable."""
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    """What else runs as long as the service does."""
    routes: Sequence[Route] = ()
    """For operators, beside those that every service has."""
    probe: Probe = unwatched


class RunningService:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._metrics = MessagingMetrics(parts.registry)
        self._lag = LoopLag(parts.registry)
        self._progress = Progress()
        self._stopping = asyncio.Event()
        self.ready = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    @property
    def _taking_part(self) -> bool:
        return self.ready.is_set() and not self._stopping.is_set()

    async def run(self, on_ready: Callable[[str], None] = lambda address: None) -> None:
        """Until `stop`, SIGTERM or SIGINT. Raises what went wrong otherwise."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        async with self._assembled() as address:
            # What is here now stays for good; without this every full collection walks through it again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*COLLECT_AFTER)
            on_ready(address)
            self.ready.set()
            await self._stopping.wait()
            log.info("service.stopping")

    @asynccontextmanager
    async def _assembled(self) -> AsyncIterator[str]:
        parts = self._parts
        store, metrics = parts.store, self._metrics
        own = topics_of(parts.service)
        await ensure_topics(parts.bootstrap_servers, (*own, *parts.listens_to))
        clean = await store.read(recovery.was_clean)
        await store.write(partial(recovery.mark_run, clean=False))
        last_seq = await store.read(recovery.last_outbox_seq)

        self._writer = writer = GroupWriter(
            store, self._land, next_outbox_seq=last_seq + 1, progress=self._progress, on_commit=self._committed
        )
        self._relay = relay = Relay(
            parts.bootstrap_servers,
            writer,
            metrics,
            client_id=f"{parts.service}-relay",
            progress=self._progress,
            probe=parts.probe,
        )
        self._pool = pool = WorkPool(
            store,
            writer,
            parts.clock,
            parts.calls,
            parts.budget_for,
            metrics,
            holds=parts.holds,
            probe=parts.probe,
        )
        self._dispatcher = dispatcher = Dispatcher(
            store,
            writer,
            pool,
            parts.clock,
            parts.handlings,
            parts.answerings,
            parts.enactment,
            parts.reads,
            metrics,
            progress=self._progress,
            probe=parts.probe,
        )
        read = (next(topic for topic in own if topic.channel is Channel.COMMANDS), *parts.listens_to)
        intake = Intake(
            parts.bootstrap_servers,
            f"bankrails-{parts.service}",
            [(topic.name, number) for topic in read for number in range(topic.partitions)],
            await store.read(recovery.positions),
            parts.door,
            writer,
            parts.clock,
            parts.enactment,
            metrics,
            lambda: dispatcher.waiting,
            probe=parts.probe,
        )
        relay.take(await store.read(lambda connection: list(recovery.unpublished(connection))))
        loop = asyncio.get_running_loop()
        tasks: list[asyncio.Task[None]] = []

        def begin(running: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
            task = loop.create_task(running, name=name)
            task.add_done_callback(self._ended)
            tasks.append(task)
            return task

        writing = begin(writer.run(), "writer")
        try:
            begin(self._lag.watch(), "loop lag")
            begin(self._observe(), "gauges")
            begin(self._prune(), "pruning")
            for running in parts.background:
                begin(running(), "background")
            # What is open comes before anything new, and is taken up once Kafka is connected: ten thousand decisions
            # would make every step of the connection wait its turn.
            await self._resume(clean)
            if isinstance(parts.clock, SharedClock):
                # What a predecessor published may still be on its way to somebody when time would move on.
                events = next(topic for topic in own if topic.channel is Channel.EVENTS)
                relay.published.update(await end_offsets(parts.bootstrap_servers, events))
            await relay.connect()
            relaying = begin(relay.run(), "relay")
            await intake.start()
            receiving = begin(intake.run(), "intake")
            working = begin(pool.run(), "work")
            deciding = begin(dispatcher.run(), "dispatcher")
            operations = Operations(
                parts.clock, dispatcher, pool, relay, intake, self._lag, self._progress, lambda: self._taking_part
            )
            async with (
                operations.serving(parts.ops_host, parts.ops_port, parts.registry, parts.jwks, parts.routes) as address,
                on_the_clock(parts.clock, parts.name, address),
            ):
                yield address
                stop_by = time.monotonic() + STOP_SECONDS
                await intake.stop()
                await _within(REST_SECONDS, receiving)
                await pool.stop(min(CALLS_SECONDS, max(0.0, stop_by - time.monotonic() - 2 * REST_SECONDS)))
                await dispatcher.stop()
                relay.stop()
                await _within(REST_SECONDS, relaying, working, deciding)
            if not _failures(tasks):
                await store.write(partial(recovery.mark_run, clean=True))
        finally:
            writer.stop()
            await _within(REST_SECONDS, writing)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await store.close()
        for failure in _failures(tasks):
            raise failure

    async def _resume(self, clean: bool) -> None:
        """Take up everything that the store holds unfinished."""
        found: list[InboxRow] = []
        while page := await self._parts.store.read(
            partial(recovery.open_messages, after_seq=(found[-1].seq or 0) if found else 0)
        ):
            found += page
        if found:
            log.info("service.resumes", messages=len(found), after_crash=not clean)
        self._dispatcher.resume(found, after_crash=not clean)
        work = await self._parts.store.read(lambda connection: list(recovery.open_work(connection)))
        kinds = {call.kind for call in self._parts.calls}
        quiet = unasked(self._parts.answerings)
        for row in work:
            if row.kind not in kinds:
                raise StartRefused(f"there is open work of kind {row.kind!r}, which this release does not know")
            if row.kind not in quiet and not self._has_budget(row.budget):
                raise StartRefused(
                    f"there is open work for {row.budget}, which is configured no longer; put it back until it is done"
                )
        changes = stand(self._parts.standing, work, quiet, self._has_budget, to_micros(self._parts.clock.now()))
        # After the messages: what this sets off is a message too, and must stand behind them, once.
        self._pool.add(row for row in work if row.id not in changes.work_ended)
        if changes.work_ended or changes.work_added:
            await self._writer.commit(changes)

    def _has_budget(self, name: str) -> bool:
        try:
            self._parts.budget_for(name)
        except LookupError:
            return False
        return True

    def _land(self, changes: Changes) -> None:
        """What a durable unit of work sets in motion, in commit order."""
        for save in changes.saves:
            self._parts.saved(save)
        if changes.outbox:
            self._relay.take(changes.outbox)
        if changes.received:
            self._dispatcher.receive(changes.received)
        if changes.work_added:
            self._pool.add(changes.work_added)
        if changes.work_ended:
            self._pool.end(changes.work_ended)
        if changes.work_put_off:
            self._pool.add(changes.work_put_off)
        if changes.looked_up:
            self._pool.look_up_now(changes.looked_up)

    def _committed(self, units: int) -> None:
        self._metrics.groups.inc()
        self._metrics.units.inc(units)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A part that ends by an error ends the service: half a service is worse than a restart."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("service.part_failed", part=task.get_name(), exc_info=error)
            self._stopping.set()

    async def _observe(self) -> None:
        """Gauges that are counted, not incremented; and the beat that liveness watches."""
        while True:
            self._progress.mark(BEAT)
            metrics = self._metrics
            metrics.waiting.set(self._dispatcher.waiting)
            metrics.outbox.set(self._relay.waiting)
            metrics.unknown_age.set(self._pool.oldest_unknown_seconds())
            for kind, number in self._pool.unknown_by_kind().items():
                metrics.unknown.labels(kind).set(number)
            for state, number in self._pool.by_state().items():
                metrics.work.labels(state).set(number)
            await asyncio.sleep(GAUGES_EVERY_SECONDS)

    async def _prune(self) -> None:
        """Forget answered messages that no topic can deliver again."""
        while True:
            await asyncio.sleep(PRUNE_EVERY_SECONDS)
            before = to_micros(self._parts.clock.now() - INBOX_RETENTION)
            # A page at a time: everybody else's commits go in between.
            while await self._parts.store.write(partial(recovery.forget_answered, before=before)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)


def _failures(tasks: Iterable[asyncio.Task[None]]) -> list[BaseException]:
    ended = [task for task in tasks if task.done() and not task.cancelled()]
    return [error for task in ended if (error := task.exception()) is not None]


async def _within(seconds: float, *tasks: asyncio.Task[None]) -> None:
    waiting: Iterable[asyncio.Task[None]] = [task for task in tasks if not task.done()]
    if waiting:
        await asyncio.wait(waiting, timeout=seconds)
