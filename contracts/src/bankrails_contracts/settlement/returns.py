"""Payments that come back: why, whether they may be tried again, and what is to be done about the account."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

from bankrails_contracts.ids import Id
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.settlement.base import SettlementCommand, WatchedEvent


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


class AccountAction(StrEnum):
    """What a return asks for, beside the question of a retry."""

    KEEP = "keep"
    DISABLE = "disable"
    DISABLE_UNTIL_CORRECTED = "disable_until_corrected"
    REVOKE_MANDATE = "revoke_mandate"
    """And no debit of that mandate any more."""
    PAUSE = "pause"
    """No debit until the payer has approved again."""
    UPDATE_ROUTING = "update_routing"
    REVIEW = "review"
    ESCALATE = "escalate"


def _without_letter(code: Any) -> Any:
    """No American code has three digits, so nothing else can be meant."""
    return code[1:] if isinstance(code, str) and re.fullmatch("R9[0-9]{2}", code) else code


class RecordReturn(SettlementCommand):
    """A bank's report says that a payment came back, and why.

    Answered by PaymentReturned when the vendor has not shown it yet, by ReturnCodeLearned when it has.
    """

    aggregate_field = "payment_id"
    payment_id: Id
    """Or the id of a refund, for one that the payer's bank did not take."""
    code: Annotated[str, StringConstraints(pattern=r"^(R[0-9]{2}|9[0-9]{2})$"), BeforeValidator(_without_letter)]
    """NACHA R-code, or Canadian 9xx code. Some banks write the latter as R901: taken as 901."""
    returned_on: date
    """The day on which the bank returned it."""


class PaymentReturned(WatchedEvent):
    """The money went back. One for each presentment, whether the code is known yet or not."""

    aggregate_field = "payment_id"
    returned_on: date
    code: str | None = None
    return_class: Open[ReturnClass]
    retry: Open[Retry]
    retry_until: date | None = None
    presentments_left: int | None = None
    presentment: int = 1
    """1 for the original; each further one is a payment of its own that names the one before."""
    action: Open[AccountAction] = AccountAction.REVIEW
    late: bool = False
    """True when it came after PaymentFinal."""
    untimely: bool = False
    """True when the bank sent it after the last day that its code allows: it may be disputed (R68)."""
    refund_of: Id | None = None
    """Set where it is a refund that the payer's bank did not take, as a bank's report says: the payment that it gives
    back. `payment_id` is the refund's own then."""


class ReturnCodeLearned(WatchedEvent):
    """Why a payment that has been told as returned came back. Not a second return."""

    aggregate_field = "payment_id"
    code: str
    return_class: Open[ReturnClass]
    retry: Open[Retry]
    retry_until: date | None = None
    presentments_left: int | None = None
    action: Open[AccountAction] = AccountAction.REVIEW
    untimely: bool = False
    refund_of: Id | None = None


class ReturnActionRequired(WatchedEvent):
    """What the return's code asks for, once for each payment and action. Only where something is to be done.

    It answers RecordReturn, too, where a bank disputes a return that is known (R61-R77).
    """

    aggregate_field = "payment_id"
    refund_of: Id | None = None
    """Of a refund that its payer's bank did not take: the payment; `payment_id` is the refund's id then."""
    code: str
    action: Open[AccountAction]
    reason: str
