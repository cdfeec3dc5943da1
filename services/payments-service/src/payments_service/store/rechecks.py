"""What is read again in the commit that records an attempt, since it may have changed after the decision."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_clock.port import Clock
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PaymentState
from bankrails_messaging.store import Recheck
from bankrails_messaging.work_row import WorkRow
from sqlalchemy import Connection, update

from payments_service.domain.transitions import OURS, Trigger
from payments_service.store.repositories import PAYMENTS, SqlReads

SENDABLE = [state.value for state in PaymentState if OURS.get((state, Trigger.SEND)) is PaymentState.SUBMITTING]


def before_withdrawal(clock: Clock) -> Recheck:
    """Stops a debit whose time has passed or whose mandate is gone; marks the others as being submitted."""

    def recheck(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
        now = clock.now()
        usable = SqlReads(connection).accounts_with_mandate([row.payload["bank_account_id"] for row in rows])
        stopped: dict[str, str] = {}
        for row in rows:
            not_after = row.payload["not_after"]
            if not_after is not None and datetime.fromisoformat(not_after) <= now:
                stopped[row.id] = RefusalCode.TOO_LATE.value
            elif not usable.get(row.payload["bank_account_id"], False):
                stopped[row.id] = RefusalCode.MANDATE_REVOKED.value
        table = PAYMENTS.table
        sent = [row.key for row in rows if row.id not in stopped and not row.doubtful]
        if sent:
            # The version rises too, so that a decision on the older row is made again.
            connection.execute(
                update(table)
                .where(table.c.id.in_(sent), table.c.state.in_(SENDABLE))
                .values(state=PaymentState.SUBMITTING.value, version=table.c.version + 1)
            )
        return stopped

    return recheck
