"""A verdict made into rows: the saved snapshot with its sequence raised, the events in their envelopes, the work."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar, get_type_hints

import orjson
from bankrails_contracts.answers import CommandParked, CommandRefused
from bankrails_contracts.envelope import format_instant
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import Command, Event, Service
from bankrails_contracts.topics import RECORD_BYTES_MAX, Channel, topic_name
from bankrails_telemetry.redaction import clean_text
from sqlalchemy import ColumnElement, Connection, Row, Table, select

from bankrails_messaging.decisions import Decision, Refusal, Work
from bankrails_messaging.rows import Changes, DeadLetterRow, InboxRow, OutboxRow, Save, to_micros
from bankrails_messaging.sorting import COMMAND, INTERNAL, content_hash
from bankrails_messaging.work_row import WorkRow

S = TypeVar("S")

REASON_CHARACTERS_MAX = 500
"""A vendor's error page is not a reason; an event stays far below what Kafka takes."""


class Repository(Generic[S]):
    """Rows ⇄ snapshots of one aggregate. The columns are the snapshot's fields, `id` and `version` among them."""

    def __init__(self, table: Table, snapshot: type[S], source: str) -> None:
        self.table = table
        self.source = source
        """CloudEvents source of its events: one per kind of aggregate, so that (source, subject) names one aggregate
        even where two kinds have the same id."""
        self.snapshot = snapshot
        hints = get_type_hints(snapshot)
        self._enums = {
            name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, StrEnum)
        }
        self._names = tuple(field.name for field in fields(snapshot))  # type: ignore[arg-type]  # a dataclass by contract
        self._select = select(*(table.c[name] for name in self._names))
        self._of_type = [self._enums.get(name) for name in self._names]

    def row(self, snapshot: S) -> dict[str, Any]:
        return {name: getattr(snapshot, name) for name in self._names}

    def get_many(self, connection: Connection, ids: Sequence[str | None]) -> dict[str, S]:
        """The snapshots that exist, by id."""
        wanted = {item for item in ids if item is not None}
        if not wanted:
            return {}
        return {found.id: found for found in self.find(connection, self.table.c.id.in_(wanted))}

    def find(self, connection: Connection, *where: ColumnElement[bool]) -> list[Any]:
        """The snapshots for which all of `where` holds, in no order."""
        found = connection.execute(self._select.where(*where))
        return [self.snapshot(*self._typed(row)) for row in found]

    def _typed(self, row: Row[Any]) -> Iterator[Any]:
        return (value if enum is None else enum(value) for value, enum in zip(row, self._of_type, strict=True))


