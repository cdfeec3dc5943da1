"""`bankrails trace`, against a broker."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import TopicPartition
from bankrails_cli.kafka_client import Reader, open_writer
from bankrails_cli.main import app
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import REGISTRY
from bankrails_contracts.topics import channel_of, topic_name


async def write(bootstrap_servers: str, type_: str, key: str, **data: Any) -> None:
    model = REGISTRY[f"bankrails.{type_}.v1"]
    headers = Envelope(uuid7(), "/test", model.type, subject=key).headers()
    async with open_writer(bootstrap_servers) as writer:
        topic = topic_name(model.service, channel_of(model.kind))
        await writer.write(topic, json.dumps(data).encode(), key=key, headers=headers)


async def a_refused_payment(bootstrap_servers: str) -> str:
    payment_id = f"payment-{uuid7()}"
    await write(bootstrap_servers, "payments.collect-payment", payment_id, payment_id=payment_id, payer_id="payer-t")
    refusal = {"command_id": "x", "command_type": "bankrails.payments.collect-payment.v1", "code": "NOT_FOUND"}
    await write(bootstrap_servers, "payments.command-refused", payment_id, **refusal, aggregate_id=payment_id)
    return payment_id


def trace(bootstrap_servers: str, *arguments: str) -> int:
    return app(["trace", *arguments, "--bootstrap", bootstrap_servers])


@pytest.fixture
async def payment_id(bootstrap_servers: str) -> str:
    return await a_refused_payment(bootstrap_servers)


def test_a_trace_is_json_lines(payment_id: str, bootstrap_servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For whoever looks by program."""
    assert trace(bootstrap_servers, payment_id, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["kind"], line["name"], line["refused"]) for line in lines] == [
        ("command", "CollectPayment", False),
        ("event", "CommandRefused", True),
    ]
    assert lines[0]["ids"] == {"payment_id": payment_id, "payer_id": "payer-t"}


def test_a_trace_is_one_line_each_in_a_file(
    payment_id: str, bootstrap_servers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """For people; a command is told from an event."""
    assert trace(bootstrap_servers, payment_id) == 0
    command, refusal = capsys.readouterr().out.splitlines()
    assert "→ CollectPayment" in command
    assert "NOT_FOUND" in refusal
    assert "→" not in refusal


def test_an_id_that_nobody_knows_is_a_no(bootstrap_servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A script must see it by the exit status, a person by the line."""
    assert trace(bootstrap_servers, "nobody\x1b[2J") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "bankrails: nothing in the topics is about nobody\N{REPLACEMENT CHARACTER}[2J\n"


PARTITION = TopicPartition("bankrails.payments.events", 0)


@dataclass
class Record:
    """What we use of the client's record."""

    offset: int
    topic: str = PARTITION.topic
    partition: int = PARTITION.partition
    key: bytes = b"payment-1"
    value: bytes = b"{}"
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: int = 1_795_214_120_000


class GrowingPartition:
    """A client of a partition to which somebody writes without end: each fetch brings three records more."""

    def __init__(self) -> None:
        self._position = 0

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset({PARTITION})

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {PARTITION: 4}

    async def position(self, partition: TopicPartition) -> int:
        return self._position

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int) -> dict[TopicPartition, list[Record]]:
        self._position += 3
        return {PARTITION: [Record(offset) for offset in range(self._position - 3, self._position)]}


async def test_what_is_written_after_it_began_is_not_waited_for() -> None:
    """On a busy Kafka a trace would otherwise never end."""
    assert [told.offset async for told in Reader(GrowingPartition()).records_so_far()] == [0, 1, 2, 3]
