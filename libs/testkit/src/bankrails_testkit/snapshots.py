"""Aggregates of payments-service as they stand in the middle of a story, each field to be replaced."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bankrails_contracts.money import Currency
from bankrails_contracts.payments import PaymentState
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Outcome, Result
from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import Mandate, MandateState
from payments_service.domain.payer import Payer, PayerState
from payments_service.domain.payment import Payment

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

CANADIAN = Merchant("maple-books", "CA", Currency.CAD, "America/Toronto", 2_500_000)
AMERICAN = Merchant("liberty-books", "US", Currency.USD, "America/New_York", 2_500_000)
MERCHANTS = {merchant.id: merchant for merchant in (CANADIAN, AMERICAN)}

_PAYER = Payer(
    id="payer",
    merchant_id=CANADIAN.id,
    state=PayerState.REGISTERED,
    contact_name="Ada Lovelace",
    business_name=None,
    email="ada@example.com",
    phone=None,
    street="1 Main Street",
    city="Calgary",
    province="AB",
    postal_code="T1T 1T1",
    country="CA",
    vendor_customer_id="501",
    content_hash="made-by",
    sequence=1,
    version=2,
)
_ACCOUNT = BankAccount(
    id="account",
    payer_id="payer",
    merchant_id=CANADIAN.id,
    external_account_id=None,
    state=BankAccountState.REGISTERED,
    country="CA",
    institution_number="001",
    transit_number="12345",
    routing_number=None,
    account_number_encrypted="encrypted",
    account_last4="4567",
    account_type="checking",
    holder_type="personal",
    first_name="Ada",
    last_name="Lovelace",
    company_name=None,
    vendor_customer_id="501",
    vendor_bank_account_id="601",
    content_hash="made-by",
    sequence=1,
    version=2,
)
_MANDATE = Mandate(
    id="mandate",
    bank_account_id="account",
    merchant_id=CANADIAN.id,
    state=MandateState.REQUESTED,
    vendor_mandate_id="701",
    requested_at=NOON,
    content_hash="made-by",
    sequence=1,
    version=2,
)
_PAYMENT = Payment(
    id="payment",
    merchant_id=CANADIAN.id,
    payer_id="payer",
    bank_account_id="account",
    external_account_id=None,
    amount_minor=4_995,
    currency=Currency.CAD,
    state=PaymentState.SUBMITTING,
    content_hash="made-by",
    sequence=1,
    version=2,
)


def a_payer(**fields: Any) -> Payer:
    return replace(_PAYER, **fields)


def an_account(**fields: Any) -> BankAccount:
    return replace(_ACCOUNT, **fields)


def a_mandate(**fields: Any) -> Mandate:
    return replace(_MANDATE, **fields)


def a_payment(**fields: Any) -> Payment:
    return replace(_PAYMENT, **fields)


def an_outcome(result: Result = Result.ANSWERED, **fields: Any) -> Outcome:
    """Of a call for the aggregate that `key` names."""
    made = Outcome("work", "kind", "key", "command", result, {}, reason="" if result is Result.ANSWERED else "why")
    return replace(made, **fields)
