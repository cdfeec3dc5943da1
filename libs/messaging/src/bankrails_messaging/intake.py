"""Intake: Kafka records into the inbox, one transaction a batch; offsets only after it.

Theory. The records of a batch and the positions after them are one transaction, so the store alone knows what has been
received; Kafka's own offsets follow, as a courtesy to lag monitors and as the place to start from. Records below the
stored position are dropped, and a (source, id) that is there already changes nothing, so a batch may come any number of
times. A position that Kafka no longer has means that commands were deleted unread: that stops the service.

FastStream's subscriber reads. What is replaced, and why (docs/adr/0003): its acknowledgement (positional: it would
confirm records that were never stored), its parser (one header that is not UTF-8 fails the whole batch before the
handler) and its decoder (it parses JSON that we parse later, per record).
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka import TopicPartition as ClientPartition
from aiokafka.errors import KafkaError
from bankrails_clock.port import Clock
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, TopicPartition
from faststream.message import StreamMessage

from bankrails_messaging.enactment import Enactment
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.rows import Changes, DeadLetterRow
from bankrails_messaging.sorting import Door
from bankrails_messaging.start import StartRefused
from bankrails_messaging.stops import Probe, Stop, unwatched
from bankrails_messaging.writer import GroupWriter

BATCH_RECORDS = 500
POLL_MILLISECONDS = 20
"""How long a poll waits for a first record; twice this is the longest that an idle intake sleeps."""
WAITING_MAX = 20_000
"""Messages stored and undecided past which reading pauses: about 40 MB of memory."""
OFFSET_COMMIT_EVERY_SECONDS = 0.5
OFFSET_COMMIT_SECONDS = 5.0
"""The client would retry a commit for ever; a failed one costs nothing but a batch read twice."""

STOP_COMMIT_SECONDS, CLOSE_SECONDS = 1.0, 2.0
"""At a stop, with a broker that may be gone: what is not confirmed is read again and known again."""

log = structlog.get_logger()


class PositionLostError(StartRefused):
    """What comes next for this store is not what comes next in Kafka: messages would be missing, or done again."""


class Intake:
    def __init__(
        self,
        bootstrap_servers: str,
        group_id: str,
        partitions: Sequence[tuple[str, int]],
        positions: dict[tuple[str, int], int],
        door: Door,
        writer: GroupWriter,
        clock: Clock,
        enactment: Enactment,
        metrics: MessagingMetrics,
        waiting: Callable[[], int],
        *,
        probe: Probe = unwatched,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._group_id = group_id
        self._positions = positions
        self._door = door
        self._writer = writer
        self._clock = clock
        self._enactment = enactment
        self._metrics = metrics
        self._waiting = waiting
        self._probe = probe
        self._committed: dict[tuple[str, int], int] = {}
        self._stopping = asyncio.Event()
        self._room = asyncio.Event()
        self._broker = KafkaBroker(bootstrap_servers, client_id=group_id, logger=None, graceful_timeout=5.0)
        self._partitions = partitions
        # Partitions are assigned, not subscribed: there is one process, and a restart need not wait for the group
        # session of a killed predecessor to expire.
        self._subscriber = self._broker.subscriber(
            partitions=[TopicPartition(topic, number) for topic, number in partitions],
            group_id=group_id,
            batch=True,
            max_records=BATCH_RECORDS,
            batch_timeout_ms=POLL_MILLISECONDS,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            parser=_raw,
            decoder=_undecoded,
            include_in_schema=False,
        )
        self._subscriber(self._receive)
        self.failed: BaseException | None = None

    async def start(self) -> None:
        """Check that every stored position still exists, then read. Raises PositionLostError."""
        await self._check_positions()
        await self._broker.start()

    async def run(self) -> None:
        """Tell Kafka now and then where we are, until stopped."""
        while True:
            if self.failed is not None:
                raise self.failed
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), OFFSET_COMMIT_EVERY_SECONDS)
            if self._stopping.is_set():
                return  # `stop` commits the last offsets, before it closes the connection that they go through
            if self._waiting() < WAITING_MAX // 2:
                self._room.set()
            await self._commit_offsets()

    @property
    def consumed(self) -> dict[str, int]:
        """The next offset to read, by `topic/partition`: everything before it is stored, or nothing to us."""
        return {f"{topic}/{number}": self._positions.get((topic, number), 0) for topic, number in self._partitions}

    def poll_age_seconds(self) -> float | None:
        """Since Kafka last answered the fetch of the partition that waits longest; None before the first answer.

        A broker that answers pings while the reader is stuck shows here, and only here.
        """
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        if consumer is None:
            return None
        polled = [consumer.last_poll_timestamp(partition) for partition in consumer.assignment()]
        answered = [stamp for stamp in polled if stamp]
        return time.time() - min(answered) / 1000 if answered else None

    async def stop(self) -> None:
        """Finish the batch in hand; no record is half received."""
        self._stopping.set()
        self._room.set()
        await self._commit_offsets(STOP_COMMIT_SECONDS)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._broker.stop(), CLOSE_SECONDS)

    async def _receive(self, message: StreamMessage[Any]) -> None:
        """One batch. Never returns before it is stored, since the reader goes on to the next one after it."""
        records: Sequence[ConsumerRecord] = message.raw_message
        try:
            await self._store(records)
            while self._waiting() > WAITING_MAX and not self._stopping.is_set():
                self._room.clear()
                await self._room.wait()
        except Exception as error:  # the reader would swallow it and go on; a restart reads the batch again
            self.failed = error
            await self._stopping.wait()

    async def _store(self, records: Sequence[ConsumerRecord]) -> None:
        self._probe(Stop.RECORDS_READ)
        now = self._clock.now()
        changes = Changes()
        skipped = 0
        for record in records:
            where = (record.topic, record.partition)
            if record.offset < self._positions.get(where, 0):
                continue
            changes.positions[where] = record.offset + 1
            row = self._door.sort(record, now)
            if row is None:
                skipped += 1
            elif isinstance(row, DeadLetterRow):
                changes.dead_letters.append(row)
                changes.outbox.append(self._enactment.dead_letter(row))
                self._metrics.dead_letters.labels(row.reason).inc()
                log.warning(
                    "record.dead", reason=row.reason, topic=row.topic, partition=row.partition, offset=row.offset
                )
            else:
                changes.received.append(row)
        if not changes.positions:
            return
        await self._writer.commit(changes)
        self._positions.update(changes.positions)
        self._probe(Stop.RECORDS_STORED)
        repeats = sum(row.seq is None for row in changes.received)
        self._metrics.records.labels("stored").inc(len(changes.received) - repeats)
        self._metrics.records.labels("repeated").inc(repeats)
        self._metrics.records.labels("dead").inc(len(changes.dead_letters))
        self._metrics.records.labels("skipped").inc(skipped)

    async def _commit_offsets(self, seconds: float = OFFSET_COMMIT_SECONDS) -> None:
        consumer: AIOKafkaConsumer | None = self._subscriber.consumer
        # One partition that is read no longer would make the client refuse the commit of all.
        read = ((where, self._positions.get(where)) for where in self._partitions)
        behind = {where: at for where, at in read if at is not None and self._committed.get(where) != at}
        if consumer is None or not behind:
            return
        try:
            offsets = {ClientPartition(*where): at for where, at in behind.items()}
            await asyncio.wait_for(consumer.commit(offsets), seconds)
            self._committed.update(behind)
        except (KafkaError, TimeoutError, ValueError) as error:
            self._metrics.commit_failures.inc()
            log.warning("intake.offsets_not_committed", error=str(error) or type(error).__name__)

    async def _check_positions(self) -> None:
        """Raises PositionLostError.

        The group's own offsets follow the store's, never lead them. Where they lead, the store is older than what was
        done (a backup, a deleted file): going on would skip messages, and going back would do them again.
        """
        partitions = [ClientPartition(*where) for where in self._partitions]
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers, group_id=self._group_id, enable_auto_commit=False
        )
        consumer.assign(partitions)
        await consumer.start()
        try:
            first = await consumer.beginning_offsets(partitions)
            last = await consumer.end_offsets(partitions)
            confirmed = {partition: await consumer.committed(partition) or 0 for partition in partitions}
        finally:
            await consumer.stop()
        for partition in partitions:
            name = f"{partition.topic}[{partition.partition}]"
            stored = self._positions.get((partition.topic, partition.partition))
            if confirmed[partition] > (stored or 0):
                raise PositionLostError(
                    f"{name}: this store has read up to offset {stored or 0}, but {self._group_id} has confirmed "
                    f"{confirmed[partition]}; the store is older than what was done"
                )
            if stored is not None and stored < first[partition]:
                raise PositionLostError(
                    f"{name}: next is offset {stored}, but Kafka has deleted everything before {first[partition]}; "
                    "messages are missing"
                )
            if stored is not None and stored > last[partition]:
                raise PositionLostError(
                    f"{name}: next is offset {stored}, but Kafka ends at {last[partition]}; "
                    "this is another topic than the one this store has read"
                )


async def _raw(records: tuple[ConsumerRecord, ...]) -> StreamMessage[Any]:
    """The batch as it is: headers stay bytes, so that one unreadable header is one record's trouble."""
    first = records[0]
    return StreamMessage(raw_message=records, body=b"", message_id=f"{first.topic}-{first.partition}-{first.offset}")


async def _undecoded(message: StreamMessage[Any]) -> StreamMessage[Any]:
    return message
