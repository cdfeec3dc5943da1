"""Who is behind a login: the same login is the same person with the same accounts, in every run."""

from dataclasses import dataclass
from enum import StrEnum

from bankrails_sandbox.account_numbers import account_number_of


class AccountType(StrEnum):
    CHEQUING = "chequing"
    SAVINGS = "savings"
    CREDIT = "credit"
    LOAN = "loan"
    OTHER = "other"


class AccountCurrency(StrEnum):
    CAD = "CAD"
    USD = "USD"


@dataclass(frozen=True, slots=True)
class Address:
    line1: str
    city: str
    province: str
    postal_code: str
    line2: str = ""
    country: str = "CA"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """`institution_number` None: that of the bank which was logged in to. Account numbers have 7 to 12 digits."""

    type: AccountType
    transit_number: str
    account_number: str
    balance_current_minor: int
    balance_available_minor: int
    institution_number: str | None = None
    currency: AccountCurrency = AccountCurrency.CAD
    holder_name: str | None = None

    def __post_init__(self) -> None:
        number = self.account_number
        if not (number.isascii() and number.isdigit() and 7 <= len(number) <= 12):
            raise ValueError("account_number must have 7 to 12 digits")
        if not (self.transit_number.isascii() and self.transit_number.isdigit() and len(self.transit_number) == 5):
            raise ValueError("transit_number must have 5 digits")


@dataclass(frozen=True, slots=True)
class Person:
    """Any of the three lists may be empty: banks differ in what they expose."""

    name: str
    accounts: tuple[BankAccount, ...]
    addresses: tuple[Address, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    employer: str = "Maple Mills Inc"
    payroll_minor: int = 185_000


TRANSIT = "10202"

KNOWN = {
    "user_good": ("Ada Martin", "11 Elgin Street", "Ottawa", "ON", "K1P 1C3", "613-555-0111"),
    "user_mfa": ("Benoit Tremblay", "22 Rue Sherbrooke", "Montreal", "QC", "H2X 1X9", "514-555-0122"),
    "user_2fa": ("Chantal Roy", "33 Jasper Avenue", "Edmonton", "AB", "T5J 1S9", "780-555-0133"),
    "user_chain": ("Devon Singh", "44 Robson Street", "Vancouver", "BC", "V6B 2A7", "604-555-0144"),
    "user_slow": ("Emma Clarke", "55 Portage Avenue", "Winnipeg", "MB", "R3B 2B3", "204-555-0155"),
}
ANYBODY = ("Jordan Lee", "1 Main Street", "Calgary", "AB", "T1T 1T1", "403-555-0100")


def person_behind(login: str) -> Person:
    name, street, city, province, postal_code, phone = KNOWN.get(login, ANYBODY)
    chequing, savings = (account_number_of(login, kind, digits=9) for kind in ("chequing", "savings"))
    return Person(
        name=name,
        addresses=(Address(street, city, province, postal_code),),
        emails=(f"{name.lower().replace(' ', '.')}@example.com",),
        phones=(phone,),
        accounts=(
            BankAccount(AccountType.CHEQUING, TRANSIT, chequing, 348_137, 338_137),
            BankAccount(AccountType.SAVINGS, TRANSIT, savings, 1_250_000, 1_250_000),
        ),
    )
