"""docs/plain_client.py, as the README shows it: a command from outside, with nothing of ours on the sender's side."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from bankrails_cli import catalogue
from bankrails_cli.catalogue import Stream
from bankrails_cli.demonstration import Performance
from bankrails_cli.kafka_client import open_reader
from bankrails_cli.told import Told

CLIENT = Path(__file__).parents[2] / "docs" / "plain_client.py"
CLIENT_SECONDS = 30
ANSWER_SECONDS = 30

PAYER = {
    "payer_id": "payer-from-outside",
    "merchant_id": "maple-books",
    "contact_name": "Ada Tremblay",
    "email": "ada@example.com",
    "address": {"street": "1 Main", "city": "Calgary", "province": "AB", "postal_code": "T1T 1T1", "country": "CA"},
}


def plain_client(bootstrap_servers: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CLIENT), bootstrap_servers]
    return subprocess.run(command, input=json.dumps(PAYER), capture_output=True, text=True, timeout=CLIENT_SECONDS)


async def answer_to(bootstrap_servers: str, command_id: str) -> Told:
    topics = (*catalogue.topics(Stream.EVENTS), *catalogue.topics(Stream.DEAD_LETTERS))
    async with asyncio.timeout(ANSWER_SECONDS), open_reader(bootstrap_servers, topics, from_start=True) as reader:
        async for told in reader.records():
            if told.answers == command_id:
                return told
    raise AssertionError("records() does not end")


@pytest.mark.timeout(300)  # it may be the first to wait for the suite and its story
def test_a_command_from_a_plain_kafka_client_is_answered(told: Performance) -> None:
    """Upstream systems owe us no library: ten lines and a structured CloudEvent are enough."""
    bootstrap_servers = told.scene.suite.bootstrap_servers
    sent = plain_client(bootstrap_servers)
    assert (sent.returncode, sent.stderr) == (0, "")
    answer = asyncio.run(answer_to(bootstrap_servers, sent.stdout.strip()))
    assert answer.name == "PayerRegistered"
    assert answer.data["payer_id"] == "payer-from-outside"


@pytest.mark.timeout(CLIENT_SECONDS)
def test_without_kafka_the_client_says_so() -> None:
    """A sender that believes it has sent is worse than one that fails."""
    sent = plain_client("127.0.0.1:1")
    assert sent.returncode != 0
    assert "not sent" in sent.stderr
    assert sent.stdout == ""
