"""A payment as the banks see it. Facts are kept as they come, in any order, and the state is what they say together.

Two kinds of facts: what payments-service has told (`told`, `since` and the terms), of which the furthest counts, and
what the vendor showed (`auth`, `clearing` and the batch), of which the latest counts. The dates that follow from
them are set once. None of it depends on which came first.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bankrails_contracts.money import Currency, Money
from bankrails_contracts.payments import PaymentState as State
from bankrails_contracts.settlement import VendorAuth, VendorClearing

TOLD = (
    State.SUBMITTING,
    State.AWAITING_MANDATE,
    State.APPROVED,
    State.CANCELLED,
    State.VOIDED,
    State.DECLINED,
)
"""What payments-service says of a payment, each further than the one before. The vendor shows a void as cancelled."""

AUTH_SAYS: dict[str, State] = {
    VendorAuth.PENDING: State.AWAITING_MANDATE,
    VendorAuth.APPROVED: State.APPROVED,
    VendorAuth.CANCELLED: State.CANCELLED,
    VendorAuth.DECLINED: State.DECLINED,
}
"""In progress, and a word that we do not know: the vendor has it, no more is said."""

SENT_BACK = frozenset({VendorClearing.RETURNED, VendorClearing.REJECTED})

OPEN = frozenset(
    {
        State.SUBMITTING,
        State.AWAITING_MANDATE,
        State.APPROVED,
        State.IN_SETTLEMENT,
        State.CLEARED,
        State.CONTESTED,
    }
)
"""Followed at the vendor; the others have ended."""

AT_THE_BANK = frozenset(
    {
        State.IN_SETTLEMENT,
        State.CLEARED,
        State.CONTESTED,
        State.FINAL,
        State.RETURNED,
    }
)
"""A bank can say something only of what has reached it: a report about another one means another payment."""


class WatchedKind(StrEnum):
    DEBIT = "debit"
    REFUND = "refund"
    """Money on its way back to the payer: a transaction of its own at the vendor."""


@dataclass(frozen=True)
class WatchedPayment:
    id: str
    merchant_id: str
    vendor_payment_id: str | None
    """None while all that was told is that it has ended before the vendor had it."""
    external_account_id: str | None
    amount_minor: int
    currency: Currency
    country: str
    holder_type: str | None
    since: datetime
    """The earliest time at which it is known to have been at the vendor: its date of creation there, once that was read."""
    told: State = State.SUBMITTING
    refused: bool = False
    """WatchPayment named something that the vendor does not show so."""
    auth: str | None = None
    clearing: str | None = None
    vendor_batch_id: str | None = None
    batch_closed: bool = False
    observed_at: datetime | None = None
    in_settlement_at: datetime | None = None
    cleared_at: datetime | None = None
    funds_available_at: datetime | None = None
    available_at: datetime | None = None
    """When FundsAvailable was said."""
    claim_deadline: date | None = None
    contested_at: datetime | None = None
    returned_on: date | None = None
    return_code: str | None = None
    presentment: int = 1
    """1 for the original; a further one is a new payment."""
    re_presents: str | None = None
    """The returned payment that this one presents again."""
    first_settled_on: date | None = None
    """Of a further presentment: the original's day of settlement, or an earlier one. None where it is not known."""
    disputes: str = ""
    """Codes that the two banks sent about its return (R61-R77), apart by blanks, in the order of their coming."""
    bank_account_id: str | None = None
    """At payments-service."""
    counted_on: date | None = None
    counted_as: str = ""
    """Under which day, and as what, it stands in its merchant's counts (merchant_counts.py)."""
    final_at: datetime | None = None
    looks_ended_at: datetime | None = None
    """When a dispute without an end was given up (looks.py)."""
    kind: WatchedKind = WatchedKind.DEBIT
    refund_of: str | None = None
    """Of a refund: the payment that it gives back; its own id is the refund's (refunds.py). Its `funds_available_at` is when no bank can
    send it back any more, and nothing is said then."""
    refunds: str = ""
    """Of a debit: the ids, with commas between, of its refunds that went out and neither failed nor came back."""
    double_losses: str = ""
    """Of these, the ones that were told as refunded although it came back."""
    missing_since: datetime | None = None
    """When the vendor was first asked for it and did not show it."""
    overdue_at: datetime | None = None
    """When SettlementOverdue was said."""
    state: State = State.SUBMITTING
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def money(self) -> Money:
        return Money(amount_minor=self.amount_minor, currency=self.currency)

    @property
    def is_refund(self) -> bool:
        return self.kind is WatchedKind.REFUND

    @property
    def refund_id(self) -> str | None:
        """Of a refund: as payments-service calls it."""
        return self.id.rpartition("/")[2] if self.is_refund else None

    @property
    def refund_ids(self) -> tuple[str, ...]:
        return tuple(id for id in self.refunds.split(",") if id)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN and self.looks_ended_at is None


def state_of(payment: WatchedPayment) -> State:
    """What the facts say together: the bank's word before the vendor's, and the vendor's before ours."""
    if payment.returned_on is not None:
        return State.RETURNED
    if payment.final_at is not None:
        return State.FINAL
    if payment.clearing == VendorClearing.CONTESTED:
        return State.CONTESTED
    if payment.cleared_at is not None:
        return State.CLEARED
    said = max(AUTH_SAYS.get(payment.auth or "", State.SUBMITTING), payment.told, key=TOLD.index)
    if said is State.APPROVED and payment.in_settlement_at is not None:
        return State.IN_SETTLEMENT
    return State.REFUSED if said is State.SUBMITTING and payment.refused else said


def learned(payment: WatchedPayment, **facts: Any) -> WatchedPayment:
    """With these facts, and in the state that follows. The very same object when nothing is new."""
    known = replace(payment, **facts)
    known = replace(known, state=state_of(known))
    return payment if known == payment else known
