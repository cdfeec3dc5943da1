"""Rows in memory, and what one unit of work writes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(value: datetime) -> int:
    """Whole microseconds since 1970 of an aware time."""
    return (value - _EPOCH) // timedelta(microseconds=1)


def from_micros(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


@dataclass(slots=True)
class InboxRow:
    """A message received. `seq` is given by the store; it stays None for a message that was already there."""

    source: str
    message_id: str
    kind: str
    type: str
    key: str
    content_hash: str
    body: str | None
    correlation_id: str
    received_at: int
    causation_id: str | None = None
    traceparent: str | None = None
    refusal: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    variant: str = ""
    state: str = "new"
    hands: int = 0
    note: str | None = None
    seq: int | None = None


@dataclass(slots=True)
class OutboxRow:
    """A message to publish. `seq` is given by the writer, in commit order."""

    topic: str
    key: str | None
    headers: Mapping[str, str]
    value: str
    seq: int = 0


@dataclass(slots=True)
class DeadLetterRow:
    id: str
    topic: str
    partition: int
    offset: int
    reason: str
    record: str
    received_at: int


@dataclass(slots=True)
class Save:
    """One aggregate's new row. `version` is the row's own; the stored one must be `version - 1`, or absent for 1."""

    repository: Any
    row: dict[str, Any]


@dataclass(slots=True)
class Changes:
    """What one unit of work writes, all of it or nothing. Units are merged into one transaction by the writer."""

    received: list[InboxRow] = field(default_factory=list)
    positions: dict[tuple[str, int], int] = field(default_factory=dict)
    decided: list[int] = field(default_factory=list)
    """Inbox rows answered: kept without their body, so that a repeat is known."""
    forgotten: list[int] = field(default_factory=list)
    """Internal inbox rows decided: nothing can repeat them, so they go."""
    parked: list[tuple[int, str, str]] = field(default_factory=list)
    """(seq, new state, note) of rows that wait for a person."""
    in_hand: list[int] = field(default_factory=list)
    saves: list[Save] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    work_added: list[Any] = field(default_factory=list)
    work_changed: list[Any] = field(default_factory=list)
    work_put_off: list[Any] = field(default_factory=list)
    """Polling work to be done again later."""
    work_claimed: list[Any] = field(default_factory=list)
    """Attempts to record, after the recheck of their kind; a refused one gets its `withdrawn` reason instead."""
    work_ended: list[str] = field(default_factory=list)
    tallies: list[tuple[Any, Any]] = field(default_factory=list)
    """(table, Tally) to be added."""
    looked_up: list[str] = field(default_factory=list)
    """Aggregates whose unknown outcomes are looked up once this has landed; nothing of it is stored."""
    dead_letters: list[DeadLetterRow] = field(default_factory=list)
    published_through: int = 0
    """Outbox rows up to this seq are acknowledged by Kafka."""

    def add(self, unit: "Changes") -> None:
        """Take `unit` in, after what is here already."""
        self.received += unit.received
        self.positions.update(unit.positions)
        self.decided += unit.decided
        self.forgotten += unit.forgotten
        self.parked += unit.parked
        self.in_hand += unit.in_hand
        self.saves += unit.saves
        self.outbox += unit.outbox
        self.work_added += unit.work_added
        self.work_changed += unit.work_changed
        self.work_put_off += unit.work_put_off
        self.work_claimed += unit.work_claimed
        self.work_ended += unit.work_ended
        self.tallies += unit.tallies
        self.looked_up += unit.looked_up
        self.dead_letters += unit.dead_letters
        self.published_through = max(self.published_through, unit.published_through)

    @classmethod
    def merged(cls, units: Iterable["Changes"]) -> "Changes":
        whole = cls()
        for unit in units:
            whole.add(unit)
        return whole
