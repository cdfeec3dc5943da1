"""Payments that come back: why, whether they may be tried again, and what is to be done about the account."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

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


class RecordReturn(SettlementCommand):
    """A bank's report says that a payment came back, and why.

    Answered by PaymentReturned when the vendor has not shown it yet, by ReturnCodeLearned when it has.
    """

    aggregate_field = "payment_id"
    payment_id: Id
    """Or the id of a refund, for one that the payer's bank did not take."""
    code: Annotated[str, StringConstraints(pattern=r"^(R[0-9]{2}|9[0-9]{2})$")]
    """NACHA R-code, or Canadian 9xx code."""
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


class ReturnCodeLearned(WatchedEvent):
    """Why a payment that has been told as returned came back. Not a second return."""

    aggregate_field = "payment_id"
    code: str
    return_class: Open[ReturnClass]
    retry: Open[Retry]
    retry_until: date | None = None
    presentments_left: int | None = None
    action: Open[AccountAction] = AccountAction.REVIEW


class ReturnActionRequired(WatchedEvent):
    """What the return's code asks for was not asked for this payment before. Only where something is to be done."""

    aggregate_field = "payment_id"
    code: str
    action: Open[AccountAction]
    reason: str
