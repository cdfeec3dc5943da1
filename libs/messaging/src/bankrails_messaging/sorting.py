"""A Kafka record at the door: an inbox row, or a dead letter with its reason. Pure."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

import orjson
from bankrails_contracts import envelope as binding
from bankrails_contracts.answers import DeadLetter, DeadLetterReason, RefusalCode
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import REGISTRY, Kind, Message, Service, import_all
from bankrails_contracts.sealed import in_clear, sealed_paths
from bankrails_contracts.topics import RECORD_BYTES_MAX, Channel, channel_of, topic_name
from bankrails_contracts.violations import first_violation
from pydantic import ValidationError

from bankrails_messaging.rows import DeadLetterRow, InboxRow, to_micros

HEAD_BYTES = 1024
HEADER_CHARACTERS_MAX = 256
HEADER_NAME_CHARACTERS_MAX = 64
HEADERS_MAX = 32
"""With these a dead letter stays far below what Kafka takes: one that it refused would stop the relay for good."""
WITHHELD = "withheld"
"""Stands for the content hash of a body that held a secret in the clear: a hash of an account number can be guessed."""

Encrypt = Callable[[str], str]

import_all()  # another service's message is on the wrong topic, not of an unknown type


class Record(Protocol):
    """What we use of a Kafka client's record."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class _DeadError(Exception):
    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Door:
    """Sorts the records of one service's topics."""

    service: Service
    encrypt_head: Encrypt | None = None
    hears: frozenset[str] = frozenset()
    """Types of other services' events that are handled here."""

    def sort(self, record: Record, now: datetime) -> InboxRow | DeadLetterRow | None:
        """None: an event that nobody here listens to."""
        try:
            return self._row(record, now)
        except _DeadError as dead:
            return self.dead_letter(record, dead.reason, dead.detail, now)

    def _row(self, record: Record, now: datetime) -> InboxRow | None:
        size_bytes = len(record.value or b"") + sum(len(name) + len(text or b"") for name, text in record.headers)
        if size_bytes > RECORD_BYTES_MAX:
            raise _DeadError(DeadLetterReason.TOO_LARGE, f"{size_bytes} bytes; at most {RECORD_BYTES_MAX}")
        try:
            envelope, body = binding.read(record.headers, record.value)
        except binding.NotJsonError as error:
            raise _DeadError(DeadLetterReason.NOT_JSON, str(error)) from error
        except binding.EnvelopeError as error:
            raise _DeadError(DeadLetterReason.NO_ENVELOPE, str(error)) from error
        if record.topic != topic_name(self.service, Channel.COMMANDS) and envelope.type not in self.hears:
            return None
        model = self._model(envelope.type, record.topic)
        try:
            data = orjson.loads(body)
            hashed = content_hash(envelope.type, envelope.subject, data)
        except orjson.JSONDecodeError as error:
            raise _DeadError(DeadLetterReason.NOT_JSON, f"the body is not JSON: {error}") from None
        except orjson.JSONEncodeError:
            # orjson reads 1,024 levels and writes 254; no message of these contracts has five.
            raise _DeadError(DeadLetterReason.NOT_JSON, "the body nests too deeply") from None
        row = InboxRow(
            source=envelope.source,
            message_id=envelope.id,
            kind=model.kind.value,
            type=envelope.type,
            key=_text(record.key) or envelope.id,
            content_hash=hashed,
            body=body.decode(),
            correlation_id=envelope.correlationid or envelope.id,
            received_at=to_micros(now),
            causation_id=envelope.causationid,
            traceparent=envelope.traceparent,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
        )
        if model.kind is Kind.EVENT:
            _check_fact(model, body, row.key)
        elif not record.key:
            row.refusal = _refusal(RefusalCode.KEY_MISSING, "the record has no key", model.aggregate_field)
        if _has_sealed(model):
            _keep_sealed(row, model, data)
        return row

    def _model(self, type_name: str, topic: str) -> type[Message]:
        model = REGISTRY.get(type_name)
        if model is None:
            known = binding.TYPE_PATTERN.match(type_name)
            stem = type_name.rpartition(".v")[0]
            if known and any(name.rpartition(".v")[0] == stem for name in REGISTRY):
                raise _DeadError(DeadLetterReason.UNKNOWN_VERSION, f"{type_name} is not a version known here")
            raise _DeadError(DeadLetterReason.UNKNOWN_TYPE, f"{type_name} is not known here")
        if topic != topic_name(model.service, channel_of(model.kind)):
            raise _DeadError(DeadLetterReason.WRONG_TOPIC, f"{type_name} does not belong on {topic}")
        return model

    def dead_letter(self, record: Record, reason: DeadLetterReason, detail: str, now: datetime) -> DeadLetterRow:
        value = record.value or b""
        kept = [
            (_shown(name, HEADER_NAME_CHARACTERS_MAX), _shown(text.decode(errors="replace"), HEADER_CHARACTERS_MAX))
            for name, text in record.headers
            if text is not None and (name.lower().startswith("ce_") or name.lower() == "content-type")
        ]
        head = value[:HEAD_BYTES].decode(errors="replace")
        letter = DeadLetter(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason,
            detail=_shown(detail, 500),
            sha256=hashlib.sha256(value).hexdigest(),
            size_bytes=len(value),
            headers=dict(kept[:HEADERS_MAX]),
            head_encrypted=None if self.encrypt_head is None else self.encrypt_head(head),
            received_at=now,
        )
        return DeadLetterRow(
            id=uuid7(),
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason.value,
            record=letter.model_dump_json(),
            received_at=to_micros(now),
        )


