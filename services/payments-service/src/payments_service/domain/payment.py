"""A payment: one debit of one bank account, once."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bankrails_contracts.money import Currency, Money
from bankrails_contracts.payments import PaymentState

from payments_service.domain.refund import GAVE_NOTHING, IN_FLIGHT, Refund
from payments_service.domain.undo import Ask, Undo

MOVED_NOTHING = frozenset({PaymentState.REFUSED, PaymentState.DECLINED, PaymentState.CANCELLED, PaymentState.VOIDED})
"""Its end, and no money moved."""

NOT_KNOWN_TO_BE_SENT = frozenset({PaymentState.ACCEPTED, PaymentState.SUBMITTING, PaymentState.UNKNOWN})


@dataclass(frozen=True)
class Payment:
    id: str
    merchant_id: str
    payer_id: str
    bank_account_id: str
    external_account_id: str | None
    amount_minor: int
    currency: Currency
    state: PaymentState
    not_after: datetime | None = None
    vendor_payment_id: str | None = None
    """Unique per merchant: one vendor payment never stands for two of ours."""
    unknown_since: datetime | None = None
    needs_operator: bool = False
    unknown_reason: str | None = None
    candidates: list[str] = field(default_factory=list)
    """The vendor's ids that an unknown debit could be, where a look-up found several."""
    country: str | None = None
    """Of the bank account, as is the holder's type. None for payments of releases that did not keep them."""
    holder_type: str | None = None
    mandate_id: str | None = None
    """The mandate that permitted it when it was accepted as ours. None for payments of releases that did not keep it."""
    one_time_mandate_id: str | None = None
    """Its mandate, where that one ends with this debit."""
    notified_on: date | None = None
    """The day on which the payer was told of it."""
    due_on: date | None = None
    """By the merchant's clock; None: at once."""
    limits: list[str] = field(default_factory=list)
    """The totals that its amount counts in."""
    counts: bool = False
    """Whether it does now: no more once it has ended without money moved."""
    wish: dict[str, Any] | None = None
    """Kept while a call is in flight (Ask)."""
    undo: dict[str, Any] | None = None
    """The void or cancellation under way (Undo)."""
    vendor_void_id: str | None = None
    refunds: dict[str, Any] = field(default_factory=dict)
    """By refund id, the oldest first (Refund)."""
    funds_available_at: datetime | None = None
    """By the hold policy, from the day it cleared."""
    available: bool = False
    """The hold is over."""
    claim_deadline: date | None = None
    """The last day on which the payer may claim it back."""
    return_code: str | None = None
    retry: str | None = None
    """settlement's Retry, once it came back."""
    retry_until: date | None = None
    presentments_left: int | None = None
    re_presents: str | None = None
    presentment: int = 1
    re_presented_by: str | None = None
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def money(self) -> Money:
        return Money(amount_minor=self.amount_minor, currency=self.currency)

    @property
    def about(self) -> dict[str, Any]:
        """What every event about it says."""
        return {
            "merchant_id": self.merchant_id,
            "payment_id": self.id,
            "payer_id": self.payer_id,
            "bank_account_id": self.bank_account_id,
            "external_account_id": self.external_account_id,
            "amount": self.money,
            "country": self.country,
            "holder_type": self.holder_type,
            "re_presents": self.re_presents,
            "presentment": self.presentment,
        }

    @property
    def twin_gate(self) -> str:
        """Two payments with the same gate cannot be told apart in the vendor's list, so only one may be in doubt."""
        return f"{self.merchant_id}/{self.bank_account_id}/{self.amount_minor}"

    @property
    def wished(self) -> Ask | None:
        return Ask.read(self.wish)

    @property
    def undoing(self) -> Undo | None:
        return Undo.read(self.undo)

    def with_undo(self, undo: Undo | None) -> "Payment":
        return replace(self, undo=None if undo is None else undo.stored())

    def refund(self, refund_id: str) -> Refund | None:
        stored = self.refunds.get(refund_id)
        return None if stored is None else Refund.read(refund_id, stored)

    @property
    def refund_in_flight(self) -> Refund | None:
        """There is one at most."""
        return next((refund for refund in self._refunds if refund.state in IN_FLIGHT), None)

    @property
    def left_minor(self) -> int:
        """What no refund has given back, or is about to."""
        return self.amount_minor - sum(each.amount_minor for each in self._refunds if each.state not in GAVE_NOTHING)

    @property
    def _refunds(self) -> list[Refund]:
        return [Refund.read(id, stored) for id, stored in self.refunds.items()]

    def with_refund(self, refund: Refund) -> "Payment":
        return replace(self, refunds={**self.refunds, refund.id: refund.stored()})
