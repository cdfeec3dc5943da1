"""One record as it was read from Kafka."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord
from bankrails_contracts import envelope as binding
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.message import REGISTRY
from rich.text import Text

from bankrails_cli.facts import facts, printable

NOES = frozenset({"CommandRefused", "CommandParked", "DeadLetter"})
"""Answers that are not what the sender hoped for."""
TROUBLE = NOES | {
    "AuthenticationErrored",
    "AuthenticationExpired",
    "AuthenticationFailed",
    "AuthenticationOutcomeUnknown",
    "MandateRevoked",
    "MerchantPaused",
    "PaymentContested",
    "PaymentDeclined",
    "PaymentOutcomeUnknown",
    "PaymentRefused",
    "PaymentReturned",
}
"""Shown in another colour."""


@dataclass(frozen=True)
class Told:
    topic: str
    partition: int
    offset: int
    key: str | None
    at: datetime
    """Kafka's timestamp: real time, also where the suite's time is virtual."""
    envelope: Envelope | None
    """None when nobody could read one, as is the nature of some dead letters' originals."""
    data: Any
    """The parsed body, or its text where it is not JSON."""

    @property
    def name(self) -> str:
        """`PaymentApproved`; the type itself where the contracts do not know it."""
        if self.envelope is None:
            return "(no envelope)"
        if known := REGISTRY.get(self.envelope.type):
            return known.message_name
        pattern = binding.TYPE_PATTERN.match(self.envelope.type)
        return self.envelope.type if pattern is None else pattern["name"].title().replace("-", "")

    @property
    def service(self) -> str:
        """Who states it, or is asked; empty where nobody of ours."""
        pattern = binding.TYPE_PATTERN.match(self.envelope.type) if self.envelope else None
        return "" if pattern is None else pattern["service"]

    @property
    def subject(self) -> str | None:
        return (self.envelope.subject if self.envelope else None) or self.key

    @property
    def correlation_id(self) -> str | None:
        """A dead letter has none of its own: the original's is among the headers that it kept."""
        if self.envelope is not None and self.envelope.correlationid is not None:
            return self.envelope.correlationid
        return self._kept_header("ce_correlationid")

    @property
    def answers(self) -> str | None:
        """The id of the command that this answers, a dead letter's original among them."""
        if self.envelope is not None and self.envelope.causationid is not None:
            return self.envelope.causationid
        return self._kept_header("ce_id")

    def _kept_header(self, name: str) -> str | None:
        headers = self.data.get("headers") if isinstance(self.data, dict) else None
        value = headers.get(name) if isinstance(headers, dict) else None
        return value if isinstance(value, str) else None

    def as_json(self) -> dict[str, Any]:
        envelope = self.envelope
        attributes = {} if envelope is None else envelope.structured(None)
        attributes.pop("data", None)
        return {
            "name": self.name,
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "key": self.key,
            "at": self.at,
            "envelope": attributes or None,
            "data": self.data,
        }

    @property
    def stated_at(self) -> datetime:
        """When the service says that it was: virtual where its clock is. Kafka's time where nothing is said."""
        return self._said_at or self.at

    @property
    def says_when(self) -> bool:
        return self._said_at is not None

    @property
    def _said_at(self) -> datetime | None:
        if self.envelope is not None and self.envelope.time is not None:
            return self.envelope.time
        received_at = self.data.get("received_at") if isinstance(self.data, dict) else None  # a dead letter's
        try:
            return datetime.fromisoformat(str(received_at)).astimezone(UTC)
        except ValueError:
            return None

    def cells(self, at: str, *, with_ids: bool = True) -> tuple[Text, Text, Text]:
        """For one line: `at`, the name, the facts."""
        return (
            Text(at, style="dim"),
            Text(f"{printable(self.name):<24}", style="yellow" if self.name in TROUBLE else "green"),
            Text(facts(self.data, besides=self.subject, with_ids=with_ids)),
        )


def read(record: ConsumerRecord) -> Told:
    """Never raises: what cannot be read is shown as it is."""
    value: bytes = record.value or b""
    try:
        envelope, body = binding.read(record.headers, record.value)
    except binding.EnvelopeError:
        envelope, body = None, value
    try:
        data = json.loads(body) if body else None
    except (ValueError, RecursionError):
        data = body.decode(errors="replace")
    return Told(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=None if record.key is None else record.key.decode(errors="replace"),
        at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        envelope=envelope,
        data=data,
    )