def content_hash(type_name: str, subject: str | None, data: Any) -> str:
    """SHA-256, hexadecimal, of type, subject and data with sorted keys: what "the same content" means."""
    canonical = orjson.dumps([type_name, subject, data], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def _check_fact(model: type[Message], body: bytes, key: str) -> None:
    """A fact cannot be refused, so one that breaks its contract is dead here and now."""
    try:
        event = model.model_validate_json(body)
    except ValidationError as error:
        broken = first_violation(model, error)
        raise _DeadError(DeadLetterReason.INVALID_EVENT, f"{broken.field}: {broken.reason}") from None
    if event.key != key:
        raise _DeadError(DeadLetterReason.INVALID_EVENT, "the record's key is not the aggregate id")


def _keep_sealed(row: InboxRow, model: type[Message], data: Any) -> None:
    """Of a message with sealed fields, keep what the contract declares; of one that breaks it, nothing.

    Such a message is the one most likely to carry its secret in the wrong place too: in the clear, under a name that
    the contract does not know, or where an object belongs.
    """
    try:
        row.body = model.model_validate_json(row.body or "").model_dump_json(exclude_none=True)
        return
    except ValidationError as error:
        broken = first_violation(model, error)
    row.body, row.content_hash = None, WITHHELD
    clear = in_clear(model, data)
    if clear:
        reason = "this field must be sealed; nothing of the message was stored"
        row.refusal = _refusal(RefusalCode.SECRET_IN_CLEAR, reason, clear[0])
    else:
        row.refusal = _refusal(RefusalCode.INVALID, broken.reason, broken.field)


@cache
def _has_sealed(model: type[Message]) -> bool:
    return bool(sealed_paths(model))


def _shown(text: str, characters_max: int) -> str:
    """Printable and short: JSON makes six characters of a control character."""
    return "".join(each if each.isprintable() else "�" for each in text[:characters_max])


def _refusal(code: RefusalCode, reason: str, field: str | None) -> str:
    return orjson.dumps({"code": code.value, "reason": reason, "field": field}).decode()


def _text(key: bytes | None) -> str | None:
    # PostgreSQL stores no NUL; a key with one names no aggregate of ours anyway.
    return None if not key else key.decode(errors="replace")[:HEADER_CHARACTERS_MAX].replace("\x00", "\ufffd")


COMMAND, EVENT = Kind.COMMAND.value, Kind.EVENT.value
INTERNAL = "internal"
"""The kind of a vendor call's outcome, which enters as a message of our own."""
