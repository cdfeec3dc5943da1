"""Builders of commands: valid as they are, each field to be replaced. Ids are new ones unless given."""

import itertools
from typing import Any

from bankrails_contracts.ids import uuid7
from bankrails_contracts.money import Money
from bankrails_contracts.payments import (
    CollectPayment,
    RegisterBankAccount,
    RegisterPayer,
    RequestMandate,
    SetDefaultBankAccount,
)

MERCHANT = "maple-books"
ACCOUNT_NUMBER = "1234567"
_CENTS = itertools.count(1_001)

ADDRESS = {"street": "1 Main Street", "city": "Calgary", "province": "AB", "postal_code": "T1T 1T1", "country": "CA"}


def new_id(kind: str) -> str:
    """Unique over all runs, since the topics may outlive one."""
    return f"{kind}-{uuid7()}"


def register_payer(**fields: Any) -> RegisterPayer:
    made = {
        "merchant_id": MERCHANT,
        "payer_id": new_id("payer"),
        "contact_name": "Ada Lovelace",
        "email": "ada@example.com",
        "address": ADDRESS,
    }
    return RegisterPayer.model_validate(made | fields)


def register_bank_account(payer_id: str, sealed_number: str, **fields: Any) -> RegisterBankAccount:
    made = {
        "merchant_id": MERCHANT,
        "bank_account_id": new_id("account"),
        "payer_id": payer_id,
        "account": {
            "country": "CA",
            "institution_number": "001",
            "transit_number": "12345",
            "account_number": sealed_number,
        },
        "account_type": "checking",
        "holder_type": "personal",
        "first_name": "Ada",
        "last_name": "Lovelace",
    }
    return RegisterBankAccount.model_validate(made | fields)


def set_default(payer_id: str, bank_account_id: str, **fields: Any) -> SetDefaultBankAccount:
    made = {"merchant_id": MERCHANT, "payer_id": payer_id, "bank_account_id": bank_account_id}
    return SetDefaultBankAccount.model_validate(made | fields)


def request_mandate(bank_account_id: str, **fields: Any) -> RequestMandate:
    made = {"merchant_id": MERCHANT, "mandate_id": new_id("mandate"), "bank_account_id": bank_account_id}
    return RequestMandate.model_validate(made | fields)


def collect_payment(payer_id: str, bank_account_id: str, cents: int | None = None, **fields: Any) -> CollectPayment:
    """Each of an amount of its own unless `cents` says otherwise, so that none waits for a twin."""
    made = {
        "merchant_id": MERCHANT,
        "payment_id": new_id("payment"),
        "payer_id": payer_id,
        "bank_account_id": bank_account_id,
        "amount": Money.model_validate({"amount_minor": cents or next(_CENTS), "currency": "CAD"}),
    }
    return CollectPayment.model_validate(made | fields)
