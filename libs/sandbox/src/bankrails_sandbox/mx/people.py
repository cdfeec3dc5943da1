"""Who is behind a login at the test banks: the same login is the same person with the same accounts, in every run."""

import hashlib
from dataclasses import dataclass

from bankrails_sandbox.mx.vocabulary import AccountType
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
    return Person(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@example.com",
        accounts=(
            BankAccount(AccountType.CHECKING, "Everyday Checking", _number(login, "checking"), 512_489, 502_489),
            BankAccount(AccountType.SAVINGS, "Rainy Day Savings", _number(login, "savings"), 1_830_000, 1_830_000),
        ),
    )


def _number(login: str, account: str) -> str:
    """Ten digits, none of them leading with a zero that a careless reader would lose."""
    digest = hashlib.sha256(f"{login}/{account}".encode()).digest()
    return str(1_000_000_000 + int.from_bytes(digest[:8]) % 9_000_000_000)