@dataclass(frozen=True)
class Enactment:
    service: Service
    repositories: Mapping[type, Repository[Any]]
    refused: type[CommandRefused]
    parked: type[CommandParked]

    def enact(self, row: InboxRow, verdict: Decision | Refusal, now: datetime, changes: Changes) -> None:
        if isinstance(verdict, Refusal):
            self._refuse(row, verdict, now, changes)
            return
        aggregate = verdict.aggregate
        if aggregate is not None:
            sequence = aggregate.sequence
            source = self.repositories[type(aggregate)].source
            self._save(row, aggregate, len(verdict.events), changes)
            for event in verdict.events:
                sequence += 1
                self._publish(row, event, source, aggregate.id, sequence, now, changes)
        elif verdict.events:
            raise ValueError("events without the aggregate that they are about")
        for work in verdict.work:
            changes.work_added.append(_work_row(row, work, now, row.key if aggregate is None else aggregate.id))
        for tally in verdict.tallies:
            changes.tallies.append((self.repositories[tally.kind].table, tally))
        changes.looked_up += verdict.looks_up
        for command in verdict.commands:
            changes.received.append(self._own_command(row, command, now))
        for further in verdict.also:
            self.enact(row, further, now, changes)

    def park(
        self, row: InboxRow, command_type: str, reason: str, behind: str | None, now: datetime, changes: Changes
    ) -> None:
        """Answer a parked command at once, also when what is parked is the outcome of its vendor call.

        The reason names the error's type alone: its text may hold anything.
        """
        command_id = _command_id(row)
        event = self.parked(
            command_id=command_id, command_type=command_type, aggregate_id=row.key, reason=reason, behind=behind
        )
        self._publish(row, event, f"/bankrails/{self.service}", command_id, None, now, changes)

    def dead_letter(self, letter: DeadLetterRow) -> OutboxRow:
        headers = {
            "ce_specversion": "1.0",
            "ce_id": letter.id,
            "ce_source": f"/bankrails/{self.service}",
            "ce_type": f"bankrails.{self.service}.dead-letter.v1",
            "content-type": "application/json",
        }
        return OutboxRow(topic_name(self.service, Channel.DEAD_LETTERS), None, headers, letter.record)

    def _refuse(self, row: InboxRow, refusal: Refusal, now: datetime, changes: Changes) -> None:
        about = refusal.about
        event = self.refused(
            command_id=row.message_id,
            command_type=row.type,
            code=refusal.code,
            reason=clean_text(refusal.reason)[:REASON_CHARACTERS_MAX],
            field=refusal.field,
            aggregate_id=None if about is None else about.id,
            state=None if about is None else about.state,
        )
        if about is None:
            self._publish(row, event, f"/bankrails/{self.service}", row.message_id, None, now, changes)
            return
        self._save(row, about, 1, changes)
        self._publish(row, event, self.repositories[type(about)].source, about.id, about.sequence + 1, now, changes)

    def _own_command(self, row: InboxRow, command: Command, now: datetime) -> InboxRow:
        cause = hashlib.sha256(f"{row.source} {row.message_id} {command.type} {command.key}".encode()).hexdigest()
        body = command.model_dump_json(exclude_none=True)
        return InboxRow(
            source=f"/bankrails/{self.service}",
            message_id=cause[:32],
            kind=COMMAND,
            type=command.type,
            key=command.key,
            content_hash=content_hash(command.type, None, orjson.loads(body)),
            body=body,
            correlation_id=row.correlation_id,
            causation_id=_command_id(row),
            traceparent=row.traceparent,
            received_at=to_micros(now),
        )

    def _save(self, row: InboxRow, snapshot: Any, events: int, changes: Changes) -> None:
        """The snapshot's next row: its version raised, and its sequence by the events about it."""
        repository = self.repositories[type(snapshot)]
        values = repository.row(snapshot)
        values["sequence"] += events
        values["version"] += 1
        if snapshot.version == 0:
            values["content_hash"] = row.content_hash
        changes.saves.append(Save(repository, values))

    def _publish(
        self,
        row: InboxRow,
        event: Event,
        source: str,
        subject: str,
        sequence: int | None,
        now: datetime,
        changes: Changes,
    ) -> None:
        headers = {
            "ce_specversion": "1.0",
            "ce_id": uuid7(),
            "ce_source": source,
            "ce_type": type(event).type,
            "ce_time": _text(now),
            "ce_subject": subject,
            "ce_correlationid": row.correlation_id,
            "ce_causationid": _command_id(row),
            "content-type": "application/json",
        }
        if sequence is not None:
            headers["ce_sequence"] = str(sequence)
        if row.traceparent is not None:
            headers["ce_traceparent"] = row.traceparent
        value = event.model_dump_json(exclude_none=True)
        if len(value) > RECORD_BYTES_MAX // 4:
            # No contract allows it. Kafka would refuse it for ever, and everything behind it would wait: better one key.
            raise ValueError(f"{type(event).__name__} has {len(value)} characters")
        changes.outbox.append(OutboxRow(topic_name(self.service, Channel.EVENTS), subject, headers, value))


def _command_id(row: InboxRow) -> str:
    """The message that this one is, or the command that set it off."""
    return (row.causation_id or row.message_id) if row.kind == INTERNAL else row.message_id


@lru_cache(maxsize=16)
def _text(now: datetime) -> str:
    """A whole wave shares one time."""
    return format_instant(now)


def _work_row(row: InboxRow, work: Work, now: datetime, key: str) -> WorkRow:
    return WorkRow(
        id=uuid7(),
        key=key,
        kind=work.kind,
        payload=orjson.loads(orjson.dumps(work.payload)),
        sealed=dict(work.sealed),
        budget=work.budget,
        lane=int(work.lane),
        causation_id=_command_id(row),
        correlation_id=row.correlation_id,
        traceparent=row.traceparent,
        due_at=to_micros(work.due_at or now),
        gate=work.gate,
    )
