"""reconciling_ports.ReconcilingReads on one connection."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bankrails_contracts.payments import PaymentState as State
from bankrails_contracts.settlement import DiscrepancyKind
from bankrails_messaging.enactment import Repository
from sqlalchemy import ColumnElement, func, select

from settlement_watcher.domain.batch import Batch, BatchState
from settlement_watcher.domain.discrepancy import Discrepancy, DiscrepancyState
from settlement_watcher.domain.merchant_pause import MerchantPause
from settlement_watcher.domain.open_outcome import OpenOutcome, OutcomeState
from settlement_watcher.domain.reconciliation import NOT_COUNTED
from settlement_watcher.domain.watched_payment import WatchedKind, WatchedPayment
from settlement_watcher.reconciling_ports import Member, Members
from settlement_watcher.store.repositories import BATCHES, PAYMENTS, REPOSITORIES, SqlReads, in_slices
from settlement_watcher.store.tables import DiscrepancyRow, MerchantPauseRow, OpenOutcomeRow

DISCREPANCIES = Repository(
    DiscrepancyRow.__table__,  # type: ignore[attr-defined]  # SQLModel adds it
    Discrepancy,
    "/bankrails/settlement/discrepancy",
)
OUTCOMES = Repository(
    OpenOutcomeRow.__table__,  # type: ignore[attr-defined]  # as above
    OpenOutcome,
    "/bankrails/settlement/open-outcome",
)
PAUSES = Repository(
    MerchantPauseRow.__table__,  # type: ignore[attr-defined]  # as above
    MerchantPause,
    "/bankrails/settlement/merchant-pause",
)
ALL_REPOSITORIES: dict[type, Repository[Any]] = {
    **REPOSITORIES,
    Discrepancy: DISCREPANCIES,
    OpenOutcome: OUTCOMES,
    MerchantPause: PAUSES,
}

PAYMENT = PAYMENTS.table.c


class SqlReconcilingReads(SqlReads):
    def batches_of(self, merchant_id: str, states: Collection[BatchState]) -> list[Batch]:
        batch = BATCHES.table.c
        return self._all(BATCHES, batch.merchant_id == merchant_id, batch.state.in_(states))

    def members(self, merchant_id: str, batch_ids: Sequence[str]) -> dict[str, Members]:
        debit = PAYMENT.kind == WatchedKind.DEBIT
        returned = PAYMENT.returned_on.is_not(None)
        cleared = PAYMENT.cleared_at.is_not(None) & ~returned
        found = self._connection.execute(
            select(
                PAYMENT.vendor_batch_id,
                func.count().filter(debit),
                func.coalesce(func.sum(PAYMENT.amount_minor).filter(debit), 0),
                func.count().filter(cleared),
                func.count().filter(returned),
                func.count().filter(~returned & PAYMENT.cleared_at.is_(None)),
            )
            .where(
                PAYMENT.merchant_id == merchant_id,
                PAYMENT.vendor_batch_id.in_(batch_ids),
                PAYMENT.state.not_in(NOT_COUNTED),
            )
            .group_by(PAYMENT.vendor_batch_id)
        )
        return {id: Members(payments, int(total), *rest) for id, payments, total, *rest in found}

    def member_list(self, merchant_id: str, batch_id: str) -> list[Member]:
        columns = select(
            PAYMENT.id, PAYMENT.vendor_payment_id, PAYMENT.kind, PAYMENT.state, PAYMENT.amount_minor, PAYMENT.since
        )
        found = self._connection.execute(
            columns.where(PAYMENT.merchant_id == merchant_id, PAYMENT.vendor_batch_id == batch_id)
        )
        return [
            Member(id, vendor_id, kind == WatchedKind.REFUND, State(state), minor, since)
            for id, vendor_id, kind, state, minor, since in found
        ]

    def may_be_in(self, merchant_id: str, closed_at: datetime) -> int:
        counted = select(func.count()).where(
            PAYMENT.merchant_id == merchant_id,
            PAYMENT.state == State.APPROVED,
            PAYMENT.vendor_payment_id.is_not(None),
            PAYMENT.vendor_batch_id.is_(None),
            PAYMENT.since <= closed_at,
        )
        return self._connection.execute(counted).scalar_one()

    def before_the_close(self, merchant_id: str) -> bool:
        where = (PAYMENT.merchant_id == merchant_id, PAYMENT.state == State.APPROVED)
        return self._connection.execute(select(PAYMENT.id).where(*where).limit(1)).first() is not None

    def has_settled(self, merchant_id: str) -> bool:
        batch = BATCHES.table.c
        where = (batch.merchant_id == merchant_id, batch.state == BatchState.SETTLED)
        return self._connection.execute(select(batch.id).where(*where).limit(1)).first() is not None

    def longest_in_settlement(self, merchant_id: str, at_most: int) -> list[WatchedPayment]:
        return self._all(
            PAYMENTS,
            PAYMENT.merchant_id == merchant_id,
            PAYMENT.state == State.IN_SETTLEMENT,
            PAYMENT.kind == WatchedKind.DEBIT,
            PAYMENT.overdue_at.is_(None),
            order=PAYMENT.in_settlement_at,
            at_most=at_most,
        )

    def never_shown(self, merchant_id: str, at_most: int) -> list[WatchedPayment]:
        return self._all(
            PAYMENTS,
            PAYMENT.merchant_id == merchant_id,
            PAYMENT.state.in_((State.SUBMITTING, State.AWAITING_MANDATE, State.APPROVED)),
            PAYMENT.vendor_payment_id.is_not(None),
            PAYMENT.observed_at.is_(None),
            PAYMENT.missing_since.is_(None),
            order=PAYMENT.since,
            at_most=at_most,
        )

    def discrepancies(self, ids: Sequence[str]) -> dict[str, Discrepancy]:
        return in_slices(DISCREPANCIES, self._connection, ids)

    def open_discrepancies(self, merchant_id: str, kinds: Collection[DiscrepancyKind]) -> list[Discrepancy]:
        row = DISCREPANCIES.table.c
        is_open = row.state == DiscrepancyState.OPEN
        return self._all(DISCREPANCIES, row.merchant_id == merchant_id, is_open, row.kind.in_(kinds))

    def open_discrepancies_of(self, batch_id: str) -> list[Discrepancy]:
        row = DISCREPANCIES.table.c
        return self._all(DISCREPANCIES, row.vendor_batch_id == batch_id, row.state == DiscrepancyState.OPEN)

    def pauses(self, merchant_ids: Sequence[str]) -> dict[str, MerchantPause]:
        return PAUSES.get_many(self._connection, merchant_ids)

    def outcomes(self, ids: Sequence[str]) -> dict[str, OpenOutcome]:
        return OUTCOMES.get_many(self._connection, ids)

    def open_outcomes(self, merchant_id: str) -> list[OpenOutcome]:
        row = OUTCOMES.table.c
        return self._all(OUTCOMES, row.merchant_id == merchant_id, row.state == OutcomeState.UNKNOWN)

    def _all(
        self,
        repository: Repository[Any],
        *where: ColumnElement[bool],
        order: ColumnElement[Any] | None = None,
        at_most: int | None = None,
    ) -> list[Any]:
        table = repository.table
        chosen = select(table.c.id).where(*where).order_by(table.c.id if order is None else order).limit(at_most)
        ids = list(self._connection.execute(chosen).scalars())
        return list(in_slices(repository, self._connection, ids).values())
