"""What the vendor keeps: users, members, their jobs and challenges. Times are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime

from bankrails_sandbox.agenda import Appointment
from bankrails_sandbox.mx.bank import Verdict
from bankrails_sandbox.mx.institutions import Institution
from bankrails_sandbox.mx.people import Person
from bankrails_sandbox.mx.vocabulary import ChallengeType, ConnectionStatus, JobStatus, JobType, Product


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
