"""Commands as an upstream system sends them, facts as a peer states them, and records that no decent system would."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import Command, Event, Service
from bankrails_contracts.topics import Channel, topic_name

from bankrails_testkit.cluster import Positions

COMMANDS = topic_name(Service.PAYMENTS, Channel.COMMANDS)
SOURCE = "/tests"


class Sender:
    """`async with Sender(bootstrap_servers) as sender`."""

    def __init__(self, bootstrap_servers: str) -> None:
        self.sent: Positions = {}
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._producer.stop()

    async def send(self, command: Command, *, id: str | None = None, **attributes: Any) -> str:
        """The command's id. `attributes` are the envelope's further fields."""
        envelope = Envelope(id=id or uuid7(), source=SOURCE, type=command.type, **attributes)
        topic = topic_name(command.service, Channel.COMMANDS)
        await self.record(command.model_dump_json().encode(), key=command.key, headers=envelope.headers(), topic=topic)
        return envelope.id

    async def state(self, event: Event, sequence: int, *, id: str | None = None) -> str:
        """As the service that it is of publishes it; the event's id."""
        source = f"/bankrails/{event.service}"
        envelope = Envelope(
            id=id or uuid7(), source=source, type=event.type, subject=event.key, causationid=uuid7(), sequence=sequence
        )
        topic = topic_name(event.service, Channel.EVENTS)
        await self.record(event.model_dump_json().encode(), key=event.key, headers=envelope.headers(), topic=topic)
        return envelope.id

    async def body(self, model: type[Command], value: bytes, *, key: str | None, id: str | None = None) -> str:
        """Any bytes under a proper envelope; the command's id."""
        envelope = Envelope(id=id or uuid7(), source=SOURCE, type=model.type)
        await self.record(value, key=key, headers=envelope.headers(), topic=topic_name(model.service, Channel.COMMANDS))
        return envelope.id

    async def record(
        self,
        value: bytes | None,
        *,
        key: str | bytes | None,
        headers: Sequence[tuple[str, bytes]] = (),
        topic: str = COMMANDS,
    ) -> tuple[int, int]:
        """Any record at all, among payments-service's commands unless told otherwise; (partition, offset)."""
        raw_key = key.encode() if isinstance(key, str) else key
        put = await self._producer.send_and_wait(topic, value, key=raw_key, headers=list(headers))
        self.sent[topic, put.partition] = put.offset + 1
        return put.partition, put.offset
