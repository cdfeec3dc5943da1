import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from bankrails_local_kafka import BrokerFailed, MemoryCluster

OWNER = """
import sys
from bankrails_local_kafka import MemoryCluster
cluster = MemoryCluster()
cluster.start()
print(cluster.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def cluster() -> Iterator[MemoryCluster]:
    with MemoryCluster() as cluster:
        yield cluster


async def test_it_carries_records_over_the_given_partitions(cluster: MemoryCluster) -> None:
    """Key order depends on the partition count; its own default of four would hide a wrong one."""
    cluster.create_topic("letters", 7)
    async with AIOKafkaProducer(bootstrap_servers=cluster.bootstrap_servers, enable_idempotence=True) as producer:
        assert await producer.partitions_for("letters") == set(range(7))
        for partition in range(7):
            await producer.send_and_wait("letters", b"a", partition=partition)
    consumer = AIOKafkaConsumer(
        "letters",
        bootstrap_servers=cluster.bootstrap_servers,
        group_id="readers",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with consumer, asyncio.timeout(20):
        seen = {(await consumer.getone()).partition for _ in range(7)}
        await consumer.commit()
    assert seen == set(range(7))


def test_a_topic_made_twice_is_an_error(cluster: MemoryCluster) -> None:
    """A second creation with another partition count would be taken for done."""
    cluster.create_topic("letters", 3)
    with pytest.raises(BrokerFailed, match="letters"):
        cluster.create_topic("letters", 4)


def test_stop_leaves_no_process(cluster: MemoryCluster, alive: Callable[[int], bool]) -> None:
    """Also when it is stopped twice."""
    pid = cluster.pid
    assert pid
    assert alive(pid)
    cluster.stop()
    cluster.stop()
    assert not alive(pid)
    assert cluster.pid is None


def test_it_ends_when_its_owner_is_killed(
    eventually: Callable[[Callable[[], bool]], None], alive: Callable[[int], bool]
) -> None:
    """As the real broker does."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout
        pid = int(owner.stdout.readline())
        owner.kill()
        eventually(lambda: not alive(pid))
