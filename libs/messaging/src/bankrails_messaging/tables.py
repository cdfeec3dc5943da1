"""The message path's own tables, the same in every service's database.

Times are whole microseconds since 1970 (UTC): one representation on SQLite and PostgreSQL, and cheap to compare.
`shard` is 0 everywhere until replicas share the work; it is here so that rows need no rewriting then.
"""

from sqlalchemy import BigInteger, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in an INTEGER primary key."""


class PathTable(SQLModel, registry=registry()):
    """With metadata apart from those of services' own tables, which have bases like this one: a process may have the
    tables of several services."""


class Inbox(PathTable, table=True):
    """Messages received, each once. `state`: new, waiting (behind a parked one), parked, done."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("source", "message_id", "variant"),
        Index("inbox_open", "seq", sqlite_where=text("state <> 'done'"), postgresql_where=text("state <> 'done'")),
        Index(
            "inbox_done", "received_at", sqlite_where=text("state = 'done'"), postgresql_where=text("state = 'done'")
        ),
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=BIG)
    shard: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    source: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text)
    variant: str = Field(default="", sa_type=Text)
    """Empty, or the content hash of a conflict: the same id with other content, kept to be refused."""
    kind: str = Field(sa_type=Text)
    type: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    body: str | None = Field(default=None, sa_type=Text)
    """JSON; erased when the message is decided."""
    correlation_id: str = Field(sa_type=Text)
    causation_id: str | None = Field(default=None, sa_type=Text)
    traceparent: str | None = Field(default=None, sa_type=Text)
    refusal: str | None = Field(default=None, sa_type=Text)
    """JSON of a refusal that intake already knew, for example a secret in the clear, whose body is not stored."""
    topic: str | None = Field(default=None, sa_type=Text)
    partition: int | None = None
    offset: int | None = Field(default=None, sa_type=BIG)
    received_at: int = Field(sa_type=BIG)
    state: str = Field(default="new", sa_type=Text)
    hands: int = 0
    """How many crashes this row was in hand at; see dispatcher.py."""
    note: str | None = Field(default=None, sa_type=Text)
    """Why it is parked."""


class Position(PathTable, table=True):
    """The next offset to read of each partition, stored with the records before it."""

    __tablename__ = "position"

    topic: str = Field(primary_key=True, sa_type=Text)
    partition: int = Field(primary_key=True)
    next_offset: int = Field(sa_type=BIG)


class Outbox(PathTable, table=True):
    """Messages decided and not yet acknowledged by Kafka, in commit order. Pruned as they are published."""

    __tablename__ = "outbox"

    shard: int = Field(default=0, primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BIG)
    topic: str = Field(sa_type=Text)
    key: str | None = Field(default=None, sa_type=Text)
    headers: str = Field(sa_type=Text)
    """JSON object of header name to text."""
    value: str = Field(sa_type=Text)


class Work(PathTable, table=True):
    """Vendor calls to be made, and what is known of each. See work_row.py for the states."""

    __tablename__ = "work"
    __table_args__ = (Index("work_gate_held", "gate_held", unique=True),)

    id: str = Field(primary_key=True, sa_type=Text)
    shard: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    key: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    payload: str = Field(sa_type=Text)
    budget: str = Field(sa_type=Text)
    lane: int
    gate: str | None = Field(default=None, sa_type=Text)
    gate_held: str | None = Field(default=None, sa_type=Text)
    """Equal to `gate` from the first attempt until the outcome is known; unique, so twins cannot both fly."""
    causation_id: str = Field(sa_type=Text)
    correlation_id: str = Field(sa_type=Text)
    traceparent: str | None = Field(default=None, sa_type=Text)
    state: str = Field(sa_type=Text)
    due_at: int = Field(sa_type=BIG)
    attempts: int = 0
    idempotency_key: str | None = Field(default=None, sa_type=Text)
    request_body: str | None = Field(default=None, sa_type=Text)
    first_attempted_at: int | None = Field(default=None, sa_type=BIG)
    key_attempted_at: int | None = Field(default=None, sa_type=BIG)
    attempted_at: int | None = Field(default=None, sa_type=BIG)
    doubtful: bool = False
    """True once any attempt under the present key ended without a definite answer."""
    unknown_since: int | None = Field(default=None, sa_type=BIG)
    looked_up_at: int | None = Field(default=None, sa_type=BIG)
    clean_look_ups: int = 0
    keys_used: int = 0
    sealed: str | None = Field(default=None, sa_type=Text)
    """JSON of the ciphertext that the call needs; null from the first recorded attempt on."""


class DeadLetterEntry(PathTable, table=True):
    """Records that can never succeed, for operators; the same goes to the dead-letters topic."""

    __tablename__ = "dead_letter"

    id: str = Field(primary_key=True, sa_type=Text)
    topic: str = Field(sa_type=Text)
    partition: int
    offset: int = Field(sa_type=BIG)
    reason: str = Field(sa_type=Text)
    record: str = Field(sa_type=Text)
    """JSON of bankrails_contracts.answers.DeadLetter."""
    received_at: int = Field(sa_type=BIG)


class Run(PathTable, table=True):
    """One row: whether the last run stopped by itself. A crash leaves `clean` false."""

    __tablename__ = "run"

    id: int = Field(default=1, primary_key=True)
    clean: bool
