import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import TopicPartition
from bankrails_local_kafka import BrokerFailed, KafkaNode, open_broker
from bankrails_local_kafka.layout import Layout

pytestmark = [pytest.mark.durable, pytest.mark.usefixtures("kafka_jars")]

DEADLINE_SECONDS = 20

OWNER = """
import sys
from pathlib import Path
from bankrails_local_kafka import KafkaNode
node = KafkaNode(Path(sys.argv[1]))
node.start()
print(node.bootstrap_servers, node.pid, flush=True)
sys.stdin.read()
"""


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
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(values) < count:
                record = await consumer.getone()
                values.append(record.value)
        await consumer.commit({partition: record.offset + 1})
        return values


async def test_records_and_committed_offsets_survive_a_kill(tmp_path: Path) -> None:
    """The suite's crash tests rest on this: what Kafka acknowledged is there after kill -9, at the same address."""
    with KafkaNode(tmp_path) as node:
        address = node.bootstrap_servers
        await create_topic(address, "letters", 3)
        await produce(address, "letters", [b"a", b"b", b"c"])
        assert await read_and_commit(address, "letters", 2) == [b"a", b"b"]

        node.kill()
        node.start()

        assert node.bootstrap_servers == address
        assert await read_and_commit(address, "letters", 1) == [b"c"]


def test_a_broker_ends_with_its_killed_owner_and_its_directory_serves_the_next(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    eventually: Callable[[Callable[[], bool]], None],
    alive: Callable[[int], bool],
) -> None:
    """`kill -9` of a demo must leave no broker behind and spoil no data; the next run finds its address and its log."""
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "BANKRAILS_KAFKA"):
        monkeypatch.delenv(name, raising=False)
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        address, pid = owner.stdout.readline().split()
        assert alive(int(pid))
        owner.kill()
        eventually(lambda: not alive(int(pid)))

    with open_broker(tmp_path) as broker:
        assert (broker.bootstrap_servers, broker.durable) == (address, True)
        assert broker.pid
        shell = os.getpgid(broker.pid)
    assert not alive(broker.pid)
    assert not alive(shell)
    # Kafka writes this file at the end of an orderly shutdown alone.
    assert (Layout(tmp_path).log_dir / ".kafka_cleanshutdown").exists()


def test_a_broker_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    """Its port may be taken while it is down; "did not answer" would send people looking in the wrong place."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", Layout(tmp_path).ports().broker))
        other.listen()
        node = KafkaNode(tmp_path)
        with pytest.raises(BrokerFailed, match=r"(?s)ended while starting.*Address already in use"):
            node.start()
    assert node.pid is None
