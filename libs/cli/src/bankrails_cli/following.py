"""Topics as they are written."""

from dataclasses import dataclass

from rich.text import Text

from bankrails_cli import catalogue
from bankrails_cli.catalogue import Stream
from bankrails_cli.facts import printable
from bankrails_cli.kafka_client import open_reader
from bankrails_cli.output import Output
from bankrails_cli.told import Told


@dataclass(frozen=True)
class Wanted:
    aggregate: str | None = None
    type: str | None = None
    """A message's name or its full type."""

    def __call__(self, told: Told) -> bool:
        full_type = told.envelope.type if told.envelope else None
        return (self.aggregate is None or self.aggregate in (told.subject, told.key)) and (
            self.type is None or self.type in (told.name, full_type)
        )


async def follow(
    output: Output, bootstrap_servers: str, stream: Stream, wanted: Wanted, from_start: bool, count: int | None
) -> None:
    """Until `count` records were shown, or for ever."""
    shown = 0
    async with open_reader(bootstrap_servers, catalogue.topics(stream), from_start=from_start) as reader:
        async for told in reader.records():
            if not wanted(told):
                continue
            output.tell_line(told.as_json(), *cells(told))
            shown += 1
            if shown == count:
                return


def cells(told: Told) -> tuple[Text, ...]:
    """Topic, time and name, facts, and last what one would search for: the aggregate and its sequence."""
    topic = Text(f"{told.topic.removeprefix('bankrails.'):<22}", style="dim")
    at, name, rest = told.cells(f"{told.at:%H:%M:%S}")
    sequence = told.envelope.sequence if told.envelope else None
    about = printable(f"{told.subject or ''}{'' if sequence is None else f' #{sequence}'}")
    return topic, at, name, rest.append(f"  {about}", style="dim")
