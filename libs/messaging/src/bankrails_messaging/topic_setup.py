"""Creates the topics that are missing and checks those that are there."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from bankrails_contracts.topics import Topic

from bankrails_messaging.start import StartRefused

KNOWN_SECONDS = 5.0


class TopicsUnusable(StartRefused):
    """A topic is missing and cannot be made, or has another number of partitions; one readable line."""


async def ensure_topics(bootstrap_servers: str, topics: Iterable[Topic]) -> dict[str, int]:
    """Partition counts by topic name, after creating what is missing. Raises TopicsUnusable.

    A partition count other than the contract's would send a key to another partition than its earlier messages, so it
    is refused. The in-memory cluster, which creates no topics by request, has them made at its start.
    """
    wanted = {topic.name: topic for topic in topics}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    try:
        await admin.start()
        present = await _partitions(admin, wanted)
        missing = [topic for name, topic in wanted.items() if name not in present]
        if missing:
            await _create(admin, missing)
            present = await _partitions_once_known(admin, wanted)
        for name, topic in wanted.items():
            if name not in present:
                raise TopicsUnusable(f"topic {name} is missing and could not be created")
            if present[name] != topic.partitions:
                raise TopicsUnusable(
                    f"topic {name} has {present[name]} partitions, the contract says {topic.partitions}; "
                    "with another number, keys lose their order"
                )
        return present
    except KafkaError as error:
        raise TopicsUnusable(f"topics cannot be checked at {bootstrap_servers}: {error}") from error
    finally:
        await admin.close()


async def _partitions(admin: AIOKafkaAdminClient, wanted: Iterable[str]) -> dict[str, int]:
    described = await admin.describe_topics(list(wanted))
    return {entry["topic"]: len(entry["partitions"]) for entry in described if not entry["error_code"]}


async def _partitions_once_known(admin: AIOKafkaAdminClient, wanted: Collection[str]) -> dict[str, int]:
    """A topic's controller knows it a moment before the broker that is asked next."""
    with suppress(TimeoutError):
        async with asyncio.timeout(KNOWN_SECONDS):
            while len(present := await _partitions(admin, wanted)) < len(wanted):  # noqa: ASYNC110 - Kafka tells nobody
                await asyncio.sleep(0.1)
            return present
    return await _partitions(admin, wanted)


async def _create(admin: AIOKafkaAdminClient, missing: Iterable[Topic]) -> None:
    answer = await admin.create_topics(
        [NewTopic(topic.name, topic.partitions, 1, topic_configs=topic.config) for topic in missing]
    )
    for name, code, *_ in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise TopicsUnusable(f"topic {name} could not be created: {error.__name__}")


async def end_offsets(bootstrap_servers: str, topic: Topic) -> dict[str, int]:
    """Where the next record of each partition goes, by `topic/partition`."""
    partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers)
    await consumer.start()
    try:
        found = await consumer.end_offsets(partitions)
    finally:
        await consumer.stop()
    return {f"{partition.topic}/{partition.partition}": offset for partition, offset in found.items()}
