"""A payer's bank account at the payment vendor. The number itself is kept encrypted; rules see its digits' count."""

from dataclasses import dataclass
from enum import StrEnum

DIGITS_ALLOWED = {"CA": range(7, 13), "US": range(8, 13)}
"""Digits of an account number that Helcim takes, by country. Source: Helcim OpenAPI, bank account create."""


class BankAccountState(StrEnum):
    REGISTERING = "REGISTERING"
    REGISTERED = "REGISTERED"
    REJECTED = "REJECTED"


@dataclass(frozen=True)
class OpenedNumber:
    """What is known of an account number once its seal was opened: never the number."""

    encrypted: str
    last4: str
    digits: int
    """How many digits, or 0 when it is not digits alone."""


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
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def masked(self) -> str:
        return f"******{self.account_last4}"
