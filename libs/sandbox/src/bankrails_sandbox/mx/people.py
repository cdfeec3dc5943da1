"""Who is behind a login at the test banks: the same login is the same person with the same accounts, in every run."""

from dataclasses import dataclass

from bankrails_sandbox.account_numbers import account_number_of
from bankrails_sandbox.mx.vocabulary import VERIFIABLE, AccountType
from bankrails_sandbox.routing_numbers import passes_aba_check

# The vendor's own example of a good one (docs.mx.com, microdeposits, API testing).
ROUTING_NUMBER = "091000019"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Account numbers have 8 to 12 digits."""

    type: AccountType
    name: str
    account_number: str
    balance_minor: int
    available_minor: int
    routing_number: str = ROUTING_NUMBER

    def __post_init__(self) -> None:
        number, routing = self.account_number, self.routing_number
        if not (number.isascii() and number.isdigit() and 8 <= len(number) <= 12):
            raise ValueError("account_number must have 8 to 12 digits")
        if self.type not in VERIFIABLE:
            raise ValueError("type must be CHECKING or SAVINGS")
        if not (routing.isascii() and routing.isdigit() and len(routing) == 9 and passes_aba_check(routing)):
            raise ValueError("routing_number must have 9 digits and pass the ABA check")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    accounts: tuple[BankAccount, ...]
    phone: str = "801-555-0100"
    address: str = "3401 N Thanksgiving Way"
    city: str = "Lehi"
    state: str = "UT"
    postal_code: str = "84043"
    country: str = "US"


KNOWN_LOGINS = ("mxuser", "test_atrium")
NAMES = {"mxuser": "Dana Whitfield", "test_atrium": "Miles Okafor"}


def person_behind(login: str) -> Person:
    name = NAMES.get(login, "Riley Carter")
    checking, savings = (account_number_of(login, kind, digits=10) for kind in ("checking", "savings"))
    return Person(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@example.com",
        accounts=(
            BankAccount(AccountType.CHECKING, "Everyday Checking", checking, 512_489, 502_489),
            BankAccount(AccountType.SAVINGS, "Rainy Day Savings", savings, 1_830_000, 1_830_000),
        ),
    )
