"""The relay before a real broker that refuses one partition's records and takes another's."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2
from bankrails_contracts.ids import uuid7
from bankrails_local_kafka import KafkaNode
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.relay import Relay
from bankrails_messaging.rows import Changes, OutboxRow
from bankrails_messaging.writer import GroupWriter
from bankrails_telemetry.health import Progress
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)
from prometheus_client import CollectorRegistry

BIG = "x" * 5_000
DEADLINE_SECONDS = 30.0


class NoStore:
    async def commit(self, changes: Changes) -> None: ...

    async def write(self, action: Callable[..., Any]) -> Any:
        raise NotImplementedError

    read = write

    async def close(self) -> None: ...


def keys_for(partitions: int) -> dict[int, str]:
    """A key for each partition, by Java's partitioner."""
    found: dict[int, str] = {}
    for number in itertools.count():
        found.setdefault((murmur2(f"k{number}".encode()) & 0x7FFFFFFF) % partitions, f"k{number}")
        if len(found) == partitions:
            return found
    raise AssertionError


def limit_record_bytes(admin: AdminClient, topic: str, limit: int) -> None:
    entry = ConfigEntry("max.message.bytes", str(limit), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(timeout=DEADLINE_SECONDS)


async def test_what_went_through_behind_a_refused_record_is_not_counted_for_it(durable_node: KafkaNode) -> None:
    """One batch, two partitions: dropping as many rows as were taken would drop the refused one, for good."""
    topic = f"relay-{uuid7()}"
    admin = AdminClient({"bootstrap.servers": durable_node.bootstrap_servers})
    for future in admin.create_topics([NewTopic(topic, 2, 1, config={"max.message.bytes": "1000"})]).values():
        future.result(timeout=DEADLINE_SECONDS)
    keys = keys_for(2)
    metrics = MessagingMetrics(CollectorRegistry())
    writer = GroupWriter(NoStore(), lambda changes: None, next_outbox_seq=1, progress=Progress())
    relay = Relay(durable_node.bootstrap_servers, writer, metrics, client_id="relay", progress=Progress())
    rows = [OutboxRow(topic, keys[0], {}, BIG, 1), *[OutboxRow(topic, keys[1], {}, str(n), n) for n in range(2, 12)]]
    relay.take(rows)
    tasks = [asyncio.create_task(writer.run()), asyncio.create_task(relay.run())]
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while metrics.relay_failures._value.get() < 2:
                await asyncio.sleep(0.01)
        assert relay.waiting == len(rows)
        await asyncio.to_thread(limit_record_bytes, admin, topic, 1_000_000)
        async with asyncio.timeout(DEADLINE_SECONDS):
            while relay.waiting:
                await asyncio.sleep(0.01)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    consumer = AIOKafkaConsumer(bootstrap_servers=durable_node.bootstrap_servers)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: dict[int, list[str]] = {0: [], 1: []}
        async with asyncio.timeout(DEADLINE_SECONDS):
            while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
                for partition, records in (await consumer.getmany(timeout_ms=100)).items():
                    found[partition.partition] += [record.value.decode() for record in records]
    finally:
        await consumer.stop()
    assert found[0] == [BIG]
    assert list(dict.fromkeys(found[1])) == [str(n) for n in range(2, 12)]
