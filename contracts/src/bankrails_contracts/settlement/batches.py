"""A merchant's batch at the vendor: opened by its first payment, closed once a day or by command, settled by the banks."""

from pydantic import BaseModel, ConfigDict

from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.money import Currency
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.settlement.base import SettlementCommand, SettlementEvent


class SettleBatch(SettlementCommand):
    """Close a batch before its time, nothing more. Answered by BatchClosed or CommandRefused."""

    aggregate_field = "vendor_batch_id"
    vendor_batch_id: Id


class ReconcileBatch(SettlementCommand):
    """Compare our store, the vendor's rows and the vendor's totals of a closed batch now.

    Answered by BatchReconciled or CommandRefused. Every closed batch is reconciled without being asked, too.
    """

    aggregate_field = "vendor_batch_id"
    vendor_batch_id: Id


class BatchOpened(SettlementEvent):
    aggregate_field = "vendor_batch_id"
    vendor_batch_id: Id
    opened_at: Instant


class BatchClosed(SettlementEvent):
    """The vendor takes nothing more into this batch; its payments are on their way to the banks."""

    aggregate_field = "vendor_batch_id"
    vendor_batch_id: Id
    closed_at: Instant
    payments: int
    """Watched payments in it."""
    total_minor: int
    currency: Open[Currency]


class BatchSettled(SettlementEvent):
    """Each of our payments in it has cleared or come back."""

    aggregate_field = "vendor_batch_id"
    vendor_batch_id: Id
    settled_at: Instant
    cleared: int
    returned: int


class KindTotal(BaseModel):
    """Number and sum of one kind of row in a batch, as three parties have it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    """withdrawals, deposits, reversed or refunded."""
    ours: int
    """Rows of our store."""
    ours_minor: int
    rows: int
    """Rows that the vendor lists."""
    rows_minor: int
    vendor: int
    """The vendor's own total."""
    vendor_minor: int


class BatchReconciled(SettlementEvent):
    aggregate_field = "vendor_batch_id"
    vendor_batch_id: Id
    agrees: bool
    totals: tuple[KindTotal, ...]
    currency: Open[Currency]
    discrepancies: int
    """How many DiscrepancyFound this comparison has led to, those that were known included."""
    reconciled_at: Instant
