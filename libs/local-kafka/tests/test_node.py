from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import TopicPartition

from bankrails_local_kafka.node import KafkaNode


async def create_topic(bootstrap_servers: str, name: str, partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, partitions, 1)])
    finally:
        await admin.close()


async def produce(bootstrap_servers: str, topic: str, values: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, enable_idempotence=True) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def read_and_commit(bootstrap_servers: str, topic: str, count: int) -> list[bytes]:
    """The next `count` records of partition 0 for the group "readers", committed."""
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, group_id="readers", enable_auto_commit=False, auto_offset_reset="earliest"
    )
    async with consumer:
        consumer.assign([partition])
        values = []
        while len(values) < count:
            record = await consumer.getone()
            values.append(record.value)
        await consumer.commit({partition: record.offset + 1})
        return values


async def test_records_and_committed_offsets_survive_a_kill(tmp_path: Path) -> None:
    """Crash tests of the whole suite rest on this: what Kafka acknowledged is there after kill -9, at the same address."""
    with KafkaNode(tmp_path) as node:
        address = node.bootstrap_servers
        await create_topic(address, "letters", 3)
        await produce(address, "letters", [b"a", b"b", b"c"])
        assert await read_and_commit(address, "letters", 2) == [b"a", b"b"]

        node.kill()
        node.start()

        assert node.bootstrap_servers == address
        assert await read_and_commit(address, "letters", 1) == [b"c"]
