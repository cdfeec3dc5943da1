"""The relay: the outbox to Kafka, in commit order, by one publisher.

Theory. One lane owns the order. It is loaded once from the store, in order, and from then on fed by the writer in
commit order, so there is nothing to poll and nothing to overtake. A batch is sent record by record without waiting
(the client groups them by partition) and acknowledged as a whole. On any failure the lane keeps everything from the
first record without an acknowledgement, renews the producer (an idempotent producer that gave up on a record cannot
go on: its sequence numbers have a hole) and sends from there. Consumers may therefore see a suffix twice, never a gap
or another order; each copy has the original's id.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from bankrails_telemetry.health import Progress

from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.rows import Changes, OutboxRow
from bankrails_messaging.stops import Probe, Stop, unwatched
from bankrails_messaging.writer import GroupWriter

BATCH_RECORDS = 1_000
"""What may have to be sent again after a failure."""
ACKNOWLEDGE_SECONDS = 30.0
"""The client itself never gives up on an idempotent send, so we do."""
CONNECT_SECONDS = 5.0
ABANDON_SECONDS = 1.0
PAUSE_FIRST_SECONDS, PAUSE_MAX_SECONDS = 0.2, 5.0
"""Between tries while Kafka is away: soon enough to be unnoticed, rare enough not to fill the log."""

ACKNOWLEDGEMENT = "kafka acknowledgement"
"""The progress mark: what is decided is reaching Kafka."""

log = structlog.get_logger()


class Relay:
    def __init__(
        self,
        bootstrap_servers: str,
        writer: GroupWriter,
        metrics: MessagingMetrics,
        *,
        client_id: str,
        progress: Progress,
        probe: Probe = unwatched,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._client_id = client_id
        self._writer = writer
        self._metrics = metrics
        self._progress = progress
        self._probe = probe
        self._lane: deque[OutboxRow] = deque()
        self._wake = asyncio.Event()
        self._producer: AIOKafkaProducer | None = None
        self._partition_counts: dict[str, int] = {}
        self._closing = False
        self.published: dict[str, int] = {}
        """The offset after the last event that Kafka acknowledged, by `topic/partition`."""

    def take(self, rows: Iterable[OutboxRow]) -> None:
        """Rows in commit order: those of the store first, then each commit's own."""
        self._lane.extend(rows)
        if self._lane:
            self._progress.owe(ACKNOWLEDGEMENT)
        self._wake.set()

    @property
    def waiting(self) -> int:
        return len(self._lane)

    def stop(self) -> None:
        """Let `run` end once the lane is empty, or at the first failure."""
        self._closing = True
        self._wake.set()

    async def connect(self) -> None:
        """Open the producer before it is needed. Kafka being away is no reason to fail: `run` keeps trying."""
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._open_producer()

    async def run(self) -> None:
        pause = PAUSE_FIRST_SECONDS
        prune: asyncio.Task[None] | None = None
        try:
            while True:
                await self._wake.wait()
                if not self._lane:
                    if self._closing:
                        return
                    self._wake.clear()
                    continue
                batch = list(itertools.islice(self._lane, BATCH_RECORDS))
                acknowledged = await self._publish(batch)
                if acknowledged:
                    self._probe(Stop.EVENTS_SENT)
                    self._metrics.published.inc(acknowledged)
                    if prune is not None:
                        await prune
                    prune = asyncio.create_task(
                        self._writer.commit(Changes(published_through=batch[acknowledged - 1].seq))
                    )
                    for _ in range(acknowledged):
                        self._lane.popleft()
                    self._progress.mark(ACKNOWLEDGEMENT)
                    if not self._lane:
                        self._progress.rest(ACKNOWLEDGEMENT)
                if acknowledged == len(batch):
                    pause = PAUSE_FIRST_SECONDS
                elif self._closing:
                    return
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, PAUSE_MAX_SECONDS)
        finally:
            if prune is not None:
                await prune
            await self._drop_producer()

    async def _publish(self, batch: list[OutboxRow]) -> int:
        """Send the batch; how many from its start Kafka has acknowledged."""
        sent: list[asyncio.Future[object]] = []
        try:
            async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
                producer = await self._open_producer()
                for row in batch:
                    sent.append(
                        await producer.send(
                            row.topic,
                            row.value.encode(),
                            key=None if row.key is None else row.key.encode(),
                            partition=_partition(row.key, await self._partitions(producer, row.topic)),
                            headers=[(name, text.encode()) for name, text in row.headers.items()],
                        )
                    )
                await asyncio.wait(sent)
        except (KafkaError, TimeoutError) as error:
            log.warning("relay.not_published", error=str(error) or type(error).__name__, waiting=len(self._lane))
        for future in sent:
            future.add_done_callback(_heard)
        acknowledged = 0
        for future in sent:
            if not future.done() or future.cancelled() or future.exception() is not None:
                break
            acknowledged += 1
            self._note(future.result())
        if acknowledged < len(batch):
            self._metrics.relay_failures.inc()
            await self._drop_producer()
        return acknowledged

    def _note(self, told: Any) -> None:
        where = f"{told.topic}/{told.partition}"
        self.published[where] = max(self.published.get(where, 0), told.offset + 1)

    async def _open_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                max_batch_size=256 * 1024,
                max_request_size=1024 * 1024,
                request_timeout_ms=10_000,
            )
            try:
                await producer.start()
            except BaseException:
                await _abandon(producer)
                raise
            self._producer = producer
        return self._producer

    async def _partitions(self, producer: AIOKafkaProducer, topic: str) -> int:
        """A topic's partitions never change while a producer lives, nor after."""
        if topic not in self._partition_counts:
            self._partition_counts[topic] = len(await producer.partitions_for(topic))
        return self._partition_counts[topic]

    async def _drop_producer(self) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await _abandon(producer)


@lru_cache(maxsize=4096)
def _partition(key: str | None, partitions: int) -> int | None:
    """Java's murmur2, as the contract says; computed once for the events of one key, since it is written in Python."""
    return None if key is None else (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def _heard(future: asyncio.Future[object]) -> None:
    """The first failure of a batch speaks for it; asyncio would write a line for each of the others."""
    if not future.cancelled():
        future.exception()


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Close without waiting for what it still holds: the lane holds it too."""
    with suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(ABANDON_SECONDS):
            await producer.stop()
