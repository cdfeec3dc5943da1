"""Telling a story: send commands, and believe only what is then read from Kafka and found at the vendor."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import Message
from bankrails_contracts.topics import channel_of, topic_name
from rich.text import Text

from bankrails_cli.errors import AnswerIsNo
from bankrails_cli.facts import facts
from bankrails_cli.hearing import Hearing
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
    """The name of the last one that it expected."""
    debits: int
    seconds: float


class Place(NamedTuple):
    """Where in Kafka a command lies."""

    topic: str
    partition: int
    offset: int


class Teller:
    def __init__(self, output: Output, records: AsyncIterator[Told], writer: Writer) -> None:
        self.correlation_id = uuid7()
        """On every command of this story, and so on every event that it sets off."""
        self._output = output
        self._hearing = Hearing(records, self.correlation_id)
        self._unused: list[Told] = []
        """Heard, and not yet expected: events about different things come in any order."""
        self._unshown: list[Told] = []
        self._last_expected = ""
        self._writer = writer
        self._number = 0
        self.last_sent: Place | None = None

    @property
    def heard(self) -> list[Told]:
        """Our events in the order read. A copy that was published again after a crash counts once."""
        return self._hearing.heard

    async def send(self, model: type[Message], *, command_id: str | None = None, **body: Any) -> str:
        """The command's id. The body goes out as it is: a story also tells of commands that are wrong."""
        key = str(body[model.aggregate_field])
        return await self.send_bytes(model, json.dumps(body).encode(), key=key, command_id=command_id)

    async def send_bytes(self, model: type[Message], value: bytes, *, key: str, command_id: str | None = None) -> str:
        envelope = Envelope(command_id or uuid7(), SOURCE, model.type, correlationid=self.correlation_id)
        topic = topic_name(model.service, channel_of(model.kind))
        partition, offset = await self._writer.write(topic, value, key=key, headers=envelope.headers())
        self.last_sent = Place(topic, partition, offset)
        return envelope.id

    async def expect(self, name: str, *, answering: str | None = None, about: str | None = None, **values: Any) -> Told:
        """The next event of that name which goes back to the command `answering`, or is about the aggregate `about`;
        with neither, the next of that name. `values` are what its body has to say.

        Shown with what came before it. What comes after is kept for whoever expects it later. Raises StoryFailed for other
        values, for a no that was not expected, and when nothing comes.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                async for told in self._candidates():
                    if answering is not None and told.answers != answering:
                        continue
                    if told.name == name and about in (None, told.subject):
                        self._unused.remove(told)
                        self._last_expected = name
                        self._show([each for each in self._unshown if each is told or each.at <= told.at])
                        return _with(told, values)
                    if told.name in NOES:
                        raise StoryFailed(f"{name} was expected, {told.name} came: {facts(told.data)}")
        except TimeoutError:
            pass
        last = max(self.heard, key=lambda told: told.at).name if self.heard else "nothing"
        raise StoryFailed(f"no {name} within {ANSWER_SECONDS:g} s; the last event was {last}")

    async def _candidates(self) -> AsyncIterator[Told]:
        """What nobody has expected so far, then what comes."""
        for told in tuple(self._unused):
            yield told
        while True:
            told = await self._hearing.next()
            self._unused.append(told)
            self._unshown.append(told)
            yield told

    def _show(self, events: Iterable[Told]) -> None:
        for told in sorted(events, key=lambda told: told.at):
            self._unshown.remove(told)
            record = {"kind": "event", "chapter": self._number, **told.as_json()}
            service = Text(f"{told.service:<10}", style="dim")
            at, name, said = told.cells(f"    {told.stated_at:%m-%d %H:%M:%S}", with_ids=False)
            self._output.tell_line(record, at, service, name, said)

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
        try:
            for self._number, chapter in enumerate(chapters, start=1):
                ended.append(await self._run(chapter, scene, debits))
        finally:  # what nobody waited for, and where a story fails, perhaps the reason
            self._show(tuple(self._unshown))
        return ended

    async def _run(self, chapter: Chapter[S], scene: S, debits: Callable[[], Awaitable[int]]) -> Ended:
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
        return Ended(number, chapter.title, self._last_expected, found, time.monotonic() - began)


def _with(told: Told, values: dict[str, Any]) -> Told:
    for name, expected in values.items():
        found = told.data.get(name)
        if found != expected:
            raise StoryFailed(f"{told.name} came with {name} {found}, expected was {expected}")
    return told
