"""Sending and following, against a broker."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from bankrails_cli import catalogue
from bankrails_cli.kafka_client import open_reader, open_writer
from bankrails_cli.main import app
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import Service
from bankrails_contracts.topics import Channel
from confluent_kafka import Producer

COLLECTION = {
    "payer_id": "payer-1",
    "bank_account_id": "account-1",
    "merchant_id": "maple-books",
    "amount": {"amount_minor": 4995, "currency": "CAD"},
}


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def send(bootstrap_servers: str, *options: str, **body: Any) -> int:
    data = json.dumps({**COLLECTION, **body})
    return app(["send", "CollectPayment", "--data", data, "--bootstrap", bootstrap_servers, "--json", *options])


def tail(bootstrap_servers: str, *options: str) -> int:
    return app(["tail", "--from-start", "--bootstrap", bootstrap_servers, "--json", *options])


def test_what_was_sent_is_what_is_followed(bootstrap_servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Envelope, key and body arrive as they were meant."""
    payment_id = f"payment-{uuid7()}"
    assert send(bootstrap_servers, "--correlation", "invoice-7", payment_id=payment_id) == 0
    [sent] = lines(capsys)
    assert tail(bootstrap_servers, "--topic", "commands", "--aggregate", payment_id, "--count", "1") == 0
    [told] = lines(capsys)
    assert (told["partition"], told["offset"]) == (sent["partition"], sent["offset"])
    assert (told["name"], told["key"], told["envelope"]["id"]) == ("CollectPayment", payment_id, sent["id"])
    assert told["envelope"]["correlationid"] == "invoice-7"
    assert told["data"] == {**COLLECTION, "payment_id": payment_id}


def partition_by_librdkafka(bootstrap_servers: str, key: str) -> int:
    """Where another client with the contract's partitioner puts this key."""
    met: list[int] = []
    producer = Producer({"bootstrap.servers": bootstrap_servers, "partitioner": "murmur2_random"})
    topic = "bankrails.payments.commands"
    producer.produce(topic, b"{}", key, on_delivery=lambda error, message: met.append(message.partition()))
    assert producer.flush(10) == 0
    return met[0]


def test_a_key_meets_the_partition_that_other_clients_choose(
    bootstrap_servers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two senders of one payment's commands, two partitions: its order would be gone."""
    for number in range(5):
        key = f"payment-{number}"
        assert send(bootstrap_servers, payment_id=key) == 0
        [sent] = lines(capsys)
        assert sent["partition"] == partition_by_librdkafka(bootstrap_servers, key)


def test_a_broken_command_is_not_sent_unless_one_insists(
    bootstrap_servers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mistakes are cheap here; how the service answers them can still be tried."""
    assert send(bootstrap_servers, payment_id="p", amount={"amount_minor": 0, "currency": "CAD"}) == 2
    assert capsys.readouterr().out == ""
    assert send(bootstrap_servers, "--no-validate", payment_id="p", amount={"amount_minor": 0, "currency": "CAD"}) == 0


def test_the_body_can_come_from_a_file(bootstrap_servers: str, tmp_path: Path) -> None:
    """Longer commands are not typed; two bodies at once are a mistake."""
    file = tmp_path / "collect.json"
    file.write_text(json.dumps({**COLLECTION, "payment_id": "p"}))
    rest = ["--bootstrap", bootstrap_servers]
    assert app(["send", "CollectPayment", "--file", str(file), *rest]) == 0
    assert app(["send", "CollectPayment", "--file", str(tmp_path / "none"), *rest]) == 2
    assert app(["send", "CollectPayment", "--file", str(file), "--data", "{}", *rest]) == 2


def test_silence_is_status_3(bootstrap_servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No service runs here: the command is in Kafka, the answer is not, and a script can tell."""
    assert send(bootstrap_servers, "--wait", "0.2", payment_id="p") == 3
    assert "no answer" in capsys.readouterr().err


async def answer_one(bootstrap_servers: str, listening: threading.Event, name: str, body: dict[str, Any]) -> None:
    """Stands for a service: answers the next command."""
    commands = [catalogue.topic(Service.PAYMENTS, Channel.COMMANDS)]
    async with (
        open_reader(bootstrap_servers, commands, from_start=False) as reader,
        open_writer(bootstrap_servers) as writer,
    ):
        listening.set()
        async for told in reader.records():
            assert told.envelope is not None
            event = Envelope(uuid7(), "/bankrails/payments", name, causationid=told.envelope.id)
            await writer.write("bankrails.payments.events", json.dumps(body).encode(), key="k", headers=event.headers())
            return


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("bankrails.payments.payment-accepted.v1", {}, 0),
        ("bankrails.payments.command-refused.v1", {"code": "NOT_FOUND", "reason": "no such payer"}, 1),
    ],
)
def test_the_answer_decides_the_status(
    name: str, body: dict[str, Any], status: int, bootstrap_servers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`bankrails send … --wait 5 && next step`, in a script, goes on after a yes alone."""
    listening = threading.Event()
    service = threading.Thread(
        target=asyncio.run, args=(answer_one(bootstrap_servers, listening, name, body),), daemon=True
    )
    service.start()
    assert listening.wait(10)
    assert send(bootstrap_servers, "--wait", "10", payment_id="p") == status
    service.join(10)
    sent, answered = lines(capsys)
    assert answered["envelope"]["causationid"] == sent["id"]


def test_a_type_that_is_asked_for_is_the_only_one_shown(
    bootstrap_servers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name or by full type."""
    assert send(bootstrap_servers, payment_id="p") == 0
    capsys.readouterr()
    assert tail(bootstrap_servers, "--topic", "all", "--type", "CollectPayment", "--count", "1") == 0
    full = "bankrails.payments.collect-payment.v1"
    assert tail(bootstrap_servers, "--topic", "all", "--type", full, "--count", "1") == 0
    assert {line["name"] for line in lines(capsys)} == {"CollectPayment"}
