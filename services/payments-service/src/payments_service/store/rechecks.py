"""What is read again in the commit that records an attempt, since it may have changed after the decision.

A reason is a code, and words for people after a colon.
"""

from collections.abc import Sequence
from datetime import datetime

from bankrails_clock.port import Clock
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PaymentState
from bankrails_messaging.store import Recheck
from bankrails_messaging.work_row import WorkRow
from sqlalchemy import Connection, update

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import Mandate, counting, why_not
from payments_service.domain.payment import Payment
from payments_service.domain.schedule import local_day
from payments_service.domain.stopping import NO_WAY, WAYS, Way
from payments_service.domain.transitions import OURS, Trigger
from payments_service.handlers.withdrawal_work import NOT_BEFORE
from payments_service.store.repositories import PAYMENTS, SqlReads

SENDABLE = [state.value for state in PaymentState if OURS.get((state, Trigger.SEND)) is PaymentState.SUBMITTING]


def before_withdrawal(clock: Clock) -> Recheck:
    """Stops a debit that may not go any more, or not yet; marks the others as being submitted."""

    def recheck(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
        now, reads = clock.now(), SqlReads(connection)
        account_ids = [row.payload["bank_account_id"] for row in rows]
        accounts, mandates = reads.bank_accounts(account_ids), reads.mandates_of(account_ids)
        payments = reads.payments([row.key for row in rows])
        stopped: dict[str, str] = {}
        for row in rows:
            account_id = row.payload["bank_account_id"]
            reason = _stops(row, payments.get(row.key), now) or _account_stops(accounts.get(account_id))
            reason = reason or _mandate_stops(row, mandates.get(account_id, []), now)
            if reason is not None:
                stopped[row.id] = reason
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


def _stops(row: WorkRow, payment: Payment | None, now: datetime) -> str | None:
    not_after = row.payload["not_after"]
    if payment is not None and (payment.wish is not None or payment.state is PaymentState.REFUSED):
        return f"{RefusalCode.STOPPED}: stopped before it was sent"
    if not_after is not None and datetime.fromisoformat(not_after) <= now:
        return f"{RefusalCode.TOO_LATE}: not_after passed before it could be sent"
    return None


def _account_stops(account: BankAccount | None) -> str | None:
    if account is None:
        return None
    if account.state is not BankAccountState.REGISTERED:
        return f"{RefusalCode.ACCOUNT_DISABLED}: the bank account is {account.state}"
    reason = account.why_not_debitable
    return None if reason is None else f"{RefusalCode.ACCOUNT_DISABLED}: {reason}"


def _mandate_stops(row: WorkRow, mandates: Sequence[Mandate], now: datetime) -> str | None:
    forbidden, mandate = why_not(mandates, row.key), counting(mandates)
    if forbidden is not None or mandate is None:
        code, reason = forbidden or (RefusalCode.MANDATE_MISSING, "it has no mandate")
        return f"{code}: {reason}"
    time_zone = row.payload.get("time_zone")
    first = mandate.earliest_debit_on
    if first is not None and time_zone is not None and local_day(time_zone, now) < first:
        return f"{NOT_BEFORE}: {first.isoformat()}"
    return None


def before_undoing(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
    """Stops a refund of a payment that has come back, and any call for one that is at its end."""
    payments = SqlReads(connection).payments([row.key for row in rows])
    stopped: dict[str, str] = {}
    for row in rows:
        state = payments[row.key].state
        way = WAYS[state]
        if way not in (Way.CANCEL, Way.VOID, Way.REFUND):
            code = RefusalCode.RETURNED if state is PaymentState.RETURNED else RefusalCode.WRONG_STATE
            stopped[row.id] = f"{code}: {NO_WAY.get(state, f'it is {state}')}"
    return stopped
