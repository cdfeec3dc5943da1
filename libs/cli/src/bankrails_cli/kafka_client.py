"""Reading and writing topics, as one more client of the suite: no group, no offsets, nobody is disturbed."""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from bankrails_contracts.envelope import Headers
from bankrails_contracts.topics import Topic

from bankrails_cli.errors import NotThere, Unusable
from bankrails_cli.told import Told, read

FETCH_SECONDS = 10.0  # for a first record that is there already
SEND_SECONDS = 10.0  # the client itself would try for 40; a person has long given up


@contextmanager
def quiet_client() -> Iterator[None]:
    """The client logs each attempt to connect; what came of it is told once, by us."""
    logger, silence = logging.getLogger("aiokafka"), logging.NullHandler()
    spoke = logger.propagate
    logger.addHandler(silence)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = spoke
        logger.removeHandler(silence)


class Reader:
    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def records(self) -> AsyncIterator[Told]:
        """For ever. In order within a partition; what one fetch brings from several is sorted by Kafka's time."""
        while True:
            fetched = await self._consumer.getmany(timeout_ms=200)
            for told in sorted(
                (read(record) for records in fetched.values() for record in records),
                key=lambda told: (told.at, told.topic, told.partition, told.offset),
            ):
                yield told

    async def records_so_far(self) -> AsyncIterator[Told]:
        """Those before the ends as they are now. Raises NotThere when Kafka stops answering."""
        partitions = list(self._consumer.assignment())
        ends = await self._consumer.end_offsets(partitions)
        left = {partition for partition in partitions if await self._consumer.position(partition) < ends[partition]}
        while left:
            fetched = await self._consumer.getmany(*left, timeout_ms=int(FETCH_SECONDS * 1000))
            if not fetched:
                raise NotThere(f"Kafka sent nothing for {FETCH_SECONDS:g} s")
            for partition, records in fetched.items():
                for record in records:
                    if record.offset < ends[partition]:
                        yield read(record)
            left = {partition for partition in left if await self._consumer.position(partition) < ends[partition]}


@asynccontextmanager
async def open_reader(bootstrap_servers: str, topics: Sequence[Topic], *, from_start: bool) -> AsyncIterator[Reader]:
    """From the first record, or from the first one written after this returned. Raises NotThere."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False, fetch_max_wait_ms=100)
    await _started(consumer, bootstrap_servers)
    try:
        there = await consumer.topics()
        if missing := [topic.name for topic in topics if topic.name not in there]:
            raise NotThere(f"no topic {', '.join(missing)} at {bootstrap_servers}: the service has never run there")
        partitions = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
        consumer.assign(partitions)
        # Positions are settled here and not by a lazy reset, which could fall behind what is sent next.
        look = consumer.beginning_offsets if from_start else consumer.end_offsets
        for partition, offset in (await look(partitions)).items():
            consumer.seek(partition, offset)
        yield Reader(consumer)
    except KafkaError as error:
        raise NotThere(f"Kafka at {bootstrap_servers}: {error}") from error
    finally:
        await consumer.stop()


class Writer:
    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def write(self, topic: str, value: bytes, *, key: str | None, headers: Headers) -> tuple[int, int]:
        """Partition and offset, once Kafka has it. The client's own partitioner is murmur2, as the contract asks."""
        try:
            written = await self._producer.send_and_wait(
                topic, value, key=None if key is None else key.encode(), headers=headers
            )
        except KafkaError as error:
            raise Unusable(f"Kafka did not take it: {error}") from error
        return written.partition, written.offset


@asynccontextmanager
async def open_writer(bootstrap_servers: str) -> AsyncIterator[Writer]:
    """Raises NotThere."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        enable_idempotence=True,
        request_timeout_ms=int(SEND_SECONDS * 1000),
    )
    await _started(producer, bootstrap_servers)
    try:
        yield Writer(producer)
    finally:
        await producer.stop()


async def _started(client: AIOKafkaConsumer | AIOKafkaProducer, bootstrap_servers: str) -> None:
    try:
        await client.start()
    except BaseException as error:  # Ctrl-C too: a client that is half open warns at exit
        await client.stop()
        if isinstance(error, KafkaError | OSError | ValueError):
            raise NotThere(f"no Kafka at {bootstrap_servers}") from error
        raise
