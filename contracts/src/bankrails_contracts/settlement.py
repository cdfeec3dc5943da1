"""settlement-watcher: what becomes of a payment after the vendor has approved it."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Command, Event, Instant, Service
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import Country, HolderType


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


class ReturnClass(StrEnum):
    FUNDING = "funding"
    ADMINISTRATIVE = "administrative"
    """Counts in the 3 % rate."""
    UNAUTHORIZED = "unauthorized"
    """Counts in the 0.5 % rate."""
    ENTRY = "entry"
    OTHER = "other"
    UNKNOWN = "unknown"
    """No code yet, or one in no table of ours: a person looks at it."""


class Retry(StrEnum):
    """Whether the same debit may be presented again, as a new payment."""

    ALLOWED = "allowed"
    AFTER_CORRECTION = "after_correction"
    """Only once the cause is put right, or with a new authorization."""
    NEVER = "never"
    UNKNOWN = "unknown"


class SettlementCommand(Command):
    service = Service.SETTLEMENT
    merchant_id: Id


class SettlementEvent(Event):
    service = Service.SETTLEMENT
    merchant_id: Id


# Commands


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


class RecordReturn(SettlementCommand):
    """A bank's report says that a payment came back, and why.

    Answered by PaymentReturned when the vendor has not shown it yet, by ReturnCodeLearned when it has.
    """

    aggregate_field = "payment_id"
    payment_id: Id
    code: Annotated[str, StringConstraints(pattern=r"^(R[0-9]{2}|9[0-9]{2})$")]
    """NACHA R-code, or Canadian 9xx code."""
    returned_on: date
    """The day on which the bank returned it."""


# Events


class WatchedEvent(SettlementEvent):
    payment_id: Id
    vendor_payment_id: str
    external_account_id: Id | None = None
    amount: Money


class VendorPaymentObserved(SettlementEvent):
    """A row of the vendor's that is new to us, or has changed."""

    aggregate_field = "payment_id"
    payment_id: Id | None = None
    """None for a row that is no payment of ours."""
    vendor_payment_id: str
    external_account_id: Id | None = None
    amount: Money
    auth: Open[VendorAuth]
    clearing: Open[VendorClearing]
    vendor_batch_id: str | None = None
    batch_closed: bool = False
    observed_at: Instant

    @property
    def key(self) -> str:
        return self.payment_id if self.payment_id is not None else self.vendor_payment_id


class BatchClosed(SettlementEvent):
    """The vendor takes nothing more into this batch; its payments are on their way to the banks."""

    aggregate_field = "vendor_batch_id"
    vendor_batch_id: Id
    closed_at: Instant
    payments: int
    """Watched payments in it."""
    total_minor: int
    currency: Open[Currency]


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


class PaymentReturned(WatchedEvent):
    """The money went back. One for each presentment, whether the code is known yet or not."""

    aggregate_field = "payment_id"
    returned_on: date
    code: str | None = None
    return_class: Open[ReturnClass]
    retry: Open[Retry]
    retry_until: date | None = None
    presentments_left: int | None = None
    late: bool = False
    """True when it came after PaymentFinal."""


class ReturnCodeLearned(WatchedEvent):
    """Why a payment that has been told as returned came back. Not a second return."""

    aggregate_field = "payment_id"
    code: str
    return_class: Open[ReturnClass]
    retry: Open[Retry]
    retry_until: date | None = None
    presentments_left: int | None = None


class PaymentContested(WatchedEvent):
    aggregate_field = "payment_id"
    observed_at: Instant


class PaymentFinal(WatchedEvent):
    """No claim is possible any more: the claim deadline, and five days, have passed."""

    aggregate_field = "payment_id"
    final_at: Instant
    claim_deadline: date


class CommandRefused(answers.CommandRefused):
    service = Service.SETTLEMENT
    aggregate_field = "aggregate_id"


class CommandParked(answers.CommandParked):
    service = Service.SETTLEMENT
    aggregate_field = "command_id"
