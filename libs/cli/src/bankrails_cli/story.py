"""Telling a story: send commands, and believe only what is then read from Kafka and found at the vendor."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import Message
from bankrails_contracts.topics import channel_of, topic_name
from rich.text import Text

from bankrails_cli.errors import AnswerIsNo
from bankrails_cli.facts import facts
from bankrails_cli.kafka_client import Writer
from bankrails_cli.output import Output
from bankrails_cli.told import NOES, Told

ANSWER_SECONDS = 25.0  # an answer takes milliseconds; this is for a machine that is busy with everything else at once
SOURCE = "/bankrails/demo"

S = TypeVar("S")


class StoryFailed(AnswerIsNo):
    """Something did not go as the story says."""


@dataclass(frozen=True)
class Chapter(Generic[S]):
    title: str
    tell: Callable[[S], Awaitable[None]]
    debits: int
    """How many debits the vendor has carried out for this story once the chapter is over."""


@dataclass(frozen=True)
class Ended:
    """A chapter that came out as told."""

    number: int
    title: str
    event: str
    """The name of its last event."""
    debits: int
    seconds: float


class Teller:
    def __init__(self, output: Output, records: AsyncIterator[Told], writer: Writer) -> None:
        self.correlation_id = uuid7()
        """On every command of this story, and so on every event that it sets off."""
        self.heard: list[Told] = []
        """Our events in the order read. A copy that was published again after a crash counts once."""
        self._output = output
        self._records = records
        self._writer = writer
        self._ids: set[str] = set()
        self._number = 0

    async def send(self, model: type[Message], *, command_id: str | None = None, **body: Any) -> str:
        """The command's id. The body goes out as it is: a story also tells of commands that are wrong."""
        key = str(body[model.aggregate_field])
        return await self.send_bytes(model, json.dumps(body).encode(), key=key, command_id=command_id)

    async def send_bytes(self, model: type[Message], value: bytes, *, key: str, command_id: str | None = None) -> str:
        envelope = Envelope(command_id or uuid7(), SOURCE, model.type, correlationid=self.correlation_id)
        topic = topic_name(model.service, channel_of(model.kind))
        await self._writer.write(topic, value, key=key, headers=envelope.headers())
        return envelope.id

    async def expect(self, name: str, *, answering: str, **values: Any) -> Told:
        """The next event of that name which goes back to that command; `values` are what its body has to say.

        Every event of ours that passes meanwhile is shown. Raises StoryFailed for other values, for a no that was not
        expected, and when nothing comes.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    told = await self._next()
                    if told.answers != answering:
                        continue
                    if told.name == name:
                        return _with(told, values)
                    if told.name in NOES:
                        raise StoryFailed(f"{name} was expected, {told.name} came: {facts(told.data)}")
        except TimeoutError:
            last = self.heard[-1].name if self.heard else "nothing"
            raise StoryFailed(f"no {name} within {ANSWER_SECONDS:g} s; the last event was {last}") from None

    async def _next(self) -> Told:
        while True:
            told = await anext(self._records)
            if told.correlation_id != self.correlation_id or told.envelope is None or told.envelope.id in self._ids:
                continue
            self._ids.add(told.envelope.id)
            self.heard.append(told)
            record = {"kind": "event", "chapter": self._number, **told.as_json()}
            self._output.tell_line(record, *told.cells(f"    {told.stated_at:%m-%d %H:%M:%S}", with_ids=False))
            return told

    def aside(self, text: str) -> None:
        """What happens outside Kafka: a person's click, a kill, a look at the vendor's books."""
        record = {"kind": "aside", "chapter": self._number, "text": text}
        self._output.tell_line(record, Text("    ·", style="dim"), Text(text, style="dim"))

    def insist(self, holds: bool, otherwise: str) -> None:
        """Raises StoryFailed with `otherwise`."""
        if not holds:
            raise StoryFailed(otherwise)

    async def run(self, chapters: Iterable[Chapter[S]], scene: S, debits: Callable[[], Awaitable[int]]) -> list[Ended]:
        """Chapter by chapter, the vendor's books compared after each. Raises StoryFailed, naming the chapter."""
        ended: list[Ended] = []
        for self._number, chapter in enumerate(chapters, start=1):
            number, began = self._number, time.monotonic()
            record = {"kind": "chapter", "chapter": number, "title": chapter.title}
            self._output.tell_line(record, Text(f"{number:>2}", style="bold"), Text(chapter.title, style="bold"))
            try:
                await chapter.tell(scene)
                found = await debits()
                self.insist(
                    found == chapter.debits, f"{chapter.debits} debits at the vendor were expected, {found} are there"
                )
            except StoryFailed as failed:
                raise StoryFailed(f"chapter {number}, {chapter.title}: {failed}") from failed
            event = self.heard[-1].name if self.heard else ""
            ended.append(Ended(number, chapter.title, event, found, time.monotonic() - began))
        return ended


def _with(told: Told, values: dict[str, Any]) -> Told:
    for name, expected in values.items():
        found = told.data.get(name)
        if found != expected:
            raise StoryFailed(f"{told.name} came with {name} {found}, expected was {expected}")
    return told
