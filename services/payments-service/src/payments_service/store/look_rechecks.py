"""A look that nobody needs any more costs no call."""

from collections.abc import Sequence

from bankrails_clock.port import Clock
from bankrails_messaging.store import Recheck
from bankrails_messaging.work_row import WorkRow
from sqlalchemy import Connection

from payments_service.handlers.look_at_mandates import LOOK_STANDS
from payments_service.store.repositories import PAYER_WATCHES


def before_look(clock: Clock) -> Recheck:
    """Stops one of an earlier round, and one before a debit whose payer was looked at not long ago."""

    def recheck(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
        now = clock.now()
        watches = PAYER_WATCHES.get_many(connection, [row.payload["payer_id"] for row in rows])
        stopped: dict[str, str] = {}
        for row in rows:
            watch, asked = watches.get(row.payload["payer_id"]), row.payload["round"]
            if asked is not None:
                if watch is None or watch.round != asked:
                    stopped[row.id] = "another round has begun"
            elif watch is not None and watch.looked_at is not None and now - watch.looked_at < LOOK_STANDS:
                stopped[row.id] = "looked at already"
        return stopped

    return recheck
