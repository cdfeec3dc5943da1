"""What the vendor keeps of a customer's outside account (docs.helix.q2.com: External Account). Times are aware UTC."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bankrails_sandbox.account_numbers import masked


class Status(StrEnum):
    UNVERIFIED = "Unverified"
    VERIFIED = "Verified"
    VERIFY_LOCKED = "VerifyLocked"
    DENIED = "Denied"
    EXPIRED = "Expired"
    ARCHIVED = "Archived"


class AccountType(StrEnum):
    SAVINGS = "Savings"
    CHECKING = "Checking"
    BUSINESS_CHECKING = "Business Checking"
    BUSINESS_SAVINGS = "Business Savings"
    PREPAID = "Prepaid"
    LOAN = "Loan"
    GENERAL_LEDGER = "General Ledger"
    """By an administrator or a notification of change only; the API refuses it."""

    @property
    def business(self) -> bool:
        return self in (AccountType.BUSINESS_CHECKING, AccountType.BUSINESS_SAVINGS)


class LockedBy(StrEnum):
    API = "api"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Customer:
    """`managers` are the customers who may act for this one, as `requestingCustomerId`; everyone may for themselves."""

    id: int
    name: str = ""
    archived: bool = False
    managers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of an uploaded paper; its content is not kept."""

    type: str
    name: str
    reason: str
    size_bytes: int
    uploaded_at: datetime


@dataclass(slots=True)
class ExternalAccount:
    id: int
    customer_id: int
    account_number: str
    routing_number: str
    type: AccountType
    status: Status
    status_at: datetime
    modified_at: datetime
    first_name: str | None = None
    last_name: str | None = None
    business_name: str | None = None
    name: str | None = None
    nickname: str | None = None
    tag: str | None = None
    custom_fields: list[str | None] = field(default_factory=lambda: [None] * 5)
    locked_by: LockedBy | None = None
    locked_at: datetime | None = None
    locked_reason: str | None = None
    noc_code: str | None = None
    verify_sent_at: datetime | None = None
    verify_expires_at: datetime | None = None
    trial_amounts_minor: tuple[int, ...] = ()
    attempts_left: int = 0
    trial_returned: str | None = None
    archived_day: date | None = None
    pending_transactions: int = 0
    last_settled_at: datetime | None = None
    documents: list[Document] = field(default_factory=list)

    @property
    def number_masked(self) -> str:
        return masked(self.account_number)

    @property
    def locked(self) -> bool:
        return self.locked_by is not None
