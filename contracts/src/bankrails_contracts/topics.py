"""Topics as data: name, partitions, retention, compaction. The only place that knows them.

Partition counts never change, and the partitioner is part of the contract: Java's murmur2 over the key (librdkafka:
`partitioner=murmur2_random`). With any other, one key lands on two partitions and loses its order.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bankrails_contracts.message import Kind, Service

RECORD_BYTES_MAX = 256 * 1024
"""Larger records become dead letters: no message of these contracts comes near it."""


class Channel(StrEnum):
    COMMANDS = "commands"
    EVENTS = "events"
    DEAD_LETTERS = "dead-letters"


@dataclass(frozen=True)
class Topic:
    service: Service
    channel: Channel
    partitions: int
    retention: timedelta

    @property
    def name(self) -> str:
        return f"bankrails.{self.service}.{self.channel}"

    @property
    def config(self) -> dict[str, str]:
        """The Kafka topic configuration, as strings."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(int(self.retention.total_seconds() * 1000)),
            "max.message.bytes": str(1024 * 1024),
        }


def topics_of(service: Service) -> tuple[Topic, ...]:
    return (
        Topic(service, Channel.COMMANDS, partitions=12, retention=timedelta(days=7)),
        Topic(service, Channel.EVENTS, partitions=12, retention=timedelta(days=30)),
        Topic(service, Channel.DEAD_LETTERS, partitions=1, retention=timedelta(days=30)),
    )


def topic_name(service: Service, channel: Channel) -> str:
    return f"bankrails.{service}.{channel}"


def channel_of(kind: Kind) -> Channel:
    return Channel.COMMANDS if kind is Kind.COMMAND else Channel.EVENTS
