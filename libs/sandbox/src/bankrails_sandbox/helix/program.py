"""Who calls, and what the bank and the vendor have agreed for them: one program, one API key."""

from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bankrails_sandbox.helix.assumptions import Assumptions, Limits
from bankrails_sandbox.helix.records import Customer


class VerificationType(StrEnum):
    """None and Any allow create, TrialDeposits and Any allow initiate (docs.corepro.io/api/externalaccount/update)."""

    NONE = "None"
    TRIAL_DEPOSITS = "TrialDeposits"
    ANY = "Any"


@dataclass(frozen=True, slots=True)
class Program:
    """The key and secret are the vendor's own public demo pair. `throttled` off lifts the limit, for load runs.

    Without `nacha_enabled` no directory is looked at, and `name` is stored as given. `locking_approved`: the bank and
    the vendor have agreed to lock and unlock.
    """

    name: str = "bankrails"
    api_key: str = "example1"
    api_secret: str = "example1"  # noqa: S105 - published by the vendor
    time_zone: str = "America/Chicago"
    verification_type: VerificationType = VerificationType.ANY
    external_accounts_max: int = 3
    archives_per_day: int = 3
    nacha_enabled: bool = True
    create_enabled: bool = True
    initiate_enabled: bool = True
    locking_approved: bool = True
    ip_trusted: bool = True
    throttled: bool = True

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except ZoneInfoNotFoundError as error:
            raise ValueError(f"no time zone {self.time_zone}") from error


@dataclass(frozen=True, slots=True)
class Bank:
    routing_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Directory:
    """The Federal Reserve's list of routing numbers, as far as a sandbox needs it.

    A number with a right check digit that is not listed is a bank named `other_name`, so that any test number works;
    those in `unknown` are in no directory (69205).
    """

    banks: tuple[Bank, ...] = (
        Bank("021000021", "JPMORGAN CHASE BANK, NA"),
        Bank("026009593", "BANK OF AMERICA, N.A."),
        Bank("121000248", "WELLS FARGO BANK, NA"),
        Bank("091000022", "U.S. BANK, NA"),
    )
    other_name: str = "SANDBOX BANK"
    unknown: tuple[str, ...] = ("011000992",)
    magic: str = "123456789"
    """Taken although its check digit is wrong (docs.helix.q2.com/reference/externalaccountinitiate)."""

    magic_name: str = "COREPRO SANDBOX BANK"

    def name_of(self, routing_number: str) -> str | None:
        """None for a number that is not in the directory."""
        if routing_number == self.magic:
            return self.magic_name
        if routing_number in self.unknown:
            return None
        return next((bank.name for bank in self.banks if bank.routing_number == routing_number), self.other_name)


ADA = Customer(1001, "Ada Example")
EXAMPLE_COMPANY = Customer(1002, "Example Company LLC", managers=(1001,))


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """A customer's account in the program, with what is on it at the start."""

    id: int
    customer_id: int
    balance_minor: int = 0


@dataclass(frozen=True, slots=True)
class HelixConfig:
    """`customers` exist from the start; the API makes none here, the control API does."""

    program: Program = field(default_factory=Program)
    customers: tuple[Customer, ...] = (ADA, EXAMPLE_COMPANY)
    accounts: tuple[OwnAccount, ...] = (OwnAccount(900_000_001, 1001, 500_000), OwnAccount(900_000_002, 1002, 500_000))
    directory: Directory = field(default_factory=Directory)
    limits: Limits = field(default_factory=Limits)
    assumptions: Assumptions = field(default_factory=Assumptions)

    def __post_init__(self) -> None:
        ids = [customer.id for customer in self.customers]
        if len(set(ids)) != len(ids):
            raise ValueError("two customers with one id")
