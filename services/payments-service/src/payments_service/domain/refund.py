"""A refund: money of a payment that goes back, as a transaction of its own that settles and can be returned.

A refund, and then a return of the same payment, is a double loss. So it is held until the payment is cleared and its
hold is over, unless its command insists.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bankrails_contracts.payments import RefundState
from bankrails_contracts.settlement import VendorAuth, VendorClearing

from payments_service.domain.doubt import Doubt

IN_FLIGHT = frozenset({RefundState.HELD, RefundState.SUBMITTING, RefundState.UNKNOWN})
"""One of a payment at a time. Once submitted, the vendor and the bank have it, and another one may follow."""

GAVE_NOTHING = frozenset({RefundState.FAILED, RefundState.RETURNED})

RANK: dict[RefundState, int] = {
    state: rank
    for rank, state in enumerate(
        (
            RefundState.HELD,
            RefundState.SUBMITTING,
            RefundState.UNKNOWN,
            RefundState.SUBMITTED,
            RefundState.FAILED,  # should the vendor show it cleared all the same, the vendor is right
            RefundState.CLEARED,
            RefundState.RETURNED,
        )
    )
}
"""What the vendor shows moves a refund up and never down, so the facts may come in any order and twice."""


@dataclass(frozen=True)
class Refund:
    id: str
    amount_minor: int
    state: RefundState
    asked_minor: int | None = None
    """As the command said; None: all that was left."""
    insisted: bool = False
    vendor_refund_id: str | None = None
    exposed_until: date | None = None
    doubt: Doubt | None = None

    def moved(self, state: RefundState) -> "Refund | None":
        """By what the vendor shows; None when that is known already."""
        return replace(self, state=state, doubt=None) if RANK[state] > RANK[self.state] else None

    def stored(self) -> dict[str, Any]:
        return {
            "amount_minor": self.amount_minor,
            "state": self.state.value,
            "asked_minor": self.asked_minor,
            "insisted": self.insisted,
            "vendor_refund_id": self.vendor_refund_id,
            "exposed_until": None if self.exposed_until is None else self.exposed_until.isoformat(),
            "doubt": None if self.doubt is None else self.doubt.stored(),
        }

    @classmethod
    def read(cls, id: str, stored: dict[str, Any]) -> "Refund":
        until = stored["exposed_until"]
        return cls(
            id,
            stored["amount_minor"],
            RefundState(stored["state"]),
            stored["asked_minor"],
            stored["insisted"],
            stored["vendor_refund_id"],
            None if until is None else date.fromisoformat(until),
            Doubt.read(stored["doubt"]),
        )


def shown(auth: str, clearing: str) -> RefundState | None:
    """What a row of the vendor's proves of a refund; None for what moves nothing, and for words that we do not know."""
    match clearing:
        case VendorClearing.CLEARED:
            return RefundState.CLEARED
        case VendorClearing.RETURNED | VendorClearing.REJECTED:
            return RefundState.RETURNED
        case _:
            pass
    return RefundState.FAILED if auth in (VendorAuth.DECLINED, VendorAuth.CANCELLED) else None
