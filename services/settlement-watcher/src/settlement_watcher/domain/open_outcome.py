"""A call of payments-service whose outcome is not known: a row at the vendor that is nobody's may be its effect."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bankrails_contracts.ids import derived_id
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import MoneyCall
from bankrails_contracts.settlement import VendorTransaction

CLOCKS_APART = timedelta(hours=2)
"""The vendor prints times without a zone: one may be an hour off (bankrails_helcim.mountain_time)."""

MAKES: dict[str, VendorTransaction] = {
    MoneyCall.WITHDRAW: VendorTransaction.WITHDRAWAL,
    MoneyCall.REFUND: VendorTransaction.REFUND,
    MoneyCall.VOID: VendorTransaction.REVERSE,
}
"""The row that each call leaves; a cancellation leaves none."""


class OutcomeState(StrEnum):
    UNKNOWN = "UNKNOWN"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True)
class OpenOutcome:
    id: str
    merchant_id: str
    payment_id: str
    call: str
    amount_minor: int
    """Of the payment: a refund of it may be of less."""
    currency: Currency
    since: datetime
    resolved_at: datetime | None = None
    state: OutcomeState = OutcomeState.UNKNOWN
    content_hash: str = ""
    sequence: int = 0
    version: int = 0


def outcome_id(payment_id: str, call: str, refund_id: str | None) -> str:
    return derived_id("outcome", payment_id, call, refund_id or "")


def could_be(outcome: OpenOutcome, transaction_type: str, amount_minor: int, created_at: datetime | None) -> bool:
    """Whether that row may be what the call left. Its bank account is not known here, so amount and time must do."""
    if outcome.state is not OutcomeState.UNKNOWN or MAKES.get(outcome.call) != transaction_type:
        return False
    fits = (
        amount_minor <= outcome.amount_minor
        if outcome.call == MoneyCall.REFUND
        else amount_minor == outcome.amount_minor
    )
    return fits and (created_at is None or created_at >= outcome.since - CLOCKS_APART)
