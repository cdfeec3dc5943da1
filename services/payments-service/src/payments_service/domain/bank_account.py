"""A payer's bank account at the payment vendor. The number itself is kept encrypted; rules see its digits' count."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bankrails_contracts.payments import PaymentState

DIGITS_ALLOWED = {"CA": range(7, 13), "US": range(8, 13)}
"""Digits of an account number that Helcim takes, by country. Source: Helcim OpenAPI, bank account create."""

KEEPS_IT = frozenset(
    {
        PaymentState.ACCEPTED,
        PaymentState.SUBMITTING,
        PaymentState.UNKNOWN,
        PaymentState.AWAITING_MANDATE,
        PaymentState.APPROVED,
        PaymentState.IN_SETTLEMENT,
        PaymentState.CONTESTED,
    }
)
"""Payments in these states are not at their end at the vendor, so their account is not removed there."""


class BankAccountState(StrEnum):
    REQUESTING = "REQUESTING"
    """The payer is about to be asked for it by mail."""
    REQUESTED = "REQUESTED"
    """The mail is out, or may be; nothing exists at the vendor until the payer has filled in the form."""
    REGISTERING = "REGISTERING"
    REGISTERED = "REGISTERED"
    REJECTED = "REJECTED"
    REMOVING = "REMOVING"
    REMOVED = "REMOVED"


class Cause(StrEnum):
    """Why an account may not be debited. Each cause is taken away by its own counterpart and by no other's."""

    LOCK = "lock"
    """Until accounts-service unlocks it."""
    ARCHIVE = "archive"
    """For good."""
    RETURN = "return"
    """Until a person enables it."""
    PAUSE = "pause"
    """A return again: until the payer accepts a mandate anew, or a person enables it."""


@dataclass(frozen=True)
class OpenedNumber:
    """What is known of an account number once its seal was opened: never the number."""

    encrypted: str
    last4: str
    digits: int
    """How many digits, or 0 when it is not digits alone."""
    fingerprint: str = ""
    """Keyed; equal for equal numbers."""


@dataclass(frozen=True)
class BankAccount:
    id: str
    payer_id: str
    merchant_id: str
    external_account_id: str | None
    state: BankAccountState
    country: str
    institution_number: str | None
    transit_number: str | None
    routing_number: str | None
    account_number_encrypted: str
    """Empty for an account that the payer entered at the vendor: then the last four digits are all we are shown."""
    account_last4: str
    account_type: str
    holder_type: str
    first_name: str | None
    last_name: str | None
    company_name: str | None
    vendor_customer_id: str
    vendor_bank_account_id: str | None = None
    make_default: bool = False
    """Once registered, it becomes the payer's default."""
    mandate_id: str | None = None
    """The mandate to be requested for it once it is registered."""
    requested_at: datetime | None = None
    """Of one that the payer was asked for by mail."""
    disabled_for: list[str] = field(default_factory=list)
    """Causes, one each, a return's with its code: `lock`, `return R02`."""
    replaces: str | None = None
    """The account that this one corrects."""
    successor_id: str | None = None
    """The account that corrects this one, whether it has taken its place already or not."""
    superseded_at: datetime | None = None
    """Since when the successor has taken its place."""
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def masked(self) -> str:
        return f"******{self.account_last4}"

    @property
    def routing(self) -> tuple[str | None, ...]:
        return self.institution_number, self.transit_number, self.routing_number

    @property
    def why_not_debitable(self) -> str | None:
        """For people, or None when our rules let it be debited. Whether it is registered is another question."""
        if self.superseded_at is not None:
            return f"bank account {self.successor_id} has taken its place"
        if self.disabled_for:
            return f"it is disabled: {', '.join(self.disabled_for)}"
        return None

    def disabled(self, cause: Cause, code: str | None = None) -> "BankAccount":
        named = cause.value if code is None else f"{cause.value} {code}"
        return self if named in self.disabled_for else replace(self, disabled_for=[*self.disabled_for, named])

    def enabled(self, *causes: Cause) -> "BankAccount":
        kept = [named for named in self.disabled_for if named.split()[0] not in causes]
        return self if kept == self.disabled_for else replace(self, disabled_for=kept)

    def has(self, *causes: Cause) -> bool:
        return any(named.split()[0] in causes for named in self.disabled_for)


def oldest_request(accounts: Iterable[BankAccount]) -> BankAccount | None:
    """Of one payer's accounts: the one that an account which appears at the vendor belongs to."""
    open_requests = [each for each in accounts if each.state is BankAccountState.REQUESTED and each.requested_at]
    return min(open_requests, key=lambda each: (each.requested_at, each.id), default=None)
