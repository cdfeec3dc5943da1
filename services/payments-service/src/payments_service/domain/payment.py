"""A payment: one debit of one bank account, once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bankrails_contracts.money import Currency, Money
from bankrails_contracts.payments import PaymentState


@dataclass(frozen=True)
class Payment:
    id: str
    merchant_id: str
    payer_id: str
    bank_account_id: str
    external_account_id: str | None
    amount_minor: int
    currency: Currency
    state: PaymentState
    not_after: datetime | None = None
    vendor_payment_id: str | None = None
    """Unique per merchant: one vendor payment never stands for two of ours."""
    unknown_since: datetime | None = None
    needs_operator: bool = False
    country: str | None = None
    """Of the bank account, as is the holder's type. None for payments of releases that did not keep them."""
    holder_type: str | None = None
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def money(self) -> Money:
        return Money(amount_minor=self.amount_minor, currency=self.currency)

    @property
    def about(self) -> dict[str, Any]:
        """What every event about it says."""
        return {
            "merchant_id": self.merchant_id,
            "payment_id": self.id,
            "payer_id": self.payer_id,
            "bank_account_id": self.bank_account_id,
            "external_account_id": self.external_account_id,
            "amount": self.money,
            "country": self.country,
            "holder_type": self.holder_type,
        }

    @property
    def twin_gate(self) -> str:
        """Two payments with the same gate cannot be told apart in the vendor's list, so only one may be in doubt."""
        return f"{self.merchant_id}/{self.bank_account_id}/{self.amount_minor}"
