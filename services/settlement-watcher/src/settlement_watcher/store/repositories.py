"""Rows ⇄ snapshots, one repository per aggregate, and the handlers' and sweeps' reads over them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bankrails_contracts.payments import PaymentState
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.enactment import Repository
from bankrails_messaging.statements import WORK
from bankrails_messaging.work_row import WorkState
from sqlalchemy import ColumnElement, Connection, func, select

from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.watched_payment import OPEN, WatchedPayment
from settlement_watcher.handlers.look_after_mandate import LOOK
from settlement_watcher.ports import OpenPayments, Watchlist
from settlement_watcher.store.tables import BatchRow, WatchedPaymentRow

PAYMENTS = Repository(WatchedPaymentRow.__table__, WatchedPayment, "/bankrails/settlement/payment")  # type: ignore[attr-defined]  # SQLModel adds it
BATCHES = Repository(BatchRow.__table__, Batch, "/bankrails/settlement/batch")  # type: ignore[attr-defined]  # as above

REPOSITORIES: dict[type, Repository[Any]] = {WatchedPayment: PAYMENTS, Batch: BATCHES}

IDS_PER_QUERY = 1_000
"""Far below what either database takes as parameters."""
CLEARED_DUE_MAX = 500
"""The rest is taken up by the next look, a second later."""


class SqlReads:
    """ports.Reads on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def payments(self, ids: Sequence[str]) -> dict[str, WatchedPayment]:
        return PAYMENTS.get_many(self._connection, ids)

    def batches(self, ids: Sequence[str]) -> dict[str, Batch]:
        return BATCHES.get_many(self._connection, ids)

    def open_apart_from(self, merchant_id: str, ids: Sequence[str]) -> list[OpenPayments]:
        table = PAYMENTS.table
        held = table.c.available_at.is_(None)
        found = self._connection.execute(
            select(
                table.c.state,
                func.min(table.c.funds_available_at).filter(held),
                func.min(table.c.claim_deadline).filter(~held),
            )
            .where(table.c.merchant_id == merchant_id, table.c.state.in_(OPEN), table.c.id.not_in(ids))
            .group_by(table.c.state)
        )
        return [OpenPayments(PaymentState(state), available_at, deadline) for state, available_at, deadline in found]

    def waits_for_mandate(self, merchant_ids: Sequence[str]) -> set[str]:
        table = PAYMENTS.table
        waiting = (table.c.merchant_id.in_(set(merchant_ids)), table.c.state == PaymentState.AWAITING_MANDATE)
        return set(self._connection.execute(select(table.c.merchant_id).where(*waiting).distinct()).scalars())

    def looks_planned(self, merchant_ids: Sequence[str]) -> set[str]:
        merchant_by_budget = {helcim_budget(merchant_id): merchant_id for merchant_id in merchant_ids}
        planned = (WORK.c.kind == LOOK, WORK.c.state == WorkState.DUE, WORK.c.budget.in_(merchant_by_budget))
        budgets = self._connection.execute(select(WORK.c.budget).where(*planned).distinct()).scalars()
        return {merchant_by_budget[budget] for budget in budgets}


def watchlist(connection: Connection, merchant_id: str, now: datetime, claims_end_by: date) -> Watchlist:
    """`claims_end_by`: the latest claim deadline whose grace is over."""
    table = PAYMENTS.table
    of_merchant = table.c.merchant_id == merchant_id
    cleared = (of_merchant, table.c.state == PaymentState.CLEARED)
    hold_over = table.c.available_at.is_(None) & (table.c.funds_available_at <= now)
    claims_over = table.c.claim_deadline <= claims_end_by
    moving = OPEN - {PaymentState.CLEARED}
    return Watchlist(
        moving=_found(connection, of_merchant, table.c.state.in_(moving), table.c.vendor_payment_id.is_not(None)),
        cleared_due=_found(connection, *cleared, hold_over | claims_over, at_most=CLEARED_DUE_MAX),
        oldest_cleared=connection.execute(select(func.min(table.c.since)).where(*cleared)).scalar(),
    )


def cleared_by_vendor_id(connection: Connection, merchant_id: str, vendor_ids: Sequence[str]) -> list[WatchedPayment]:
    """Of these rows of the vendor's, those that are cleared payments of ours."""
    table = PAYMENTS.table
    return _found(
        connection,
        table.c.merchant_id == merchant_id,
        table.c.state == PaymentState.CLEARED,
        table.c.vendor_payment_id.in_(vendor_ids),
    )


def _found(connection: Connection, *where: ColumnElement[bool], at_most: int | None = None) -> list[WatchedPayment]:
    ids = list(connection.execute(select(PAYMENTS.table.c.id).where(*where).limit(at_most)).scalars())
    slices = (ids[start : start + IDS_PER_QUERY] for start in range(0, len(ids), IDS_PER_QUERY))
    return [payment for some in slices for payment in PAYMENTS.get_many(connection, some).values()]
