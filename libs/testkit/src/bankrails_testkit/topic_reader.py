"""Events and dead letters as a consumer downstream sees them, with waiting for a state."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from bankrails_contracts.message import REGISTRY, Event, Service
from bankrails_contracts.topics import Channel, topic_name

from bankrails_testkit.cluster import TOPICS
from bankrails_testkit.waiting import DEADLINE_SECONDS

EVENTS = frozenset(topic_name(service, Channel.EVENTS) for service in Service)
DEAD_LETTERS = frozenset(topic_name(service, Channel.DEAD_LETTERS) for service in Service)
POLL_MILLISECONDS = 100


@dataclass(frozen=True)
class Received:
    topic: str
    partition: int
    offset: int
    key: str | None
    headers: dict[str, str]
    data: dict[str, Any]

    @property
    def name(self) -> str:
        """The message's name, such as PaymentApproved; its type where no contract has it."""
        known = REGISTRY.get(self.headers["ce_type"])
        return self.headers["ce_type"] if known is None else known.message_name

    @property
    def id(self) -> str:
        return self.headers["ce_id"]

    @property
    def aggregate(self) -> tuple[str, str]:
        """(source, subject)."""
        return self.headers["ce_source"], self.headers["ce_subject"]

    @property
    def sequence(self) -> int | None:
        text = self.headers.get("ce_sequence")
        return None if text is None else int(text)

    @property
    def cause(self) -> str | None:
        """The id of the command that it answers."""
        return self.headers.get("ce_causationid")


class TopicReader:
    """`async with TopicReader(bootstrap_servers) as reader`: all that any service publishes from then on, in `seen`."""

    def __init__(self, bootstrap_servers: str) -> None:
        self.seen: list[Received] = []
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        partitions = [TopicPartition(name, n) for name in EVENTS | DEAD_LETTERS for n in range(TOPICS[name])]
        self._consumer.assign(partitions)
        ends = await self._consumer.end_offsets(partitions)
        for partition, offset in ends.items():
            self._consumer.seek(partition, offset)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    @property
    def events(self) -> list[Received]:
        return [item for item in self.seen if item.topic in EVENTS]

    @property
    def dead_letters(self) -> list[Received]:
        return [item for item in self.seen if item.topic in DEAD_LETTERS]

    async def event(
        self,
        model: type[Event],
        *,
        cause: str | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
        **fields: Any,
    ) -> Any:
        """The first event of that model, of that cause and with these fields, as its contract. Waits for it."""

        def matches(item: Received) -> bool:
            return (
                item.headers["ce_type"] == model.type
                and cause in (None, item.cause)
                and all(item.data.get(name) == value for name, value in fields.items())
            )

        found = await self.first(matches, f"{model.message_name} {fields} of {cause}", deadline_seconds)
        return model.model_validate(found.data)

    async def first(
        self, matches: Callable[[Received], bool], what: str, deadline_seconds: float = DEADLINE_SECONDS
    ) -> Received:
        await self.until(lambda: any(map(matches, self.seen)), what, deadline_seconds)
        return next(filter(matches, self.seen))

    async def until(self, reached: Callable[[], bool], what: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        """Reads until `reached`, which looks at `seen`. Raises AssertionError with what came instead."""
        ends_at = time.monotonic() + deadline_seconds
        while not reached():
            if time.monotonic() > ends_at:
                came = "\n".join(f"  {item.name} {item.headers.get('ce_subject')} {item.data}" for item in self.seen)
                raise AssertionError(f"did not come in {deadline_seconds:g} s: {what}; came:\n{came}")
            await self.read()

    async def read(self) -> None:
        """Whatever is there, or comes within a tenth of a second."""
        for records in (await self._consumer.getmany(timeout_ms=POLL_MILLISECONDS)).values():
            self.seen.extend(map(_received, records))

    def of(self, subject: str) -> list[Received]:
        """The events about one aggregate, or in answer to one command, as a consumer keeps them.

        What comes again after a crash is dropped as the contract says: by the sequence, or by the id where there is none.
        """
        kept: list[Received] = []
        for item in self.copies(subject):
            last = max((one.sequence or 0 for one in kept if one.aggregate == item.aggregate), default=0)
            if item.id not in {one.id for one in kept} and (item.sequence is None or item.sequence > last):
                kept.append(item)
        return kept

    def copies(self, subject: str) -> list[Received]:
        """The same with everything that came twice, in the order of its coming."""
        return [item for item in self.events if item.headers["ce_subject"] == subject]

    def answers(self, command_id: str) -> list[Received]:
        return [item for item in self.events if item.cause == command_id]


def sequences(events: list[Received]) -> list[int]:
    return [item.sequence for item in events if item.sequence is not None]


def _received(record: ConsumerRecord[Any, Any]) -> Received:
    headers = {name: text.decode() for name, text in record.headers}
    key = None if record.key is None else record.key.decode()
    return Received(record.topic, record.partition, record.offset, key, headers, orjson.loads(record.value))
