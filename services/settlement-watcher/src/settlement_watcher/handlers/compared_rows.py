"""Some rows of a batch against our payments: what is to be learned of these, and what differs all the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bankrails_contracts.settlement import DiscrepancyKind, VendorTransaction
from bankrails_messaging.decisions import Decision
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.batch_looks import UNCLAIMED_FOR
from settlement_watcher.domain.discrepancy import Difference
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.open_outcome import OpenOutcome, could_be
from settlement_watcher.domain.reconciliation import row_differences, status_difference
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.observed import observed


@dataclass
class Compared:
    differences: list[Difference] = field(default_factory=list)
    not_yet: list[Difference] = field(default_factory=list)
    """Rows that are nobody's, and that a payment of ours may still turn out to be."""
    payments: list[Decision] = field(default_factory=list)


def compared(
    rows: Iterable[Observation],
    owners: Mapping[str, WatchedPayment],
    batch: Batch,
    outcomes: Sequence[OpenOutcome],
    calendar: BankingCalendar,
    now: datetime,
) -> Compared:
    """`owners` by the vendor's id."""
    result = Compared()
    ripe = now - (batch.seen_closed_at or batch.closed_at or now) >= UNCLAIMED_FOR
    for row in {row.vendor_payment_id: row for row in rows}.values():
        owner = owner_of(row, owners)
        for difference in row_differences(row, owner, batch.id):
            could_be_ours = any(
                could_be(item, row.transaction_type, row.amount_minor, row.created_at) for item in outcomes
            )
            waits = difference.kind is DiscrepancyKind.UNKNOWN_TO_US and (could_be_ours or not ripe)
            (result.not_yet if waits else result.differences).append(difference)
        if owner is None or row.vendor_batch_id != batch.id or row.transaction_type == VendorTransaction.REVERSE:
            continue
        if owner.batch_closed and owner.vendor_batch_id != row.vendor_batch_id:
            continue  # told as a difference; the next sweep takes it over
        told = observed(owner, row, calendar)
        if told.payment is not owner:
            result.payments.append(Decision(told.payment, told.events))
        status = status_difference(row, told.payment, batch.id)
        if status is not None:
            result.differences.append(status)
    return result


def owner_of(row: Observation, owners: Mapping[str, WatchedPayment]) -> WatchedPayment | None:
    """Our payment that a row is, or that it reverses."""
    own = owners.get(row.vendor_payment_id)
    if own is None and row.transaction_type == VendorTransaction.REVERSE:
        return owners.get(row.original_vendor_payment_id or "")
    return own
