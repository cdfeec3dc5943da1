"""What the gauges show of each merchant, in a few small queries: of payments they read those in settlement alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bankrails_contracts.payments import PaymentState
from sqlalchemy import Connection, func, select

from settlement_watcher.domain.change_notice import NoticeState
from settlement_watcher.domain.discrepancy import DiscrepancyState
from settlement_watcher.domain.ratios import MerchantCounts
from settlement_watcher.store.reconciling import DISCREPANCIES
from settlement_watcher.store.repositories import COUNTS, NOTICES, PAYMENTS

UNAPPLIED = (NoticeState.SEALING, NoticeState.OPEN)


@dataclass(frozen=True)
class NoticesOpen:
    number: int = 0
    oldest_apply_by: date | None = None


@dataclass(frozen=True)
class DiscrepanciesOpen:
    number: int
    oldest_found_at: datetime


@dataclass(frozen=True)
class Standings:
    """By merchant."""

    counts: Mapping[str, MerchantCounts]
    notices: Mapping[str, NoticesOpen]
    discrepancies: Mapping[tuple[str, str], DiscrepanciesOpen] = field(default_factory=dict)
    """By merchant and kind."""
    overdue: Mapping[str, int] = field(default_factory=dict)


def standings(connection: Connection, merchant_ids: Sequence[str]) -> Standings:
    table = NOTICES.table
    found = connection.execute(
        select(table.c.merchant_id, func.count(), func.min(table.c.apply_by))
        .where(table.c.state.in_(UNAPPLIED))
        .group_by(table.c.merchant_id)
    )
    notices = {merchant_id: NoticesOpen(number, apply_by) for merchant_id, number, apply_by in found}
    return Standings(
        COUNTS.get_many(connection, merchant_ids), notices, _discrepancies(connection), _overdue(connection)
    )


def _discrepancies(connection: Connection) -> dict[tuple[str, str], DiscrepanciesOpen]:
    row = DISCREPANCIES.table.c
    found = connection.execute(
        select(row.merchant_id, row.kind, func.count(), func.min(row.found_at))
        .where(row.state == DiscrepancyState.OPEN)
        .group_by(row.merchant_id, row.kind)
    )
    return {(merchant_id, kind): DiscrepanciesOpen(number, oldest) for merchant_id, kind, number, oldest in found}


def _overdue(connection: Connection) -> dict[str, int]:
    row = PAYMENTS.table.c
    late = (row.state == PaymentState.IN_SETTLEMENT, row.overdue_at.is_not(None))
    found = connection.execute(select(row.merchant_id, func.count()).where(*late).group_by(row.merchant_id))
    return {merchant_id: int(number) for merchant_id, number in found}
