"""Where our books and the vendor's differ, until it is explained or gone."""

from enum import StrEnum

from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import Text100
from bankrails_contracts.settlement.base import SettlementCommand, SettlementEvent


class DiscrepancyKind(StrEnum):
    UNKNOWN_TO_US = "unknown_to_us"
    """The vendor has a transaction that nobody of us asked for."""
    MISSING_AT_VENDOR = "missing_at_vendor"
    """We have a payment that the vendor does not show."""
    AMOUNT = "amount"
    STATUS = "status"
    BATCH_TOTAL = "batch_total"
    BATCH_COUNT = "batch_count"
    BATCH_MEMBER = "batch_member"
    """We have it in another batch than the vendor."""
    REFUNDED_AND_RETURNED = "refunded_and_returned"
    """A double loss: the money went back to the payer twice."""
    CONTESTED_WITHOUT_END = "contested_without_end"
    """The vendor has not said for long what became of a dispute; it is no longer looked at."""


class ExplainDiscrepancy(SettlementCommand):
    """A person knows why. Answered by DiscrepancyClosed or CommandRefused."""

    aggregate_field = "discrepancy_id"
    discrepancy_id: Id
    explanation: Text100
    by: Text100


class DiscrepancyEvent(SettlementEvent):
    discrepancy_id: Id
    discrepancy: Open[DiscrepancyKind]
    payment_id: Id | None = None
    refund_id: Id | None = None
    vendor_payment_id: str | None = None
    vendor_batch_id: str | None = None


class DiscrepancyFound(DiscrepancyEvent):
    """Both sides as they are now. The same difference found again is not told again."""

    aggregate_field = "discrepancy_id"
    ours: str
    theirs: str
    found_at: Instant


class DiscrepancyClosed(DiscrepancyEvent):
    aggregate_field = "discrepancy_id"
    explained_by: str | None = None
    """Who, where a person did; None when the two sides have come to agree."""
    explanation: str
    closed_at: Instant
