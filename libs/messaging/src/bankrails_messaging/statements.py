"""What a commit writes, as Core statements in bulk: the same for SQLite and PostgreSQL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import lru_cache
from itertools import count
from typing import Any

import orjson
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from bankrails_messaging.rows import Changes, InboxRow, Save
from bankrails_messaging.store import DEFERRED, Recheck, StoreConflict, StoreRaced
from bankrails_messaging.tables import DeadLetterEntry, Inbox, Outbox, Position, Work
from bankrails_messaging.tallies import add_tallies
from bankrails_messaging.work_row import WorkRow

INBOX: Table = Inbox.__table__  # type: ignore[attr-defined]  # SQLModel adds it
POSITION: Table = Position.__table__  # type: ignore[attr-defined]  # as above
OUTBOX: Table = Outbox.__table__  # type: ignore[attr-defined]  # as above
WORK: Table = Work.__table__  # type: ignore[attr-defined]  # as above
DEAD_LETTER: Table = DeadLetterEntry.__table__  # type: ignore[attr-defined]  # as above

_INBOX_FIELDS = tuple(field.name for field in fields(InboxRow))
_WORK_CHANGING = [
    "state",
    "due_at",
    "attempts",
    "idempotency_key",
    "request_body",
    "first_attempted_at",
    "key_attempted_at",
    "attempted_at",
    "doubtful",
    "unknown_since",
    "looked_up_at",
    "clean_look_ups",
    "keys_used",
    "gate_held",
    "sealed",
]
_WORK_FIXED = ["id", "key", "kind", "budget", "lane", "gate", "causation_id", "correlation_id", "traceparent"]

_MARK_DECIDED = update(INBOX).where(INBOX.c.seq == bindparam("s")).values(state="done", body=None, refusal=None)
_MARK_PARKED = update(INBOX).where(INBOX.c.seq == bindparam("s")).values(state=bindparam("st"), note=bindparam("n"))
_MARK_IN_HAND = update(INBOX).where(INBOX.c.seq == bindparam("s")).values(hands=INBOX.c.hands + 1)
_FORGET = delete(INBOX).where(INBOX.c.seq == bindparam("s"))
_PRUNE = delete(OUTBOX).where(OUTBOX.c.shard == 0, OUTBOX.c.seq <= bindparam("through"))
_END_WORK = delete(WORK).where(WORK.c.id == bindparam("i"))
_CHANGE_WORK = (
    update(WORK).where(WORK.c.id == bindparam("i")).values({name: bindparam(f"v_{name}") for name in _WORK_CHANGING})
)
_PUT_OFF_WORK = _CHANGE_WORK.values(payload=bindparam("v_payload"))


class Numbers:
    """Arrival numbers of inbox rows: one process owns the store, so it counts by itself and asks nobody for each."""

    def __init__(self) -> None:
        self._next: Iterator[int] | None = None

    def give(self, connection: Connection, rows: Iterable[InboxRow]) -> None:
        if self._next is None:
            self._next = count((connection.execute(select(func.max(INBOX.c.seq))).scalar() or 0) + 1)
        for row in rows:
            row.seq = next(self._next)


def apply(connection: Connection, changes: Changes, rechecks: Mapping[str, Recheck], numbers: Numbers) -> None:
    """Write `changes` in the connection's transaction. Raises StoreConflict."""
    try:
        numbers.give(connection, changes.received)
        _receive(connection, changes.received)
        _claim(connection, changes.work_claimed, rechecks)
        _many(connection, _MARK_DECIDED, ({"s": seq} for seq in changes.decided))
        _many(connection, _MARK_PARKED, ({"s": seq, "st": st, "n": note} for seq, st, note in changes.parked))
        _many(connection, _MARK_IN_HAND, ({"s": seq} for seq in changes.in_hand))
        _many(connection, _FORGET, ({"s": seq} for seq in changes.forgotten))
        _save(connection, changes.saves)
        add_tallies(connection, changes.tallies)
        _many(
            connection,
            insert(OUTBOX),
            (
                {
                    "shard": 0,
                    "seq": row.seq,
                    "topic": row.topic,
                    "key": row.key,
                    "headers": orjson.dumps(row.headers).decode(),
                    "value": row.value,
                }
                for row in changes.outbox
            ),
        )
        _many(connection, insert(WORK), (_new_work(row) for row in changes.work_added))
        _many(connection, _CHANGE_WORK, map(_changed_work, changes.work_changed))
        _many(connection, _PUT_OFF_WORK, map(_put_off_work, changes.work_put_off))
        _many(connection, _END_WORK, ({"i": work_id} for work_id in changes.work_ended))
        _many(
            connection,
            insert(DEAD_LETTER),
            ({f.name: getattr(row, f.name) for f in fields(row)} for row in changes.dead_letters),
        )
        if changes.published_through:
            connection.execute(_PRUNE, {"through": changes.published_through})
        if changes.positions:
            _upsert_positions(connection, changes.positions)
    except IntegrityError as error:
        raise StoreConflict(str(error.orig)) from error


def _many(connection: Connection, statement: Any, rows: Iterable[dict[str, Any]]) -> None:
    parameters = list(rows)
    if parameters:
        connection.execute(statement, parameters)


