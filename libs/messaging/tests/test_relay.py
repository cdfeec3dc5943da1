"""The relay: in commit order, nothing left out, whatever the broker says in between."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.relay import Relay
from bankrails_messaging.rows import Changes, OutboxRow
from bankrails_messaging.writer import GroupWriter
from bankrails_telemetry.health import Progress
from bankrails_testkit.failing_broker import BrokerError, FailingBroker
from prometheus_client import CollectorRegistry

PARTITIONS = 3
DEADLINE_SECONDS = 30.0
_topics = itertools.count()


class Pruned:
    """A store that remembers up to where the outbox was pruned."""

    def __init__(self) -> None:
        self.through: list[int] = []

    async def commit(self, changes: Changes) -> None:
        if changes.published_through:
            self.through.append(changes.published_through)

    async def write(self, action: Callable[..., Any]) -> Any:
        raise NotImplementedError

    read = write

    async def close(self) -> None: ...


@pytest.fixture
def broker() -> FailingBroker:
    """One for each test, so that a refusal nobody asked for stays with it."""
    return FailingBroker()


class Line:
    def __init__(self, broker: FailingBroker, topic: str) -> None:
        self.topic = topic
        self.store = Pruned()
        self.metrics = MessagingMetrics(CollectorRegistry())
        writer = GroupWriter(self.store, lambda changes: None, next_outbox_seq=1, progress=Progress())
        self.relay = Relay(broker.bootstrap_servers, writer, self.metrics, client_id="relay", progress=Progress())
        self.numbers = itertools.count(1)
        self.tasks = [asyncio.create_task(writer.run()), asyncio.create_task(self.relay.run())]
        self._broker = broker

    def rows(self, count: int, keys: int = 5) -> list[OutboxRow]:
        numbers = [next(self.numbers) for _ in range(count)]
        return [OutboxRow(self.topic, f"k{n % keys}", {"ce_id": str(n)}, str(n), n) for n in numbers]

    async def drained(self) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while self.relay.waiting:
                assert not any(task.done() for task in self.tasks)
                await asyncio.sleep(0.01)

    async def received(self) -> list[tuple[str, int]]:
        """(key, number) in the order of each partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._broker.bootstrap_servers)
        await consumer.start()
        try:
            partitions = [TopicPartition(self.topic, n) for n in range(PARTITIONS)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            found: list[tuple[str, int]] = []
            async with asyncio.timeout(DEADLINE_SECONDS):
                while any([await consumer.position(p) < ends[p] for p in partitions]):
                    for records in (await consumer.getmany(timeout_ms=100)).values():
                        found += [(record.key.decode(), int(record.value)) for record in records]
            return found
        finally:
            await consumer.stop()


@pytest.fixture
async def line(broker: FailingBroker) -> AsyncIterator[Line]:
    topic = f"events-{next(_topics)}"
    broker.create_topic(topic, PARTITIONS)
    made = Line(broker, topic)
    yield made
    for task in made.tasks:
        task.cancel()
    await asyncio.gather(*made.tasks, return_exceptions=True)


def as_a_consumer_keeps_them(found: list[tuple[str, int]]) -> dict[str, list[int]]:
    """By key, without what is not above the last one seen: the rule of the contract."""
    kept: dict[str, list[int]] = {}
    for key, number in found:
        if number > kept.setdefault(key, [0])[-1]:
            kept[key].append(number)
    return {key: numbers[1:] for key, numbers in kept.items()}


def expected(count: int, keys: int = 5) -> dict[str, list[int]]:
    return {f"k{key}": [n for n in range(1, count + 1) if n % keys == key] for key in range(keys)}


async def test_events_arrive_in_commit_order_once(line: Line) -> None:
    """With nothing going wrong there is no repeat either."""
    line.relay.take(line.rows(30))
    line.relay.take(line.rows(2_500))
    await line.drained()
    found = await line.received()
    assert len(found) == 2_530
    assert as_a_consumer_keeps_them(found) == expected(2_530)


async def test_the_outbox_is_pruned_behind_what_kafka_has(line: Line) -> None:
    """Never ahead of it; and a row that is acknowledged need not be kept."""
    line.relay.take(line.rows(10))
    line.relay.stop()
    await line.tasks[1]
    assert line.store.through == [10]


@pytest.mark.parametrize(
    "errors",
    [
        (BrokerError.TOPIC_AUTHORIZATION_FAILED,),
        (BrokerError.NONE, BrokerError.INVALID_RECORD),
        (BrokerError.INVALID_RECORD, BrokerError.NONE, BrokerError.INVALID_RECORD, BrokerError.MESSAGE_TOO_LARGE),
        (BrokerError.OUT_OF_ORDER_SEQUENCE_NUMBER,),
        (BrokerError.NONE, BrokerError.NONE, BrokerError.TOPIC_AUTHORIZATION_FAILED),
    ],
    ids=lambda errors: "-".join(error.name for error in errors),
)
async def test_after_a_refusal_the_rest_follows_in_order_and_none_is_missing(
    errors: tuple[BrokerError, ...], line: Line, broker: FailingBroker
) -> None:
    """A client that goes on past a refused record leaves a hole; ours starts again at the first without an answer."""
    broker.answer_produce(*errors)
    for _ in range(6):
        line.relay.take(line.rows(50))
        await line.drained()
    assert as_a_consumer_keeps_them(await line.received()) == expected(300)
    failures = line.metrics.relay_failures._value.get()
    assert failures >= 1
    # An idempotent producer that gave up on a record has a hole in its numbers, and cannot go on.
    assert broker.producers == failures + 1
    assert line.store.through == sorted(line.store.through)


async def test_it_ends_when_its_lane_is_empty(line: Line) -> None:
    """A stop publishes what is decided."""
    line.relay.take(line.rows(100))
    line.relay.stop()
    async with asyncio.timeout(DEADLINE_SECONDS):
        await line.tasks[1]
    assert line.relay.waiting == 0
    assert line.store.through == [100]
