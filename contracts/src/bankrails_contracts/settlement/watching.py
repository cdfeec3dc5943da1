"""A payment on its way: what the vendor shows of it, and what that means."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.money import Money
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import Country, HolderType
from bankrails_contracts.settlement.base import SettlementCommand, SettlementEvent, WatchedEvent


class VendorAuth(StrEnum):
    """The vendor's word on the debit itself (Helcim statusAuth)."""

    IN_PROGRESS = "in_progress"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    PENDING = "pending"
    """Waits for the payer's mandate."""


class VendorClearing(StrEnum):
    """The vendor's word on the bank (Helcim statusClearing)."""

    OPENED = "opened"
    CLEARED = "cleared"
    REJECTED = "rejected"
    RETURNED = "returned"
    CONTESTED = "contested"


class VendorTransaction(StrEnum):
    """What kind of row it is at the vendor (Helcim transactionType)."""

    WITHDRAWAL = "withdrawal"
    DEPOSIT = "deposit"
    SETTLE = "settle"
    REVERSE = "reverse"
    """Undoes a withdrawal that was voided."""
    REFUND = "refund"


class WatchPayment(SettlementCommand):
    """Follow a debit to its end. For payments that payments-service does not announce by itself.

    Answered by VendorPaymentObserved once the vendor has shown it, or CommandRefused.
    """

    aggregate_field = "payment_id"
    payment_id: Id
    vendor_payment_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
    amount: Money
    country: Country
    holder_type: HolderType
    external_account_id: Id | None = None


class RecheckPayment(SettlementCommand):
    """Ask the vendor about one payment now. Answered by VendorPaymentObserved, also when nothing has changed."""

    aggregate_field = "payment_id"
    payment_id: Id


class VendorPaymentObserved(SettlementEvent):
    """A row of the vendor's that is new to us, or has changed."""

    aggregate_field = "payment_id"
    payment_id: Id | None = None
    """None for a row that is no payment of ours. Of a refund: the payment that is refunded."""
    refund_id: Id | None = None
    """Set for a refund of ours; then it is the key too."""
    vendor_payment_id: str
    """The row's own id, a refund's as well."""
    transaction_type: Open[VendorTransaction] = VendorTransaction.WITHDRAWAL
    original_vendor_payment_id: str | None = None
    """Of a refund or a reversal: what it undoes."""
    external_account_id: Id | None = None
    amount: Money
    auth: Open[VendorAuth]
    clearing: Open[VendorClearing]
    vendor_batch_id: str | None = None
    batch_closed: bool = False
    observed_at: Instant

    @property
    def key(self) -> str:
        return self.refund_id or self.payment_id or self.vendor_payment_id


class PaymentInSettlement(WatchedEvent):
    aggregate_field = "payment_id"
    vendor_batch_id: str
    since: Instant


class PaymentCleared(WatchedEvent):
    """The banks have moved the money. It can still come back: not final."""

    aggregate_field = "payment_id"
    cleared_at: Instant
    funds_available_at: Instant
    """By the hold policy; FundsAvailable follows then, unless the payment comes back before."""
    claim_deadline: date
    """The last day on which the payer may still claim the debit back."""


class FundsAvailable(WatchedEvent):
    """The hold is over: what was collected may be used. Claims remain possible until PaymentFinal."""

    aggregate_field = "payment_id"
    available_at: Instant


class PaymentContested(WatchedEvent):
    aggregate_field = "payment_id"
    observed_at: Instant


class PaymentFinal(WatchedEvent):
    """No claim is possible any more: the claim deadline, and five days, have passed."""

    aggregate_field = "payment_id"
    final_at: Instant
    claim_deadline: date


class SettlementOverdue(WatchedEvent):
    """The banks should have moved it by now, and the vendor does not show that they have. Once for each payment."""

    aggregate_field = "payment_id"
    expected_by: Instant
    vendor_batch_id: str | None = None
