"""A command on its way, and the answer to it."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import Message, Service
from bankrails_contracts.topics import Channel
from rich.text import Text

from bankrails_cli import catalogue
from bankrails_cli.errors import AnswerIsNo, NotThere, Unusable
from bankrails_cli.kafka_client import Reader, open_reader, open_writer
from bankrails_cli.output import Output
from bankrails_cli.told import NOES, Told


@dataclass(frozen=True)
class Letter:
    service: Service
    envelope: Envelope
    key: str | None
    body: bytes


def read_file(path: Path) -> str:
    """`-` is standard input. Raises Unusable."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} cannot be read: {error}") from error


def letter(
    model: type[Message],
    body: dict[str, Any],
    *,
    id_: str | None,
    key: str | None,
    source: str,
    correlation_id: str | None,
) -> Letter:
    """Without `key` it is the aggregate's id, and none at all where the body lacks it."""
    own = body.get(model.aggregate_field)
    return Letter(
        model.service,
        Envelope(id_ or uuid7(), source, model.type, correlationid=correlation_id),
        key if key is not None else None if own is None else str(own),
        json.dumps(body, ensure_ascii=False).encode(),
    )


async def send(output: Output, bootstrap_servers: str, sent: Letter, *, wait_seconds: float | None) -> None:
    """Prints the id, and the answer if it is waited for. Raises AnswerIsNo, and NotThere when none comes in time."""
    async with AsyncExitStack() as stack:
        reader = None
        if wait_seconds is not None:
            # Open before the command goes out, or a quick answer would lie behind us.
            answered_on = [catalogue.topic(sent.service, channel) for channel in (Channel.EVENTS, Channel.DEAD_LETTERS)]
            reader = await stack.enter_async_context(open_reader(bootstrap_servers, answered_on, from_start=False))
        writer = await stack.enter_async_context(open_writer(bootstrap_servers))
        topic = catalogue.topic(sent.service, Channel.COMMANDS).name
        headers = sent.envelope.headers()
        partition, offset = await writer.write(topic, sent.body, key=sent.key, headers=headers)
        record = {"id": sent.envelope.id, "key": sent.key, "topic": topic, "partition": partition, "offset": offset}
        output.tell_line(record, Text(sent.envelope.id))
        if reader is None or wait_seconds is None:
            return
        with output.progress("waiting for the answer"):
            told = await _answer(reader, sent.envelope.id, wait_seconds)
    output.tell_line(told.as_json(), *told.cells(f"{told.at:%H:%M:%S}"))
    if told.name in NOES:
        raise AnswerIsNo(f"{told.name}: {told.data.get('reason', '')}")


async def _answer(reader: Reader, command_id: str, wait_seconds: float) -> Told:
    try:
        async with asyncio.timeout(wait_seconds):
            async for told in reader.records():
                if told.answers == command_id:
                    return told
    except TimeoutError:
        pass
    raise NotThere(f"no answer within {wait_seconds:g} s; an id that was answered before is not answered again")
