"""The envelope: CloudEvents 1.0 over Kafka.

Binary mode puts the attributes in headers (`ce_id`, `ce_type`, …) and the JSON body in the value. Structured mode puts
both in the value (`application/cloudevents+json`), so that a tool without headers can send a command. Both are read;
binary is written. Source: CloudEvents 1.0, Kafka protocol binding §3.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Headers = list[tuple[str, bytes]]

TYPE_PATTERN = re.compile(r"^bankrails\.(?P<service>[a-z]+)\.(?P<name>[a-z0-9-]+)\.v(?P<version>[0-9]+)$")
ATTRIBUTE_CHARACTERS_MAX = 256
"""Fits every id, URI and type that a sender needs, and a database column without thought."""
_SEQUENCE_MAX = 2**63 - 1
"""What a signed 64-bit column holds."""
_NOT_IN_ATTRIBUTES = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and lone surrogates. Source: CloudEvents 1.0 §3.1, type String."""
_TRACEPARENT = re.compile(r"[0-9a-f]{2}(-[0-9a-zA-Z]+){3,}")
_READ = frozenset(
    {"specversion", "id", "source", "type", "time", "subject", "correlationid", "causationid", "sequence"},
)


class EnvelopeError(ValueError):
    """No readable envelope; the text says what is missing or wrong."""


class NotJsonError(EnvelopeError):
    """No envelope in the headers, and the value, where it could be instead, is not JSON at all."""


@dataclass(frozen=True, slots=True)
class Envelope:
    id: str
    source: str
    type: str
    time: datetime | None = None
    """Aware UTC; when the sender made the message."""
    subject: str | None = None
    correlationid: str | None = None
    """Groups everything that one intent set off; a command without one starts its own."""
    causationid: str | None = None
    """The id of the message that this one answers or follows from."""
    sequence: int | None = None
    """The aggregate's counter, unique per (source, subject). Drop an event that is not above the last one seen."""
    traceparent: str | None = None
    """W3C trace context."""

    def headers(self) -> Headers:
        """Binary mode's headers, in a fixed order."""
        made: Headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
        ]
        if self.time is not None:
            made.append(("ce_time", format_instant(self.time).encode()))
        if self.subject is not None:
            made.append(("ce_subject", self.subject.encode()))
        if self.correlationid is not None:
            made.append(("ce_correlationid", self.correlationid.encode()))
        if self.causationid is not None:
            made.append(("ce_causationid", self.causationid.encode()))
        if self.sequence is not None:
            made.append(("ce_sequence", str(self.sequence).encode()))
        if self.traceparent is not None:
            made.append(("ce_traceparent", self.traceparent.encode()))
        made.append(("content-type", b"application/json"))
        return made

    def structured(self, data: Any) -> dict[str, Any]:
        """Structured mode's object, with `data` as it is, for JSON under `application/cloudevents+json`."""
        texts = {name.removeprefix("ce_"): text.decode() for name, text in self.headers() if name != "content-type"}
        return {**texts, "datacontenttype": "application/json", "data": data}


def format_instant(value: datetime) -> str:
    """RFC 3339 with microseconds and `Z`. `value` is aware."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> tuple[Envelope, bytes]:
    """The envelope and the JSON body of one record, from either mode.

    Raises EnvelopeError when there is no readable envelope, NotJsonError among them. The body is not parsed in binary
    mode; in structured mode `data` is returned as compact JSON.
    """
    texts = _texts(headers)
    content_type = texts.get("content-type", "")
    if content_type.startswith("application/cloudevents") or ("ce_id" not in texts and "ce_type" not in texts):
        return _read_structured(value)
    return _envelope({name[3:]: text for name, text in texts.items() if name.startswith("ce_")}, texts), value or b""


def _texts(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, raw in headers:
        if raw is None:
            continue
        try:
            texts[name.lower()] = raw.decode()
        except UnicodeDecodeError:
            if name.lower().startswith("ce_"):
                raise EnvelopeError(f"header {name} is not UTF-8") from None
    return texts


def _read_structured(value: bytes | None) -> tuple[Envelope, bytes]:
    event = _strict_json(value or b"")
    if not isinstance(event, dict) or "specversion" not in event:
        raise EnvelopeError("no ce_ headers, and the value is not a structured CloudEvent: no specversion")
    if "data" not in event:
        raise EnvelopeError("structured CloudEvent without data")
    for name in _READ & event.keys():
        # bool is an int to Python, not to CloudEvents.
        if not isinstance(event[name], str | int | None) or isinstance(event[name], bool):
            raise EnvelopeError(f"CloudEvents attribute {name} is neither text nor a whole number")
    attributes = {name: str(item) for name, item in event.items() if name != "data" and item is not None}
    return _envelope(attributes, {}), _compact(event["data"])


def _strict_json(value: bytes) -> Any:
    """RFC 8259 JSON in UTF-8; Python's reader alone would take NaN, other encodings and any depth."""
    try:
        parsed = json.loads(value.decode(), parse_constant=_refuse)
        _compact(parsed)
    except RecursionError:
        raise NotJsonError("no ce_ headers, and the value nests too deeply") from None
    except ValueError as error:
        raise NotJsonError(f"no ce_ headers, and the value is not JSON: {error}") from None
    return parsed


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _compact(data: Any) -> bytes:
    """UTF-8. Raises ValueError for a lone surrogate, which JSON can escape and UTF-8 cannot hold."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def _envelope(attributes: dict[str, str], texts: dict[str, str]) -> Envelope:
    for name in ("specversion", "id", "source", "type"):
        if not attributes.get(name):
            raise EnvelopeError(f"CloudEvents attribute {name} is missing")
    if attributes["specversion"] != "1.0":
        raise EnvelopeError(f"CloudEvents specversion {attributes['specversion'][:16]!r} is not 1.0")
    # Only what is read is judged: an unknown extension, such as a long tracestate, is the sender's own business.
    for name in sorted(_READ & attributes.keys()):
        if len(attributes[name]) > ATTRIBUTE_CHARACTERS_MAX:
            raise EnvelopeError(f"CloudEvents attribute {name} is over {ATTRIBUTE_CHARACTERS_MAX} characters")
        if _NOT_IN_ATTRIBUTES.search(attributes[name]):
            raise EnvelopeError(f"CloudEvents attribute {name} holds a control character")
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        time=_instant(attributes.get("time")),
        subject=attributes.get("subject"),
        correlationid=attributes.get("correlationid"),
        causationid=attributes.get("causationid"),
        sequence=_sequence(attributes.get("sequence")),
        traceparent=_traceparent(attributes.get("traceparent") or texts.get("traceparent")),
    )


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise EnvelopeError(f"CloudEvents time {text!r} is not RFC 3339") from None
    if parsed.tzinfo is None:
        raise EnvelopeError(f"CloudEvents time {text!r} has no zone")
    try:
        return parsed.astimezone(UTC)
    except OverflowError:
        raise EnvelopeError(f"CloudEvents time {text!r} lies outside the years 1 to 9999 in UTC") from None


def _sequence(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > _SEQUENCE_MAX:
        raise EnvelopeError(f"CloudEvents sequence {text!r} is not a whole number of 64 bits")
    return int(text)


def _traceparent(text: str | None) -> str | None:
    """A broken trace context starts a new trace and costs nobody a command. Source: W3C Trace Context §4.3."""
    if text is None or len(text) > ATTRIBUTE_CHARACTERS_MAX or not _TRACEPARENT.fullmatch(text):
        return None
    return text