def dialect_insert(connection: Connection, table: Table) -> Any:
    """An insert that knows ON CONFLICT, which Core has per dialect alone."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


@lru_cache(maxsize=4)
def _receiving(dialect_name: str) -> Any:
    made: Any = (postgresql if dialect_name == "postgresql" else sqlite).insert(INBOX)
    return made.on_conflict_do_nothing(index_elements=["source", "message_id", "variant"])


def _receive(connection: Connection, rows: list[InboxRow]) -> None:
    """Store what is new and take the seq from what is not; a known id with other content is kept once, to be refused."""
    if not rows:
        return
    repeats = _insert_inbox(connection, rows)
    if not repeats:
        return
    numbers = {id(row): row.seq for row in repeats}
    for row in repeats:
        row.seq = None
    known: dict[tuple[str, str], str] = {}
    for some in _pages(repeats):
        found = connection.execute(
            select(INBOX.c.source, INBOX.c.message_id, INBOX.c.content_hash).where(
                tuple_(INBOX.c.source, INBOX.c.message_id).in_([(row.source, row.message_id) for row in some]),
                INBOX.c.variant == "",
            )
        )
        known.update({(source, message_id): content_hash for source, message_id, content_hash in found})
    conflicts = [row for row in repeats if known.get((row.source, row.message_id)) != row.content_hash]
    for row in conflicts:
        row.variant, row.seq = row.content_hash, numbers[id(row)]
    for row in _insert_inbox(connection, conflicts) if conflicts else ():
        row.seq = None


def _insert_inbox(connection: Connection, rows: list[InboxRow]) -> list[InboxRow]:
    """Insert, and return the rows that were there already."""
    values = [{name: getattr(row, name) for name in _INBOX_FIELDS} for row in rows]
    if connection.execute(_receiving(connection.dialect.name), values).rowcount == len(rows):
        return []
    # Some were not taken, or the driver does not count: our numbers tell which.
    stored: set[int] = set()
    for some in _pages(rows):
        stored.update(connection.scalars(select(INBOX.c.seq).where(INBOX.c.seq.in_([row.seq for row in some]))))
    return [row for row in rows if row.seq not in stored]


def _pages(rows: list[InboxRow]) -> Iterator[list[InboxRow]]:
    """Few enough at once for one statement's parameters."""
    return (rows[start : start + 200] for start in range(0, len(rows), 200))


def _claim(connection: Connection, rows: list[WorkRow], rechecks: Mapping[str, Recheck]) -> None:
    by_kind: defaultdict[str, list[WorkRow]] = defaultdict(list)
    for row in rows:
        if row.kind in rechecks:
            by_kind[row.kind].append(row)
    for kind, some in by_kind.items():
        reasons = rechecks[kind](connection, some)
        for row in some:
            reason = reasons.get(row.id)
            row.deferred = reason == DEFERRED
            row.withdrawn = None if row.deferred else reason
    going = (_changed_work(row) for row in rows if row.withdrawn is None and not row.deferred)
    _many(connection, _CHANGE_WORK, ({**values, "v_sealed": None} for values in going))


def _new_work(row: WorkRow) -> dict[str, Any]:
    made = {name: getattr(row, name) for name in (*_WORK_FIXED, *_WORK_CHANGING)}
    made["sealed"] = _sealed(row)
    made["payload"] = orjson.dumps(row.payload).decode()
    return made


def _changed_work(row: WorkRow) -> dict[str, Any]:
    made = {f"v_{name}": getattr(row, name) for name in _WORK_CHANGING}
    made["v_sealed"] = _sealed(row)
    made["i"] = row.id
    return made


def _put_off_work(row: WorkRow) -> dict[str, Any]:
    return {**_changed_work(row), "v_payload": orjson.dumps(row.payload).decode()}


def _sealed(row: WorkRow) -> str | None:
    # What may have been used is not put back: from the first attempt in doubt on, it lives in memory alone.
    return orjson.dumps(row.sealed).decode() if row.sealed and not row.doubtful else None


@lru_cache(maxsize=64)
def _saving(dialect_name: str, table: Table) -> Any:
    made: Any = (postgresql if dialect_name == "postgresql" else sqlite).insert(table)
    columns = [column.name for column in table.columns if not column.primary_key]
    made = made.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={name: made.excluded[name] for name in columns},
        where=table.c.version == made.excluded.version - 1,
    )
    # SQLite counts the rows of many executions; asyncpg does not, and gives them back instead.
    return made if dialect_name == "sqlite" else made.returning(*table.primary_key)


def _save(connection: Connection, saves: list[Save]) -> None:
    by_table: defaultdict[Table, list[dict[str, Any]]] = defaultdict(list)
    for save in saves:
        by_table[save.repository.table].append(save.row)
    for table, rows in by_table.items():
        if len({row["id"] for row in rows}) < len(rows):
            # SQLite would find the second one outdated; PostgreSQL refuses the statement as a whole.
            raise StoreRaced(f"{table.name}: two of these change one row")
        result = connection.execute(_saving(connection.dialect.name, table), rows)
        stored = len(result.fetchall()) if result.returns_rows else result.rowcount
        if stored != len(rows):
            raise StoreRaced(f"{table.name}: {len(rows) - stored} rows changed since they were loaded")


def _upsert_positions(connection: Connection, positions: Mapping[tuple[str, int], int]) -> None:
    made = dialect_insert(connection, POSITION)
    statement = made.on_conflict_do_update(
        index_elements=["topic", "partition"], set_={"next_offset": made.excluded.next_offset}
    )
    connection.execute(
        statement,
        [
            {"topic": topic, "partition": partition, "next_offset": offset}
            for (topic, partition), offset in positions.items()
        ],
    )
