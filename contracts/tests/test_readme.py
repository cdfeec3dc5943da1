"""The README is the contract that most people read, so what can be checked of it is."""

import json
import re
from pathlib import Path
from typing import Any

from bankrails_contracts.answers import DeadLetterReason, RefusalCode
from bankrails_contracts.envelope import Envelope, read
from bankrails_contracts.message import REGISTRY, Service
from bankrails_contracts.payments import CollectPayment
from bankrails_contracts.topics import topics_of

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")
    ]


def test_the_topics_table_is_that_of_the_code() -> None:
    """Operators create topics from it where the services may not."""
    for service in Service:
        assert [row[:3] for row in rows(section("Topics"))] == [
            [
                f"`{topic.name.replace(f'.{service}.', '.<service>.')}`",
                str(topic.partitions),
                f"{topic.retention.days} days",
            ]
            for topic in topics_of(service)
        ]
        assert f"`{service}`" in section("Topics")


def test_the_header_table_is_that_of_the_code() -> None:
    """Senders in other languages copy it."""
    written = {name for name, _ in Envelope("i", "s", "t", traceparent="x").headers()}
    table = {name for row in rows(section("Send a command")) for name in re.findall(r"`([a-z_-]+)`", row[0])}
    assert written <= table
    needed = {row[0].strip("`").removeprefix("ce_") for row in rows(section("Send a command")) if row[1] == "yes"}
    schema = json.loads((ROOT / "schemas/Envelope.v1.json").read_text())
    assert needed == set(schema["required"]) - {"data"}


def test_every_code_and_reason_has_its_row() -> None:
    """An answer that the table does not name is one that nobody is prepared for."""
    table = section("Bad input and its answer")
    for word in (*RefusalCode, *DeadLetterReason):
        assert f"| `{word}` |" in table


def test_the_structured_example_is_a_command() -> None:
    """It is the first thing that people paste."""
    envelope, body = read([], block("json").encode())
    assert REGISTRY[envelope.type] is CollectPayment
    assert CollectPayment.model_validate_json(body).key == "invoice-2026-0301"


def test_the_python_example_runs() -> None:
    """And what it builds is read back as the command that it means."""
    made: dict[str, Any] = {}
    exec(block("python"), made)  # noqa: S102 - our own README
    assert made["topic"] == "bankrails.payments.commands"
    envelope, body = read(made["headers"], made["value"])
    assert CollectPayment.model_validate_json(body) == made["command"]
    assert (envelope.type, made["key"]) == (CollectPayment.type, b"invoice-2026-0301")


def test_every_link_leads_somewhere() -> None:
    """Files move, and links do not follow."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
