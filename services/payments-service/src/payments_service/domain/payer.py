"""A payer: who is debited, and the vendor's customer that stands for them."""

from dataclasses import dataclass
from enum import StrEnum


class PayerState(StrEnum):
    REGISTERING = "REGISTERING"
    REGISTERED = "REGISTERED"
    REJECTED = "REJECTED"
    """The vendor said no; nothing exists there."""


@dataclass(frozen=True)
class Payer:
    id: str
    merchant_id: str
    state: PayerState
    contact_name: str | None
    business_name: str | None
    email: str | None
    phone: str | None
    street: str
    city: str
    province: str
    postal_code: str
    country: str
    vendor_customer_id: str | None = None
    default_bank_account_id: str | None = None
    register_accounts_of: str | None = None
    """The user whose verified accounts are registered for this payer."""
    adopts_code: str | None = None
    """The code of the vendor's customer that it takes over."""
    content_hash: str = ""
    sequence: int = 0
    version: int = 0
