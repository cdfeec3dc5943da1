"""A money call without a usable answer: told, looked up, and resolved by machine or by a person."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints, model_validator

from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import Text100
from bankrails_contracts.payments.base import PaymentsCommand
from bankrails_contracts.payments.collecting import PaymentEvent


class MoneyCall(StrEnum):
    """Which call at the vendor."""

    WITHDRAW = "withdraw"
    REFUND = "refund"
    VOID = "void"
    CANCEL = "cancel"


class ResolveUnknown(PaymentsCommand):
    """An operator decides what became of a call whose outcome the machine could not find out.

    Answered by PaymentOutcomeResolved or CommandRefused.
    """

    aggregate_field = "payment_id"
    payment_id: Id
    call: MoneyCall = MoneyCall.WITHDRAW
    refund_id: Id | None = None
    """Of a refund: which."""
    vendor_payment_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")] | None = None
    """What the operator found at the vendor: read there and compared before it is adopted. None: it is not there."""
    send_again: bool = False
    """Only with None above: send it once more under a new key. False: it ends without money moved."""
    by: Text100
    reason: Text100

    @model_validator(mode="after")
    def _decides_one_thing(self) -> "ResolveUnknown":
        if self.vendor_payment_id is not None and self.send_again:
            raise ValueError("what was found at the vendor is not sent again")
        return self


class PaymentOutcomeUnknown(PaymentEvent):
    """A call was made and no usable answer came. It is looked up at the vendor before anything is sent again."""

    aggregate_field = "payment_id"
    call: Open[MoneyCall] = MoneyCall.WITHDRAW
    refund_id: Id | None = None
    since: Instant
    needs_operator: bool = False
    """True when the look-up cannot decide, for example because two vendor payments match."""
    reason: str


class Resolution(StrEnum):
    FOUND = "found"
    """The vendor had it: adopted, nothing sent again."""
    SENT_AGAIN = "sent_again"
    """Provably absent at the vendor: sent once more under a new idempotency key."""
    ABSENT = "absent"
    """Provably absent at the vendor, and not sent again."""


class PaymentOutcomeResolved(PaymentEvent):
    aggregate_field = "payment_id"
    vendor_payment_id: str | None = None
    call: Open[MoneyCall] = MoneyCall.WITHDRAW
    refund_id: Id | None = None
    resolution: Open[Resolution]
    by: str | None = None
    """Who decided, where a person did."""
