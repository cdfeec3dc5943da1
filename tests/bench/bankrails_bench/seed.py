"""A store in which every payer, bank account and mandate of the load is there already, and the merchants file."""

import json
from pathlib import Path
from typing import Any

from bankrails_messaging.enactment import Repository
from bankrails_messaging.sqlite_store import create_sqlite_engine
from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import Mandate, MandateState
from payments_service.domain.payer import Payer, PayerState
from payments_service.main import SCHEMA
from payments_service.store.repositories import BANK_ACCOUNTS, MANDATES, PAYERS
from sqlalchemy import Connection, insert

from bankrails_bench import load

ACCOUNTS = range(load.MERCHANTS * load.ACCOUNTS_PER_MERCHANT)


def seed_store(path: Path) -> None:
    engine = create_sqlite_engine(path)
    with engine.connect() as connection:
        SCHEMA.upgrade(connection)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        _put(connection, PAYERS, [_payer(account) for account in ACCOUNTS])
        _put(connection, BANK_ACCOUNTS, [_bank_account(account) for account in ACCOUNTS])
        _put(connection, MANDATES, [_mandate(account) for account in ACCOUNTS])
    engine.dispose()


def write_merchants(path: Path) -> None:
    merchants = [
        {
            "id": load.merchant_id(number),
            "country": "CA",
            "currency": "CAD",
            "time_zone": "America/Toronto",
            "pre_notification_days": 0,
            "tokens": {"general": f"bench-general-{number:02d}", "withdraw": f"bench-withdraw-{number:02d}"},
        }
        for number in range(load.MERCHANTS)
    ]
    path.write_text(json.dumps({"merchants": merchants}))


def _put(connection: Connection, repository: Repository[Any], snapshots: list[Any]) -> None:
    connection.execute(insert(repository.table), [repository.row(snapshot) for snapshot in snapshots])


def _payer(account: int) -> Payer:
    return Payer(
        id=load.payer_id(account),
        merchant_id=load.merchant_id(account % load.MERCHANTS),
        state=PayerState.REGISTERED,
        contact_name="Ada Lovelace",
        business_name=None,
        email="ada@example.com",
        phone=None,
        street="1 Main Street",
        city="Calgary",
        province="AB",
        postal_code="T1T1T1",
        country="CA",
        vendor_customer_id=str(load.vendor_customer_id(account)),
        default_bank_account_id=load.bank_account_id(account),
        sequence=1,
        version=1,
    )


def _bank_account(account: int) -> BankAccount:
    return BankAccount(
        id=load.bank_account_id(account),
        payer_id=load.payer_id(account),
        merchant_id=load.merchant_id(account % load.MERCHANTS),
        external_account_id=None,
        state=BankAccountState.REGISTERED,
        country="CA",
        institution_number="001",
        transit_number="12345",
        routing_number=None,
        account_number_encrypted="a debit never opens it",
        account_last4="6789",
        account_type="checking",
        holder_type="personal",
        first_name="Ada",
        last_name="Lovelace",
        company_name=None,
        vendor_customer_id=str(load.vendor_customer_id(account)),
        vendor_bank_account_id=str(load.vendor_account_id(account)),
        sequence=1,
        version=1,
    )


def _mandate(account: int) -> Mandate:
    return Mandate(
        id=f"mandate-{account:04d}",
        bank_account_id=load.bank_account_id(account),
        merchant_id=load.merchant_id(account % load.MERCHANTS),
        state=MandateState.ACCEPTED,
        vendor_mandate_id=str(400_000 + account),
        sequence=1,
        version=1,
    )
