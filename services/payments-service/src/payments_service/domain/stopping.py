"""Who may void, cancel or refund: the vendor's truth table, and which of its rows our states stand for.

| statusAuth  | open batch | closed batch |
|-------------|------------|--------------|
| 1 approved  | void       | refund       |
| 5 pending   | cancel     | nothing      |
| any other   | nothing    | nothing      |

Void, cancel and refund are never interchangeable. Our state may be behind the vendor's (the batch closes at 17:00), so
it decides what is tried, and the vendor's own row, read immediately before, whether it is done.
Source: Helcim guide, ACH Payment API, conditions of void, refund and cancel.
"""

from collections.abc import Mapping
from enum import StrEnum

from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import VendorAuth

from payments_service.domain.transitions import Trigger


class Way(StrEnum):
    """How a payment is undone."""

    NEVER_SENT = "never sent"
    """It is ours alone: it is refused."""
    WAIT = "wait"
    """A call is in flight, or its outcome unknown: the wish is kept."""
    CANCEL = "cancel"
    VOID = "void"
    REFUND = "refund"


VENDOR_ALLOWS: Mapping[tuple[VendorAuth, bool], Way | None] = {
    **{(auth, closed): None for auth in VendorAuth for closed in (False, True)},
    (VendorAuth.APPROVED, False): Way.VOID,
    (VendorAuth.APPROVED, True): Way.REFUND,
    (VendorAuth.PENDING, False): Way.CANCEL,
}
"""(authorization, batch closed) → the one thing that the vendor does with such a row."""

STANDS_FOR: Mapping[PaymentState, tuple[VendorAuth, bool]] = {
    PaymentState.AWAITING_MANDATE: (VendorAuth.PENDING, False),
    PaymentState.APPROVED: (VendorAuth.APPROVED, False),
    PaymentState.IN_SETTLEMENT: (VendorAuth.APPROVED, True),
    PaymentState.CLEARED: (VendorAuth.APPROVED, True),
    PaymentState.FINAL: (VendorAuth.APPROVED, True),
    PaymentState.DECLINED: (VendorAuth.DECLINED, False),
    PaymentState.CANCELLED: (VendorAuth.CANCELLED, False),
    PaymentState.VOIDED: (VendorAuth.CANCELLED, False),
}
"""The vendor's row as it is, or was last, for our state; where the bank has spoken the row says less than the state."""

WAYS: Mapping[PaymentState, Way | None] = {
    PaymentState.ACCEPTED: Way.NEVER_SENT,
    PaymentState.SUBMITTING: Way.WAIT,
    PaymentState.UNKNOWN: Way.WAIT,
    **{state: VENDOR_ALLOWS[row] for state, row in STANDS_FOR.items()},
    PaymentState.RETURNED: None,
    PaymentState.CONTESTED: None,
    PaymentState.REFUSED: None,
}

NO_WAY: Mapping[PaymentState, str] = {
    PaymentState.RETURNED: "it came back by itself: a refund would pay the payer twice",
    PaymentState.CONTESTED: "the payer contests it: a refund would pay them twice should it come back",
    PaymentState.REFUSED: "it was refused, and nothing was sent",
    PaymentState.DECLINED: "the vendor declined it, and no money moved",
    PaymentState.CANCELLED: "it is cancelled already",
    PaymentState.VOIDED: "it is voided already",
}


class Seen(StrEnum):
    """Why the vendor's row, read immediately before or after a no, does not allow the call. The reason people are told.

    Each is passed on as the reason of the rejection, so the words themselves say which it was.
    """

    OPEN = "the vendor has approved it, and its batch is open"
    CLOSED = "its batch has closed"
    PENDING = "it waits for its mandate"
    DECLINED = "the vendor has declined it"
    CANCELLED = "the vendor has cancelled it already"
    UNDECIDED = "the vendor has not decided about it"
    CAME_BACK = "its money came back, or is contested"


SEEN: Mapping[tuple[VendorAuth, bool], Seen] = {
    **{(auth, closed): Seen.UNDECIDED for auth in VendorAuth for closed in (False, True)},
    (VendorAuth.APPROVED, False): Seen.OPEN,
    (VendorAuth.APPROVED, True): Seen.CLOSED,
    (VendorAuth.PENDING, False): Seen.PENDING,
    (VendorAuth.PENDING, True): Seen.PENDING,
    **{(VendorAuth.DECLINED, closed): Seen.DECLINED for closed in (False, True)},
    **{(VendorAuth.CANCELLED, closed): Seen.CANCELLED for closed in (False, True)},
}

PROVES: Mapping[Seen, Trigger] = {
    Seen.OPEN: Trigger.APPROVE,
    Seen.CLOSED: Trigger.SETTLE,
    Seen.PENDING: Trigger.AWAIT,
    Seen.DECLINED: Trigger.DECLINE,
    Seen.CANCELLED: Trigger.CANCEL,
}
"""What such a row is news of. A return is told by settlement-watcher alone, with its day."""


def seen_in(reason: str) -> Seen | None:
    return next((seen for seen in Seen if seen == reason), None)
