"""A merchant as the rules see it: no tokens, no addresses."""

from dataclasses import dataclass

from bankrails_contracts.money import Currency


@dataclass(frozen=True)
class Merchant:
    id: str
    country: str
    """ISO 3166 alpha-2; payers and their accounts must be there too, since these rails cross no border."""
    currency: Currency
    time_zone: str
    payment_max_minor: int
    """The largest single payment. Helcim takes at most 25,000.00 a bank payment (merchant help, read 2026-11-20)."""
