"""What is done to a whole merchant: pause, resume, and ending what a test account has open."""

from enum import StrEnum

from bankrails_contracts.message import Instant
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import Text100
from bankrails_contracts.payments.base import PaymentsCommand, PaymentsEvent


class PauseMerchant(PaymentsCommand):
    """Send nothing more that moves money for this merchant. Answered by MerchantPaused or CommandRefused.

    Debits and refunds are taken and wait; voids and cancellations keep money from moving and go out; calls in flight
    end; looking at the vendor goes on.
    """

    aggregate_field = "merchant_id"
    reason: Text100
    by: Text100


class ResumeMerchant(PaymentsCommand):
    """Answered by MerchantResumed or CommandRefused."""

    aggregate_field = "merchant_id"
    by: Text100


class VoidOpenPayments(PaymentsCommand):
    """Stop every payment of a test account (a merchant that "holds funding") that is still open at the vendor.

    Answered by OpenPaymentsVoiding, and then payment by payment; refused for any other merchant.
    """

    aggregate_field = "merchant_id"
    by: Text100


class PausedFor(StrEnum):
    COMMAND = "command"
    TOKEN_REJECTED = "token_rejected"  # noqa: S105 - a reason, not a token
    """The vendor does not take the merchant's token any more."""


class MerchantPaused(PaymentsEvent):
    aggregate_field = "merchant_id"
    cause: Open[PausedFor]
    reason: str
    by: str | None = None
    paused_at: Instant


class MerchantResumed(PaymentsEvent):
    aggregate_field = "merchant_id"
    by: str | None = None
    resumed_at: Instant


class OpenPaymentsVoiding(PaymentsEvent):
    aggregate_field = "merchant_id"
    payments: int
    """How many are being stopped."""
