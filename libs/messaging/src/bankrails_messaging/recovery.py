"""What a service reads when it starts: everything that is not finished."""

from collections.abc import Iterator

import orjson
from sqlalchemy import Connection, delete, func, select, update

from bankrails_messaging.rows import InboxRow, OutboxRow
from bankrails_messaging.statements import INBOX, OUTBOX, POSITION, WORK, dialect_insert
from bankrails_messaging.tables import Run
from bankrails_messaging.work_row import WorkRow, WorkState

PAGE_ROWS = 5_000
"""Rows read at once: some megabytes, some tens of milliseconds."""
FORGET_ROWS = 1_000

RUN = Run.__table__  # type: ignore[attr-defined]  # SQLModel adds it


def open_messages(connection: Connection, after_seq: int = 0) -> list[InboxRow]:
    """The next page of inbox rows that are not done, in arrival order."""
    rows = connection.execute(
        select(INBOX).where(INBOX.c.state != "done", INBOX.c.seq > after_seq).order_by(INBOX.c.seq).limit(PAGE_ROWS)
    ).mappings()
    return [InboxRow(**{name: value for name, value in row.items() if name != "shard"}) for row in rows]


def unpublished(connection: Connection) -> Iterator[OutboxRow]:
    """Outbox rows in commit order."""
    for row in connection.execute(select(OUTBOX).where(OUTBOX.c.shard == 0).order_by(OUTBOX.c.seq)).mappings():
        yield OutboxRow(row["topic"], row["key"], orjson.loads(row["headers"]), row["value"], row["seq"])


def last_outbox_seq(connection: Connection) -> int:
    return connection.execute(select(func.max(OUTBOX.c.seq))).scalar() or 0


def open_work(connection: Connection) -> Iterator[WorkRow]:
    for row in connection.execute(select(WORK).order_by(WORK.c.id)).mappings():
        values = {name: value for name, value in row.items() if name != "shard"}
        values["payload"] = orjson.loads(values["payload"])
        values["state"] = WorkState(values["state"])
        values["sealed"] = orjson.loads(values["sealed"] or "{}")
        yield WorkRow(**values)


def positions(connection: Connection) -> dict[tuple[str, int], int]:
    """The next offset to read, by (topic, partition)."""
    return {(row.topic, row.partition): row.next_offset for row in connection.execute(select(POSITION))}


def was_clean(connection: Connection) -> bool:
    """Whether the last run stopped by itself; true for the first run of all."""
    clean = connection.execute(select(RUN.c.clean)).scalar()
    return True if clean is None else bool(clean)


def mark_run(connection: Connection, *, clean: bool) -> None:
    made = dialect_insert(connection, RUN).values(id=1, clean=clean)
    connection.execute(made.on_conflict_do_update(index_elements=["id"], set_={"clean": clean}))


def forget_answered(connection: Connection, before: int) -> int:
    """Delete a page of answered messages received before `before` (microseconds); how many."""
    old = select(INBOX.c.seq).where(INBOX.c.state == "done", INBOX.c.received_at < before).limit(FORGET_ROWS)
    return connection.execute(delete(INBOX).where(INBOX.c.seq.in_(old))).rowcount


def release_parked(connection: Connection, key: str) -> int:
    """Make a parked key's rows new again; the number of rows. They are decided at the next start or release."""
    changed = connection.execute(
        update(INBOX)
        .where(INBOX.c.key == key, INBOX.c.state.in_(("parked", "waiting")))
        .values(state="new", hands=0, note=None)
    )
    return changed.rowcount
