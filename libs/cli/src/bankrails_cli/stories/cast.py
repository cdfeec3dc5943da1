"""Who a story is about: a person, their bank, and the merchant that collects from them."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from bankrails_contracts.ids import uuid7
from bankrails_sandbox import AMERICAN_MERCHANT, CANADIAN_MERCHANT, Merchant


@dataclass
class Cast:
    merchant: Merchant
    country: str
    first_name: str
    last_name: str
    address: dict[str, str]
    institution: str
    """The bank, by the vendor's code."""
    login: str
    """One of the sandbox's magic ones: this bank asks a question."""
    password: str
    answer: str
    amount_minor: int
    user_id: str = field(default_factory=lambda: f"user-{uuid7()}")
    payer_id: str = field(default_factory=lambda: f"payer-{uuid7()}")
    connection_id: str = field(default_factory=lambda: f"connection-{uuid7()}")
    payment_id: str = field(default_factory=lambda: f"payment-{uuid7()}")
    collect_id: str = field(default_factory=uuid7)
    """The id of the command that collects `payment_id`."""
    bank_account_id: str = ""
    """Chosen by payments-service, as the next three are learned from what the services tell."""
    vendor_bank_account_id: int | None = None
    external_account_id: str = ""
    vendor_payment_id: int | None = None

    @property
    def merchant_id(self) -> str:
        return self.merchant.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.merchant.timezone)

    @property
    def currency(self) -> str:
        return self.merchant.currency.name

    @property
    def holder(self) -> dict[str, str]:
        return {"holder_type": "personal", "first_name": self.first_name, "last_name": self.last_name}

    def collection(self, payment_id: str, amount_minor: int) -> dict[str, Any]:
        """The body of a CollectPayment."""
        return {
            "payment_id": payment_id,
            "payer_id": self.payer_id,
            "bank_account_id": self.bank_account_id,
            "external_account_id": self.external_account_id,
            "merchant_id": self.merchant_id,
            "amount": {"amount_minor": amount_minor, "currency": self.currency},
        }


def canadian() -> Cast:
    return Cast(
        merchant=CANADIAN_MERCHANT,
        country="CA",
        first_name="Benoit",
        last_name="Tremblay",
        address={
            "street": "22 Rue Sherbrooke",
            "city": "Montreal",
            "province": "QC",
            "postal_code": "H2X 1X9",
            "country": "CA",
        },
        institution="helium_test",
        login="user_mfa",
        password="not looked at by the test bank",  # noqa: S106 - any will do there
        answer="blue",
        amount_minor=4995,
    )


def american() -> Cast:
    return Cast(
        merchant=AMERICAN_MERCHANT,
        country="US",
        first_name="Dana",
        last_name="Whitfield",
        address={
            "street": "3401 N Thanksgiving Way",
            "city": "Lehi",
            "province": "UT",
            "postal_code": "84043",
            "country": "US",
        },
        institution="mxbank",
        login="mxuser",
        password="challenge",  # noqa: S106 - the test bank's word for asking a question
        answer="correct",
        amount_minor=12000,
    )
