"""Shapes that more than one service speaks of: texts, names of countries and holders, addresses, account numbers."""

from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bankrails_contracts.sealed import Sealed

Text100 = Annotated[
    str,
    # One line: control characters end up in log lines and statements, and PostgreSQL stores no NUL.
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Email = Annotated[
    str, StringConstraints(pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+\.[^@\s\x00-\x1f\x7f]+$", max_length=254)
]
Country = Literal["CA", "US"]


class HolderType(StrEnum):
    PERSONAL = "personal"
    BUSINESS = "business"


class AccountType(StrEnum):
    CHECKING = "checking"
    SAVINGS = "savings"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Address(Part):
    street: Text100
    city: Text100
    province: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """Two letters: a Canadian province or a US state."""
    postal_code: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=3, max_length=10, pattern=r"^[A-Za-z0-9 -]*$")
    ]
    country: Country
    """ISO 3166 alpha-2."""


class CanadianAccount(Part):
    """Institution, transit, account: zero-filled text, never numbers. EFT order is institution first."""

    country: Literal["CA"]
    institution_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
    transit_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    account_number: Sealed
    """7 to 12 digits, sealed to the service that receives it."""


class UsAccount(Part):
    country: Literal["US"]
    routing_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
    account_number: Sealed
    """8 to 12 digits, sealed to the service that receives it."""


class BankNumbers(NamedTuple):
    """Which bank and branch, in the form of either country; None what the country does not have."""

    institution_number: str | None = None
    transit_number: str | None = None
    routing_number: str | None = None


def bank_numbers(account: CanadianAccount | UsAccount) -> BankNumbers:
    if isinstance(account, CanadianAccount):
        return BankNumbers(account.institution_number, account.transit_number)
    return BankNumbers(routing_number=account.routing_number)


def account_at(country: str, numbers: BankNumbers, account_number: str) -> CanadianAccount | UsAccount:
    """The inverse of bank_numbers; `account_number` is sealed. Raises ValidationError where the country's numbers are
    missing or are none."""
    kind = CanadianAccount if country == "CA" else UsAccount
    return kind.model_validate({"country": country, **numbers._asdict(), "account_number": account_number})


class AccountHolder(Part):
    """Whose account it is. first_name and last_name, or company_name, are required."""

    holder_type: HolderType
    first_name: Text100 | None = None
    last_name: Text100 | None = None
    company_name: Text100 | None = None

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if self.company_name is None and (self.first_name is None or self.last_name is None):
            raise ValueError("first_name and last_name, or company_name, are required")
        return self


class LinkAccounts(Part):
    """Which of the accounts that a login proves are linked, and as whose. auth-service passes it on unread."""

    account_types: Annotated[tuple[AccountType, ...], Field(min_length=1)] = (AccountType.CHECKING,)
    holder: AccountHolder
    helix_customer_id: Annotated[int, Field(gt=0)] | None = None
    """United States: the person's customer at Helix, required there. The suite makes no Helix customers."""
