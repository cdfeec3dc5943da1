"""What the vendor keeps: customers, bank accounts, PADs, transactions, batches, mails. Times are aware UTC."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import IntEnum, StrEnum

from bankrails_sandbox.helcim.merchants import Country, Currency


class StatusAuth(IntEnum):
    APPROVED = 1
    DECLINED = 2
    IN_PROGRESS = 3
    CANCELLED = 4
    PENDING = 5


class StatusClearing(IntEnum):
    OPENED = 0
    CLEARED = 1
    REJECTED = 2
    CONTESTED = 3
    RETURNED = 4


class StatusBatch(IntEnum):
    OPEN = 1
    CLOSED = 2


class TransactionType(IntEnum):
    WITHDRAWAL = 1
    DEPOSIT = 2
    SETTLE = 3
    REVERSE = 4
    REFUND = 5


class PadStatus(IntEnum):
    ACTIVE = 1
    INACTIVE = 2


class Ownership(IntEnum):
    """`accountCorporate` on the wire: the int on write, the name on read. A PAD's `type` has the same numbers."""

    PERSONAL = 1
    CORPORATE = 2


class AccountType(IntEnum):
    CHECKING = 1
    SAVINGS = 2


@dataclass(slots=True)
class Address:
    name: str = ""
    street1: str = ""
    street2: str = ""
    city: str = ""
    province: str = ""
    country: str = ""
    postalCode: str = ""  # noqa: N815 - the vendor's names, so that reading and writing need no table
    phone: str = ""
    email: str = ""


@dataclass(slots=True)
class Customer:
    id: int
    code: str
    contact_name: str = ""
    business_name: str = ""
    cell_phone: str = ""
    billing: Address | None = None
    shipping: Address | None = None
    default_bank_account_id: int | None = None

    @property
    def email(self) -> str:
        return self.billing.email if self.billing else ""


@dataclass(slots=True)
class BankAccount:
    """Only the last four digits of the number are kept. `institution` and `transit` in Canada, else `routing`."""

    id: int
    customer_id: int
    token: str
    ownership: Ownership
    account_type: AccountType
    country: Country
    institution: str
    transit: str
    routing: str
    number_l4: str
    address: Address
    created_at: datetime
    updated_at: datetime | None = None
    last_used_at: datetime | None = None
    verified_at: datetime | None = None
    verified: bool = False
    ready: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Pad:
    id: int
    customer_id: int
    bank_account_id: int
    type: Ownership
    created_at: datetime
    updated_at: datetime
    accepted: bool = False
    status: PadStatus = PadStatus.INACTIVE
    merchant_authorized: bool = False
    ip_address: str = ""
    accepted_at: datetime | None = None
    earliest_debit_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def usable(self) -> bool:
        return self.accepted and self.status is PadStatus.ACTIVE


@dataclass(slots=True)
class AchTransaction:
    """`batch_id` is 0 while pending; whether the batch is closed is read from the batch.

    `return_code` and `answer_due_at`, when its bank is going to answer, are known to the control API alone, and so is
    `hidden`: a row that the vendor has lost sight of. `user_id` is 0 for what was made through the API.
    """

    id: int
    customer_id: int
    bank_account_id: int
    type: TransactionType
    amount_minor: int
    currency: Currency
    auth: StatusAuth
    created_at: datetime
    clearing: StatusClearing = StatusClearing.OPENED
    batch_id: int = 0
    order_id: int = 0
    original_id: int = 0
    user_id: int = 0
    approved_at: datetime | None = None
    return_code: str | None = None
    answer_due_at: datetime | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class BatchTotals:
    amount_withdrawals_minor: int = 0
    count_withdrawals: int = 0
    amount_deposits_minor: int = 0
    count_deposits: int = 0
    amount_reversed_minor: int = 0
    count_reversed: int = 0
    amount_refunded_minor: int = 0
    count_refunded: int = 0

    def plus(self, other: "BatchTotals") -> "BatchTotals":
        return BatchTotals(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(slots=True)
class Batch:
    """`closes_at` is when it closes unless it is settled before; `clears_at` is known once it is closed.

    `totals` are kept from the close on, when its rows change no more. `wrong_by` is how much the vendor's sums are off:
    nothing, unless a test says so.
    """

    id: int
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None = None
    clears_at: datetime | None = None
    transaction_ids: list[int] = field(default_factory=list)
    totals: BatchTotals | None = None
    wrong_by: BatchTotals = field(default_factory=BatchTotals)

    @property
    def status(self) -> StatusBatch:
        return StatusBatch.OPEN if self.closed_at is None else StatusBatch.CLOSED


class BankAnswerKind(StrEnum):
    REJECT = "reject"
    RETURN = "return"
    CONTEST = "contest"


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """A line of a merchant's bank report."""

    merchant: str
    transaction_id: int
    kind: BankAnswerKind
    code: str | None
    amount_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """A bank authorization mail to a customer."""

    merchant: str
    customer_id: int
    to: str
    at: datetime
