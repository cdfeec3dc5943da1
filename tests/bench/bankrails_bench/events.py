"""What came out on Kafka, read while it comes: who was answered, when, and whether any key's order was broken."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from confluent_kafka import Consumer, Message, TopicPartition

APPROVED = "bankrails.payments.payment-approved.v1"
SILENCE_SECONDS = 30.0
"""A run in which nothing new comes for so long has lost the rest. Above a killed group member's session of ten."""


@dataclass
class Tally:
    """What was seen of some payments. An event that comes again, under its first id, is not new."""

    approved_at: dict[str, float] = field(default_factory=dict)
    """Payment id → Kafka's timestamp of its first approval, seconds since 1970, whole milliseconds."""
    seen_at: dict[str, float] = field(default_factory=dict)
    """Payment id → our clock when its first approval was here."""
    event_at: list[float] = field(default_factory=list)
    """Kafka's timestamp of each new event, in the order seen."""
    approvals: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    """Ids of the commands that any event answers."""
    order_violations: int = 0
    _ids: set[str] = field(default_factory=set)
    _sequences: dict[str, int] = field(default_factory=dict)
    _repeats: dict[str, int] = field(default_factory=dict)

    def add(self, message: Message) -> None:
        made: Any = message.headers() or ()
        headers = {name: value.decode() for name, value in made if value is not None}
        if headers["ce_id"] in self._ids:
            return
        self._ids.add(headers["ce_id"])
        at = message.timestamp()[1] / 1000
        self.event_at.append(at)
        subject = headers["ce_subject"]
        self._check_order(subject, headers.get("ce_sequence"), headers["ce_causationid"])
        if headers["ce_type"] == APPROVED:
            self.approvals[subject] += 1
            self.approved_at.setdefault(subject, at)
            self.seen_at.setdefault(subject, time.time())

    def _check_order(self, subject: str, sequence: str | None, command_id: str) -> None:
        """Two orders of one key: its events count up without a gap, and its commands are answered as they were sent."""
        if sequence is not None:
            before, self._sequences[subject] = self._sequences.get(subject, 0), int(sequence)
            self.order_violations += int(sequence) != before + 1
        if command_id not in self.answered:
            self.answered.add(command_id)
            repeat = int(command_id.rpartition("#")[2])
            self.order_violations += repeat < self._repeats.get(subject, 0)
            self._repeats[subject] = max(repeat, self._repeats.get(subject, 0))


class EventReader:
    """All partitions of a topic from their present ends on."""

    def __init__(self, bootstrap_servers: str, topic: str) -> None:
        self._consumer = Consumer(
            {"bootstrap.servers": bootstrap_servers, "group.id": "bench-reader", "enable.auto.commit": False}
        )
        partitions = self._consumer.list_topics(topic, timeout=10).topics[topic].partitions
        ends = (TopicPartition(topic, number) for number in partitions)
        self._consumer.assign(
            [TopicPartition(topic, end.partition, self._consumer.get_watermark_offsets(end)[1]) for end in ends]
        )

    def read(self, tally: Tally, *, wait_seconds: float = 0.2) -> None:
        """What has come by now, or the first that comes within `wait_seconds`."""
        messages = self._consumer.consume(1, timeout=wait_seconds)
        for message in messages and [*messages, *self._consumer.consume(500, timeout=0)]:
            if (error := message.error()) is not None:
                raise RuntimeError(f"events cannot be read: {error}")
            tally.add(message)

    def await_approvals(self, tally: Tally, payment_ids: Collection[str], *, number: int | None = None) -> None:
        """Returns when `number` (all) of them are approved, or when nothing new comes any more."""
        wanted = set(payment_ids)
        enough = len(wanted) if number is None else number
        self._await(tally, lambda: len(wanted & tally.approved_at.keys()) >= enough)

    def await_answers(self, tally: Tally, command_ids: Collection[str], *, silence_seconds: float) -> None:
        """Returns when every command has an event, or when nothing new has come for `silence_seconds`."""
        wanted = set(command_ids)
        self._await(tally, lambda: wanted <= tally.answered, silence_seconds)

    def _await(self, tally: Tally, done: Callable[[], bool], silence_seconds: float = SILENCE_SECONDS) -> None:
        heard_at, heard = time.monotonic(), -1
        while time.monotonic() - heard_at < silence_seconds:
            if len(tally.event_at) != heard:
                heard_at, heard = time.monotonic(), len(tally.event_at)
                if done():
                    return
            self.read(tally)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()
