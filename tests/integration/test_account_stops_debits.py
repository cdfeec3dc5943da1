"""What accounts-service says of an account, and what payments-service then does with it: both services' own decisions,
each on a real store, the events of one handed to the other as Kafka would.
"""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts_service.handlers.rules import Rules
from bankrails_contracts.accounts import (
    ArchiveExternalAccount,
    LinkExternalAccount,
    LockExternalAccount,
    UnlockExternalAccount,
)
from bankrails_contracts.message import REGISTRY, Event
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_sandbox.helcim.assumptions import Assumptions
from bankrails_testkit import commands
from bankrails_testkit.accounts_desk import AccountsDesk, Keys
from bankrails_testkit.engine import Published
from bankrails_testkit.payments_shop import PaymentsShop, payments_shop, sealed
from bankrails_testkit.stores import migrated
from payments_service.main import SCHEMA

HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.generate(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def desk(keys: Keys) -> Iterator[AccountsDesk]:
    made = AccountsDesk(keys, Rules(share=True))
    yield made
    made.close()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[PaymentsShop]:
    database = migrated(SCHEMA, tmp_path / "payments.db")
    assumptions = Assumptions()
    async with payments_shop(lambda rechecks: SqliteStore(database, rechecks), assumptions) as opened:
        yield opened


async def told(desk: AccountsDesk, shop: PaymentsShop, events: list[Published]) -> list[str]:
    """What accounts-service published, heard by payments-service; its names."""
    for event in events:
        if event.name == "command-refused":
            continue
        model = REGISTRY[event.row.headers["ce_type"]]
        data = event.data
        if (account := data.get("account")) and "account_number" in account:
            account["account_number"] = sealed(desk.keys.payments.open(account["account_number"]))
        await shop.engine.hear((event.row.headers["ce_id"], fact(model, data)))
    await shop.engine.idle()
    return [event.name for event in events]


def fact(model: type[Any], data: dict[str, Any]) -> Event:
    made: Event = model.model_validate_json(json.dumps(data))
    return made


def heard_back(desk: AccountsDesk, shop: PaymentsShop, since: int) -> None:
    """What payments-service published, heard by accounts-service."""
    for event in shop.engine.published[since:]:
        if event.name.startswith("payment-"):
            desk.hear(fact(REGISTRY[event.row.headers["ce_type"]], event.data), event.row.headers["ce_id"])


def link(desk: AccountsDesk) -> list[Published]:
    number = desk.keys.sealed("1234567")
    account = {"country": "CA", "institution_number": "003", "transit_number": "10202", "account_number": number}
    made = {"external_account_id": "external", "user_id": "ada", "account": account, "account_type": "checking"}
    return desk.send(LinkExternalAccount.model_validate(made | {"holder": HOLDER}))


async def registered(desk: AccountsDesk, shop: PaymentsShop) -> str:
    """The account's id at payments-service, its mandate accepted."""
    await shop.payer(register_accounts_of="ada")
    await told(desk, shop, link(desk))
    account = (await shop.until("bank-account-registered")).data["bank_account_id"]
    requested = await shop.until("mandate-requested")
    shop.control.accept_pad(int(requested.data["vendor_mandate_id"]))
    return str(account)


async def collect(shop: PaymentsShop, account: str) -> Published:
    payment = commands.collect_payment("payer", account, external_account_id="external")
    return (await shop.ask(payment))[0]


async def test_a_locked_account_is_not_debited_until_it_is_unlocked(desk: AccountsDesk, shop: PaymentsShop) -> None:
    """No new debits from the moment that payments-service hears of it."""
    account = await registered(desk, shop)
    assert (await collect(shop, account)).name == "payment-accepted"
    lock = LockExternalAccount(external_account_id="external", reason="stolen")
    assert await told(desk, shop, desk.send(lock)) == ["external-account-locked"]
    refused = await collect(shop, account)
    assert (refused.name, refused.data["code"]) == ("command-refused", "ACCOUNT_DISABLED")
    await told(desk, shop, desk.send(UnlockExternalAccount(external_account_id="external")))
    assert (await collect(shop, account)).name == "payment-accepted"


async def test_an_account_with_a_payment_on_its_way_is_archived_once_it_has_ended(
    desk: AccountsDesk, shop: PaymentsShop
) -> None:
    """accounts-service knows of it by the payment's own events; archived, it is never debited again."""
    account = await registered(desk, shop)
    before = len(shop.engine.published)
    accepted = await collect(shop, account)
    heard_back(desk, shop, before)
    archive = ArchiveExternalAccount(external_account_id="external")
    assert desk.send(archive)[0].data["code"] == "OUTSTANDING_PAYMENTS"
    await shop.engine.until(lambda: "payment-approved" in shop.names, "payment-approved")
    cleared = {
        "merchant_id": "maple-books",
        "payment_id": accepted.data["payment_id"],
        "vendor_payment_id": "801",
        "external_account_id": "external",
        "amount": accepted.data["amount"],
        "cleared_at": "2026-03-03T15:00:00Z",
        "funds_available_at": "2026-03-03T15:00:00Z",
        "claim_deadline": "2026-06-01",
    }
    heard_back(desk, shop, before)
    desk.hear(fact(REGISTRY["bankrails.settlement.payment-cleared.v1"], cleared))
    assert await told(desk, shop, desk.send(archive)) == ["external-account-archived"]
    refused = await collect(shop, account)
    assert (refused.name, refused.data["code"]) == ("command-refused", "ACCOUNT_DISABLED")
