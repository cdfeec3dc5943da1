"""One record as read: whatever it is, it is shown."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from bankrails_cli.told import Told, read
from bankrails_contracts.envelope import Envelope

MADE_AT = datetime(2026, 3, 2, 14, 0, 5, tzinfo=UTC)
APPROVED = Envelope(
    "event-1",
    "/bankrails/payments/payment",
    "bankrails.payments.payment-approved.v1",
    time=MADE_AT,
    subject="payment-1",
    correlationid="story",
    causationid="command-1",
    sequence=3,
)


@dataclass
class Record:
    """What we use of the client's record."""

    value: bytes | None
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    key: bytes | None = b"payment-1"
    topic: str = "bankrails.payments.events"
    partition: int = 4
    offset: int = 9
    timestamp: int = 1_795_214_120_000


def test_binary_and_structured_mode_read_the_same() -> None:
    """Upstream systems may use either, and whoever watches must not care."""
    body: dict[str, Any] = {"payment_id": "payment-1"}
    binary = read(Record(json.dumps(body).encode(), APPROVED.headers()))
    structured = read(Record(json.dumps(APPROVED.structured(body)).encode()))
    assert binary.envelope == structured.envelope == APPROVED
    assert binary.data == structured.data == body
    assert (binary.name, binary.subject, binary.answers) == ("PaymentApproved", "payment-1", "command-1")


@pytest.mark.parametrize("value", [b"{oops", b"\xff\xfe", b"[" * 100_000, b"", None, b'"text"'])
def test_no_record_stops_the_reader(value: bytes | None) -> None:
    """One odd record would hide all that come after it."""
    assert read(Record(value)).name == "(no envelope)"
    assert read(Record(value, APPROVED.headers())).name == "PaymentApproved"


def test_a_type_that_the_contracts_do_not_know_still_has_a_name() -> None:
    """Newer services may speak before this command line is updated."""
    newer = Envelope("1", "/x", "bankrails.auth.challenge-required.v1")
    assert read(Record(b"{}", newer.headers())).name == "ChallengeRequired"
    foreign = Envelope("1", "/x", "com.example.thing")
    assert read(Record(b"{}", foreign.headers())).name == "com.example.thing"


def a_dead_letter() -> Told:
    letter = Envelope("letter-1", "/bankrails/payments", "bankrails.payments.dead-letter.v1")
    kept = {"ce_id": "command-9", "ce_correlationid": "story"}
    body = {"reason": "NOT_JSON", "headers": kept, "received_at": "2026-03-02T14:00:05Z"}
    return read(Record(json.dumps(body).encode(), letter.headers(), key=None))


def test_a_dead_letter_answers_the_command_that_it_was() -> None:
    """Whoever waits for an answer to a broken command must not wait in vain."""
    assert (a_dead_letter().answers, a_dead_letter().correlation_id) == ("command-9", "story")


def test_the_time_stated_is_the_services_own_and_kafkas_only_without_one() -> None:
    """Where time is virtual, Kafka's would tell another story."""
    assert read(Record(b"{}", APPROVED.headers())).stated_at == MADE_AT
    assert a_dead_letter().stated_at == MADE_AT
    bare = read(Record(b"{}"))
    assert bare.stated_at == bare.at


def test_as_json_has_the_coordinates_the_envelope_and_the_body() -> None:
    """Enough to find the record again, and to filter by anything."""
    told = json.loads(json.dumps(read(Record(b'{"a": 1}', APPROVED.headers())).as_json(), default=str))
    assert (told["topic"], told["partition"], told["offset"]) == ("bankrails.payments.events", 4, 9)
    assert told["envelope"]["causationid"] == "command-1"
    assert told["data"] == {"a": 1}
