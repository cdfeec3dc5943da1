"""`pause` and `resume`: the commands that they send, and how their answers end."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from bankrails_cli import catalogue
from bankrails_cli.kafka_client import open_reader, open_writer
from bankrails_cli.main import app
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import Service
from bankrails_contracts.topics import Channel

WAIT_SECONDS = 20.0


class Answerer(threading.Thread):
    """A payments-service that gives one answer, as `answer` makes it from the command's body."""

    def __init__(self, bootstrap_servers: str, type: str, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        super().__init__(daemon=True)
        self._bootstrap_servers = bootstrap_servers
        self._type = type
        self._answer = answer
        self._listens = threading.Event()
        self.heard: dict[str, Any] = {}

    def run(self) -> None:
        asyncio.run(asyncio.wait_for(self._hear(), WAIT_SECONDS))

    async def _hear(self) -> None:
        commands = catalogue.topic(Service.PAYMENTS, Channel.COMMANDS)
        events = catalogue.topic(Service.PAYMENTS, Channel.EVENTS).name
        async with (
            open_reader(self._bootstrap_servers, [commands], from_start=False) as reader,
            open_writer(self._bootstrap_servers) as writer,
        ):
            self._listens.set()
            async for told in reader.records():
                assert told.envelope is not None
                self.heard = {"name": told.name, "key": told.key, **told.data}
                envelope = Envelope(uuid7(), "/bankrails/payments/merchant", self._type, causationid=told.envelope.id)
                body = json.dumps(self._answer(told.data)).encode()
                await writer.write(events, body, key=told.key, headers=envelope.headers())
                return

    def __enter__(self) -> "Answerer":
        self.start()
        assert self._listens.wait(WAIT_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self.join(WAIT_SECONDS)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_pause_is_sent_and_its_answer_told(bootstrap_servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With who and why, since the next person will ask."""

    def paused(command: dict[str, Any]) -> dict[str, Any]:
        return {**command, "cause": "command", "paused_at": "2026-03-02T15:00:00Z"}

    with Answerer(bootstrap_servers, "bankrails.payments.merchant-paused.v1", paused) as service:
        options = ["--bootstrap", bootstrap_servers, "--json", "--wait", str(WAIT_SECONDS)]
        assert app(["pause", "maple", "--reason", "wrong amounts", "--by", "ada", *options]) == 0
    assert service.heard == {
        "name": "PauseMerchant",
        "key": "maple",
        "merchant_id": "maple",
        "reason": "wrong amounts",
        "by": "ada",
    }
    assert lines(capsys)[1]["name"] == "MerchantPaused"


def test_a_refused_resume_exits_with_one(bootstrap_servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A script must notice that nothing was paused."""

    def refused(command: dict[str, Any]) -> dict[str, Any]:
        return {
            "command_id": "c",
            "command_type": "bankrails.payments.resume-merchant.v1",
            "code": "WRONG_STATE",
            "reason": "it is not paused",
        }

    with Answerer(bootstrap_servers, "bankrails.payments.command-refused.v1", refused):
        options = ["--bootstrap", bootstrap_servers, "--json", "--wait", str(WAIT_SECONDS)]
        assert app(["resume", "maple", "--by", "ada", *options]) == 1
    captured = capsys.readouterr()
    assert "it is not paused" in captured.err


@pytest.mark.parametrize("arguments", [["pause", "maple", "--by", "ada"], ["resume", "maple"]])
def test_who_and_why_are_not_left_out(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A pause without a name is one that nobody dares to end."""
    assert app([*arguments, "--bootstrap", "127.0.0.1:1"]) == 2
    assert "Missing option" in capsys.readouterr().err
