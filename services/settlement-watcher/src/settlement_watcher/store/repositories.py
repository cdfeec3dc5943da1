"""Rows ⇄ snapshots, one repository per aggregate, and the handlers' and sweeps' reads over them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import orjson
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import VendorTransaction
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.enactment import Repository
from bankrails_messaging.rows import from_micros
from bankrails_messaging.statements import WORK
from bankrails_messaging.work_row import WorkState
from sqlalchemy import Connection, func, select

from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.change_notice import ChangeNotice, NoticeState
from settlement_watcher.domain.ratios import MerchantCounts
from settlement_watcher.domain.unclaimed_row import RowState, UnclaimedRow
from settlement_watcher.domain.watched_payment import OPEN, WatchedPayment
from settlement_watcher.handlers.look_after_mandate import LATE, LOOK
from settlement_watcher.ports import OpenPayments
from settlement_watcher.store.tables import (
    BatchRow,
    ChangeNoticeRow,
    MerchantCountsRow,
    UnclaimedRowRow,
    WatchedPaymentRow,
)

S = TypeVar("S")

PAYMENTS = Repository(WatchedPaymentRow.__table__, WatchedPayment, "/bankrails/settlement/payment")  # type: ignore[attr-defined]  # SQLModel adds it
BATCHES = Repository(BatchRow.__table__, Batch, "/bankrails/settlement/batch")  # type: ignore[attr-defined]  # as above
UNCLAIMED = Repository(UnclaimedRowRow.__table__, UnclaimedRow, "/bankrails/settlement/vendor-row")  # type: ignore[attr-defined]  # as above

COUNTS = Repository(MerchantCountsRow.__table__, MerchantCounts, "/bankrails/settlement/merchant")  # type: ignore[attr-defined]  # as above
NOTICES = Repository(ChangeNoticeRow.__table__, ChangeNotice, "/bankrails/settlement/change-notice")  # type: ignore[attr-defined]  # as above

REPOSITORIES: dict[type, Repository[Any]] = {
    WatchedPayment: PAYMENTS,
    Batch: BATCHES,
    UnclaimedRow: UNCLAIMED,
    MerchantCounts: COUNTS,
    ChangeNotice: NOTICES,
}


IDS_PER_QUERY = 1_000
"""PostgreSQL takes no more than 32,767 values in one query, and rows that are nobody's may be more."""


def in_slices(repository: Repository[S], connection: Connection, ids: Sequence[str]) -> dict[str, S]:
    """Repository.get_many of any number of ids."""
    return {
        id: item
        for start in range(0, len(ids), IDS_PER_QUERY)
        for id, item in repository.get_many(connection, ids[start : start + IDS_PER_QUERY]).items()
    }


class SqlReads:
    """ports.Reads on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def payments(self, ids: Sequence[str]) -> dict[str, WatchedPayment]:
        return PAYMENTS.get_many(self._connection, ids)

    def batches(self, ids: Sequence[str]) -> dict[str, Batch]:
        return BATCHES.get_many(self._connection, ids)

    def unclaimed(self, vendor_payment_ids: Sequence[str]) -> dict[str, UnclaimedRow]:
        return in_slices(UNCLAIMED, self._connection, vendor_payment_ids)

    def unclaimed_since(self, merchant_id: str, before: datetime) -> list[UnclaimedRow]:
        row, payment = UNCLAIMED.table, PAYMENTS.table
        ours = select(payment.c.id).where(
            payment.c.merchant_id == merchant_id,
            payment.c.state != PaymentState.REFUSED,
            (payment.c.vendor_payment_id == row.c.id)
            | (
                (row.c.transaction_type == VendorTransaction.REVERSE)
                & (payment.c.vendor_payment_id == row.c.original_vendor_payment_id)
            ),
        )
        return UNCLAIMED.find(
            self._connection,
            row.c.merchant_id == merchant_id,
            row.c.state == RowState.SEEN,
            row.c.first_seen_at <= before,
            ~ours.exists(),
        )

    def watched_as(self, merchant_id: str, vendor_payment_ids: Sequence[str]) -> list[WatchedPayment]:
        return watched_as(self._connection, merchant_id, vendor_payment_ids)

    def open_apart_from(self, merchant_id: str, ids: Sequence[str], returned_from: date) -> list[OpenPayments]:
        table = PAYMENTS.table
        returned = (table.c.state == PaymentState.RETURNED) & (table.c.returned_on >= returned_from)
        held = table.c.available_at.is_(None)
        found = self._connection.execute(
            select(
                table.c.state,
                func.min(table.c.funds_available_at).filter(held),
                func.min(table.c.claim_deadline).filter(~held),
            )
            .where(
                table.c.merchant_id == merchant_id,
                table.c.state.in_(OPEN) | returned,
                table.c.looks_ended_at.is_(None),
                table.c.id.not_in(ids),
            )
            .group_by(table.c.state)
        )
        return [OpenPayments(PaymentState(state), available_at, deadline) for state, available_at, deadline in found]

    def counts(self, merchant_ids: Sequence[str]) -> dict[str, MerchantCounts]:
        return COUNTS.get_many(self._connection, merchant_ids)

    def notices(self, ids: Sequence[str]) -> dict[str, ChangeNotice]:
        return NOTICES.get_many(self._connection, ids)

    def open_notices(
        self, *, external_account_ids: Sequence[str] = (), bank_account_ids: Sequence[str] = ()
    ) -> list[ChangeNotice]:
        table = NOTICES.table
        external, bank = table.c.external_account_id, table.c.bank_account_id
        of_account = external.in_(external_account_ids) | bank.in_(bank_account_ids)
        wanted = select(table.c.id).where(of_account, table.c.state == NoticeState.OPEN)
        found = self._connection.execute(wanted).scalars()
        return list(NOTICES.get_many(self._connection, list(found)).values())

    def waits_for_mandate(self, merchant_ids: Sequence[str]) -> set[str]:
        table = PAYMENTS.table
        waiting = (table.c.merchant_id.in_(set(merchant_ids)), table.c.state == PaymentState.AWAITING_MANDATE)
        return set(self._connection.execute(select(table.c.merchant_id).where(*waiting).distinct()).scalars())

    def looks_planned(self, merchant_ids: Sequence[str]) -> dict[str, datetime]:
        by_budget = {helcim_budget(merchant_id): merchant_id for merchant_id in merchant_ids}
        planned = (WORK.c.kind == LOOK, WORK.c.state == WorkState.DUE, WORK.c.budget.in_(by_budget))
        found = self._connection.execute(select(WORK.c.budget, WORK.c.payload, WORK.c.due_at).where(*planned))
        due_at: dict[str, datetime] = {}
        for budget, payload, due in found:
            asked = orjson.loads(payload)
            if asked.get("purpose") == LATE and "cursor" not in asked:
                merchant_id = by_budget[budget]
                due_at[merchant_id] = max(from_micros(due), due_at.get(merchant_id, from_micros(due)))
        return due_at


def watched_as(connection: Connection, merchant_id: str, vendor_payment_ids: Sequence[str]) -> list[WatchedPayment]:
    """The payments of ours that these rows of the vendor's are, in whatever state; not those that named one wrongly."""
    table = PAYMENTS.table
    where = (table.c.merchant_id == merchant_id, table.c.state != PaymentState.REFUSED)
    return [
        payment
        for start in range(0, len(vendor_payment_ids), IDS_PER_QUERY)
        for payment in PAYMENTS.find(
            connection, *where, table.c.vendor_payment_id.in_(vendor_payment_ids[start : start + IDS_PER_QUERY])
        )
    ]
