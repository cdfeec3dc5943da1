"""Giving money back, and stopping what has not gone out: refund, void, cancel, and the command that picks one."""

from datetime import date
from enum import StrEnum

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.money import Money
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.payments.base import PaymentsCommand, PaymentsEvent
from bankrails_contracts.payments.collecting import PaymentEvent


class RefundState(StrEnum):
    HELD = "HELD"
    """Waits until the payment is cleared and its hold is over."""
    SUBMITTING = "SUBMITTING"
    UNKNOWN = "UNKNOWN"
    SUBMITTED = "SUBMITTED"
    """The vendor has it as a transaction of its own, which settles and can be returned."""
    CLEARED = "CLEARED"
    RETURNED = "RETURNED"
    FAILED = "FAILED"


class RefundPayment(PaymentsCommand):
    """Give back a payment or a part of it, to the account it came from. One refund of a payment at a time.

    Answered by RefundHeld, RefundSubmitted, RefundFailed or CommandRefused.
    """

    aggregate_field = "payment_id"
    payment_id: Id
    refund_id: Id
    amount: Money | None = None
    """None: all that is left."""
    insist: bool = False
    """Send it before the payment's hold is over, although the payment may still come back as well."""


class VoidPayment(PaymentsCommand):
    """Take a payment out of the vendor's open batch. Answered by PaymentVoided or CommandRefused."""

    aggregate_field = "payment_id"
    payment_id: Id
    or_refund: bool = False
    """Refund it when its batch has closed meanwhile; then answered as RefundPayment is."""


class CancelPayment(PaymentsCommand):
    """Take back a payment that waits for its mandate. Answered by PaymentCancelled or CommandRefused."""

    aggregate_field = "payment_id"
    payment_id: Id


class StopPayment(PaymentsCommand):
    """Undo a payment by whatever is possible now: not sending it, cancel, void or refund.

    Answered by PaymentRefused (nothing was sent), PaymentCancelled, PaymentVoided, a refund's events, StopPending
    while a call is in flight, or CommandRefused.
    """

    aggregate_field = "payment_id"
    payment_id: Id
    or_refund: bool = True
    """False: refused when only a refund could undo it."""
    insist: bool = False
    """As RefundPayment's, should it come to a refund."""


class StopPending(PaymentEvent):
    """Kept as a wish: it is acted on as soon as the call in flight has an outcome."""

    aggregate_field = "payment_id"
    wish: str
    """The command's name: CancelPayment, VoidPayment, StopPayment."""


class PaymentVoided(PaymentEvent):
    """Taken out of the open batch; no money moves."""

    aggregate_field = "payment_id"
    vendor_payment_id: str
    vendor_void_id: str | None = None
    """The vendor's transaction that reverses it; None where it never named one."""


class RefundEvent(PaymentsEvent):
    payment_id: Id
    refund_id: Id
    amount: Money
    external_account_id: Id | None = None


class HeldFor(StrEnum):
    NOT_CLEARED = "not_cleared"
    HOLD = "hold"
    """Cleared, and the hold policy's days are not over."""


class RefundHeld(RefundEvent):
    """Kept back so that a return of the payment does not make it a double loss."""

    aggregate_field = "payment_id"
    reason: Open[HeldFor]
    until: Instant | None = None
    """None while it is not known when."""


class RefundSubmitted(RefundEvent):
    aggregate_field = "payment_id"
    vendor_payment_id: str
    """Of the payment that is refunded."""
    vendor_refund_id: str
    submitted_at: Instant
    exposed_until: date | None = None
    """Until this day the payment may still be returned as well: a double loss. None with `insisted`: it is not cleared
    yet, and how long it is exposed is not known."""
    insisted: bool = False
    """Sent before the hold was over, because the command insisted."""


class RefundCleared(RefundEvent):
    aggregate_field = "payment_id"
    vendor_refund_id: str
    cleared_at: Instant


class RefundReturned(RefundEvent):
    """The payer's bank did not take it: the money is the merchant's again."""

    aggregate_field = "payment_id"
    vendor_refund_id: str
    observed_at: Instant


class RefundFailed(RefundEvent):
    """No money was given back."""

    aggregate_field = "payment_id"
    code: Open[answers.RefusalCode]
    reason: str
