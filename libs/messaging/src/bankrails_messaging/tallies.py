"""Running totals that many decisions add to at once, and that must not pass a limit."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from bankrails_messaging.decisions import Tally
from bankrails_messaging.store import StoreRaced


def add_tallies(connection: Connection, tallies: Sequence[tuple[Table, Tally]]) -> None:
    """What is given back first, so that it can be used at once. Raises StoreRaced when a total would pass its limit."""
    sums: defaultdict[tuple[Table, str, int | None], int] = defaultdict(int)
    for table, tally in tallies:
        sums[table, tally.id, tally.at_most] += tally.amount_minor
    # Always the same way round: two processes that lock the same rows must not wait for each other.
    for (table, id, at_most), amount in sorted(sums.items(), key=lambda item: (item[1] >= 0, item[0][1])):
        if amount and not _add(connection, table, id, amount, at_most):
            raise StoreRaced(f"{table.name}: {id} would pass its limit")


def _add(connection: Connection, table: Table, id: str, amount: int, at_most: int | None) -> bool:
    if at_most is not None and amount > at_most:
        return False
    made: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    total = table.c.amount_minor + made.excluded.amount_minor
    made = made.on_conflict_do_update(
        index_elements=["id"],
        set_={"amount_minor": total},
        where=None if at_most is None else total <= at_most,
    ).returning(table.c.id)
    return connection.execute(made, {"id": id, "amount_minor": amount}).first() is not None
