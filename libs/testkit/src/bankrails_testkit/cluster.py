"""The broker of a test run, with the topics of all services on it."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from bankrails_contracts.message import Service
from bankrails_contracts.topics import Channel, topics_of
from bankrails_local_kafka import KafkaNode
from bankrails_local_kafka.broker import start_cluster
from bankrails_messaging.topic_setup import ensure_topics

ALL = [topic for service in Service for topic in topics_of(service)]
TOPICS = {topic.name: topic.partitions for topic in ALL}
READ = [topic for topic in ALL if topic.channel is not Channel.DEAD_LETTERS]
"""What one service or another reads."""

Positions = dict[tuple[str, int], int]
"""(topic, partition) → next offset."""


@dataclass(frozen=True)
class Cluster:
    bootstrap_servers: str
    node: KafkaNode | None
    """The broker itself, for a test that ends it; None when it is not ours or keeps nothing."""

    def ends(self) -> Positions:
        """Where the next record of each partition goes: what a store that begins now has read."""
        return asyncio.run(self._ends())

    async def _ends(self) -> Positions:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap_servers)
        await consumer.start()
        try:
            partitions = [TopicPartition(topic.name, number) for topic in READ for number in range(topic.partitions)]
            found = await consumer.end_offsets(partitions)
        finally:
            await consumer.stop()
        return {(partition.topic, partition.partition): offset for partition, offset in found.items()}


@contextmanager
def open_cluster(data_dir: Path) -> Iterator[Cluster]:
    """The broker that KAFKA_BOOTSTRAP_SERVERS names, else one of our own (bankrails_local_kafka.broker)."""
    if address := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        asyncio.run(ensure_topics(address, ALL))
        yield Cluster(address, None)
        return
    started = start_cluster(data_dir, TOPICS)
    try:
        asyncio.run(ensure_topics(started.bootstrap_servers, ALL))
        yield Cluster(started.bootstrap_servers, started if isinstance(started, KafkaNode) else None)
    finally:
        started.stop()
