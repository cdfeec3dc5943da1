"""What the vendor keeps: users, members, their jobs and challenges, micro-deposits, manual accounts. Times are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bankrails_sandbox.agenda import Appointment
from bankrails_sandbox.mx.bank import Verdict
from bankrails_sandbox.mx.institutions import Institution
from bankrails_sandbox.mx.people import Person
from bankrails_sandbox.mx.vocabulary import (
    AccountType,
    ChallengeType,
    ConnectionStatus,
    JobStatus,
    JobType,
    MicrodepositStatus,
    Product,
)


@dataclass(slots=True)
class User:
    guid: str
    client: str
    id: str | None = None
    email: str | None = None
    metadata: str | None = None
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    guid: str
    value: str


@dataclass(frozen=True, slots=True)
class Challenge:
    guid: str
    type: ChallengeType
    options: tuple[Option, ...] = ()


@dataclass(slots=True)
class Job:
    guid: str
    type: JobType
    products: frozenset[Product]
    started_at: datetime
    status: JobStatus = JobStatus.INITIATED
    finished_at: datetime | None = None


@dataclass(slots=True)
class Microdeposit:
    """`deleted_at`: by the caller or by the end of its retention; it is in no answer then. `next_step` and
    `retention_end` are what happens to it by itself."""

    guid: str
    client: str
    user: User
    status: MicrodepositStatus
    created_at: datetime
    updated_at: datetime
    attempts_left: int
    account_number: str | None = None
    routing_number: str | None = None
    account_type: AccountType | None = None
    account_name: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    verified_at: datetime | None = None
    deleted_at: datetime | None = None
    next_step: Appointment | None = field(default=None, repr=False)
    retention_end: Appointment | None = field(default=None, repr=False)


@dataclass(slots=True)
class ManualAccount:
    """What a person told of an account that nobody logs in to. `fields` are the vendor's, by their names on the wire."""

    guid: str
    created_at: datetime
    updated_at: datetime
    fields: dict[str, Any]


@dataclass(slots=True)
class Member:
    """A user's login at one institution. `verdict` is what the bank says to the password, which is not kept.

    The four after it say what the job in hand has come to; they begin anew with each. `numbers_at` and the like are
    when what a product brings was last imported.
    """

    guid: str
    client: str
    user: User
    institution: Institution
    login: str
    verdict: Verdict
    person: Person
    id: str | None = None
    metadata: str | None = None
    use_cases: tuple[str, ...] = ()
    background_aggregation_is_disabled: bool = False
    status: ConnectionStatus = ConnectionStatus.CREATED
    is_being_aggregated: bool = False
    job: Job | None = None
    next_step: Appointment | None = field(default=None, repr=False)
    challenges: tuple[Challenge, ...] = ()
    trusted: bool = False
    denials: int = 0
    is_authenticated: bool = False
    has_processed_accounts: bool = False
    has_processed_account_numbers: bool = False
    has_processed_transactions: bool = False
    aggregated_at: datetime | None = None
    successfully_aggregated_at: datetime | None = None
    accounts_at: datetime | None = None
    imported_at: dict[Product, datetime] = field(default_factory=dict)
    manual_accounts: dict[str, ManualAccount] = field(default_factory=dict)
    account_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
