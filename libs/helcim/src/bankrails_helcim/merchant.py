"""A merchant as the rules see it: no tokens, no addresses."""

from dataclasses import dataclass, fields

from bankrails_contracts.money import Currency


@dataclass(frozen=True)
class PaymentLimits:
    """How much is collected at most in a calendar day or month of the merchant's, in minor units. None: no limit."""

    payer_day_minor: int | None = None
    payer_month_minor: int | None = None
    account_day_minor: int | None = None
    """Of one bank account."""
    account_month_minor: int | None = None
    merchant_day_minor: int | None = None
    """In all."""
    merchant_month_minor: int | None = None

    @property
    def configured(self) -> dict[str, int]:
        """By name."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in given if value is not None}


@dataclass(frozen=True)
class Merchant:
    id: str
    country: str
    """ISO 3166 alpha-2; payers and their accounts must be there too, since these rails cross no border."""
    currency: Currency
    time_zone: str
    payment_max_minor: int
    """The largest single payment. Helcim takes at most 25,000.00 a bank payment (merchant help, read 2026-11-20)."""
    pre_notification_days: int = 0
    """Calendar days between the notice of a debit and the debit, for mandates that do not say it themselves."""
    limits: PaymentLimits = PaymentLimits()
    holds_funding: bool = False
    """A test account of the vendor's, on which nothing ever settles."""
    hold_banking_days: int | None = None
    """How long cleared money rests before it counts as available. None: the suite's own days, by country."""
    claims_reserve_basis_points: int | None = None
    """What part of it to keep back while payers can still claim it. None: what their claims have come to."""
