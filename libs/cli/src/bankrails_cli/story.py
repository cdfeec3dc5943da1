"""Telling a story: send commands, and believe only what is then read from Kafka and found at the vendor."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bankrails_contracts.answers import CommandParked, CommandRefused, DeadLetter
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import REGISTRY, Event, Message
from bankrails_contracts.topics import channel_of, topic_name

from bankrails_cli.errors import AnswerIsNo
from bankrails_cli.kafka_client import Writer
from bankrails_cli.output import Output
from bankrails_cli.told import Told

ANSWER_SECONDS = 25.0  # an answer takes milliseconds; this is for a machine that is busy with everything else at once
SOURCE = "/bankrails-demo"

S = TypeVar("S")
Match = Callable[[Told], bool]


class StoryFailed(AnswerIsNo):
    """Something did not go as the story says."""


@dataclass(frozen=True)
class Chapter(Generic[S]):
    title: str
    tell: Callable[[S], Awaitable[None]]
    debits: int
    """How many debits the vendor has carried out for this story when the chapter ends."""


@dataclass(frozen=True)
class Told1:
    pass


class Teller:
    def __init__(self, output: Output, told: AsyncIterator[Told], writer: Writer) -> None:
        self.correlation_id = uuid7()
        """On every command of this story, and so on every event that it sets off."""
        self.chapter = 0
        self.last: Told | None = None
        """The newest event of ours."""
        self._output = output
        self._told = told
        self._writer = writer
        self._seen: set[str] = set()

    async def send(self, model: type[Message], *, command_id: str | None = None, **body: Any) -> str:
        """The command's id. The body is sent as it is: a story also tells of commands that are wrong."""
        return await self.send_bytes(model, _json(body), key=body[model.aggregate_field], command_id=command_id)

    async def send_bytes(self, model: type[Message], value: bytes, *, key: str, command_id: str | None = None) -> str:
        envelope = Envelope(command_id or uuid7(), SOURCE, model.type, correlationid=self.correlation_id)
        topic = topic_name(model.service, channel_of(model.kind))
        await self._writer.write(topic, value, key=key, headers=envelope.headers())
        return envelope.id
