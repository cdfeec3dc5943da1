"""What others state of accounts, interleaved with registrations and doubled: it ends in the same state in any order."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from bankrails_contracts.accounts import (
    ExternalAccountCorrected,
    ExternalAccountLocked,
    ExternalAccountShared,
    ExternalAccountUnlocked,
)
from bankrails_contracts.message import Event, Service
from bankrails_contracts.parts import AccountHolder, AccountType, HolderType
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import AccountAction, ReturnActionRequired
from bankrails_messaging.calls import Answer, NaturalKeyCall, Payload, VendorCall
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.store import Store
from bankrails_testkit.commands import register_payer
from bankrails_testkit.databases import SqliteDatabases
from bankrails_testkit.engine import START, Engine
from bankrails_testkit.fixtures import sqlite_databases
from bankrails_testkit.payments_shop import canadian_account, every_right, opened, resealed
from bankrails_testkit.snapshots import MERCHANTS, a_mandate, a_payer, a_payment, an_account
from bankrails_testkit.stores import put
from payments_service import wiring
from payments_service.domain.bank_account import BankAccountState
from payments_service.domain.external_account import ExternalAccount
from payments_service.domain.mandate import MandateState
from payments_service.handlers.look_at_mandates import LOOK_AT_MANDATES
from payments_service.handlers.register_bank_account import CREATE_BANK_ACCOUNT
from payments_service.handlers.register_payer import CREATE_CUSTOMER
from payments_service.handlers.request_mandate import REQUEST_MANDATE
from payments_service.handlers.set_default_bank_account import SET_DEFAULT
from payments_service.handlers.update_mandate import UPDATE_MANDATE
from payments_service.store.repositories import (
    BANK_ACCOUNTS,
    EXTERNAL_ACCOUNTS,
    MANDATES,
    PAYERS,
    PAYMENTS,
    REPOSITORIES,
    SqlReads,
)

__all__ = ["sqlite_databases"]

HOLDER = AccountHolder(holder_type=HolderType.PERSONAL, first_name="Ada", last_name="Lovelace")
IDS = {"external_account_id": "x1", "user_id": "user-1"}
ANSWERS: dict[str, Callable[[int], Answer]] = {
    CREATE_CUSTOMER: lambda number: {"vendor_customer_id": "501", "adopted": False},
    CREATE_BANK_ACCOUNT: lambda number: {"vendor_bank_account_id": str(number)},
    SET_DEFAULT: lambda number: {},
    REQUEST_MANDATE: lambda number: {"vendor_mandate_id": str(number)},
    LOOK_AT_MANDATES: lambda number: {"pads": []},
    UPDATE_MANDATE: lambda number: {
        "vendor_mandate_id": "701",
        "state": "REVOKED",
        "accepted_at": None,
        "revoked_at": None,
        "earliest_debit_on": None,
    },
}


def calls() -> list[VendorCall]:
    made: list[str] = []

    def call(name: str) -> VendorCall:
        class Call(NaturalKeyCall):
            kind = name

            async def send(self, payload: Payload) -> Answer:
                made.append(name)
                return ANSWERS[name](len(made))

        return Call()

    return [call(name) for name in ANSWERS]


def engine(store: Store) -> Engine:
    return Engine(
        store,
        service=Service.PAYMENTS,
        handlings=wiring.handlings(MERCHANTS, opened, resealed, every_right, lambda: START),
        answerings=wiring.answerings(resealed, every_right),
        calls=calls(),
        repositories=REPOSITORIES,
        reads=SqlReads,
    )


def sqlite_store(databases: SqliteDatabases) -> Store:
    return SqliteStore(Path(databases.fresh({}).removeprefix("sqlite:///")), {})


SHARED = ExternalAccountShared(
    **IDS,
    account=canadian_account("1234567"),
    account_type=AccountType.CHECKING,
    account_masked="******4567",
    holder=HOLDER,
)
CORRECTED = ExternalAccountCorrected(
    **IDS,
    code="C01",
    account=canadian_account("7654321"),
    account_type=AccountType.CHECKING,
    account_masked="******4321",
    holder=HOLDER,
)
LOCKED = ExternalAccountLocked(**IDS, reason="fraud")
UNLOCKED = ExternalAccountUnlocked(**IDS)


@pytest.mark.parametrize("seed", range(16))
async def test_a_payer_a_lock_and_a_correction_meet_whichever_comes_first(
    seed: int, sqlite_databases: SqliteDatabases
) -> None:
    """accounts-service's facts of one account keep their order; the payer comes before, between or after them, and
    each registration takes its time."""
    rng = random.Random(seed)
    facts: Sequence[tuple[str, Event]] = [("e1", SHARED), ("e2", LOCKED), ("e3", CORRECTED)]
    store = sqlite_store(sqlite_databases)
    async with engine(store) as running:
        payer_comes = rng.randrange(4)
        for position in range(4):
            if position == payer_comes:
                await running.send(register_payer(payer_id="payer-1", register_accounts_of="user-1"))
            if position < 3:
                await running.hear(facts[position])
                await running.hear(facts[rng.randrange(position + 1)])
            if rng.random() < 0.5:
                await running.idle()
        await running.idle()
        found = (await store.read(lambda c: SqlReads(c).accounts_of(["payer-1"])))["payer-1"]
        assert dict(running.dispatcher.parked) == {}
    assert {each.state for each in found} == {BankAccountState.REGISTERED}
    assert {tuple(each.disabled_for) for each in found} == {("lock",)}
    (serving,) = [each for each in found if each.successor_id is None]
    assert serving.account_last4 == "4321"
    told = [event.subject for event in running.published if event.name == "bank-account-disabled"]
    assert sorted(told) == sorted(each.id for each in found)


@pytest.mark.parametrize("seed", range(12))
async def test_locks_and_returns_of_one_account_end_in_the_same_state_in_any_order(
    seed: int, sqlite_databases: SqliteDatabases
) -> None:
    """They come from two services: an unlock gives back what the lock took, whatever a return has said meanwhile."""
    rng = random.Random(seed)
    locks: list[tuple[str, Event]] = [("a1", LOCKED), ("a2", UNLOCKED), ("a3", LOCKED), ("a4", UNLOCKED)]
    returns: list[tuple[str, Event]] = [
        ("s1", _return("R02", AccountAction.DISABLE)),
        ("s2", _return("R07", AccountAction.REVOKE_MANDATE)),
        ("s3", _return("R08", AccountAction.PAUSE)),
    ]
    rng.shuffle(returns)
    order = ["lock"] * len(locks) + ["return"] * len(returns)
    rng.shuffle(order)
    store = sqlite_store(sqlite_databases)
    await store.write(_put_story)
    async with engine(store) as running:
        for kind in order:
            fact = (locks if kind == "lock" else returns).pop(0)
            await running.hear(fact)
            await running.hear(fact)
            if rng.random() < 0.3:
                await running.idle()
        await running.idle()
        assert dict(running.dispatcher.parked) == {}
        found = await store.read(lambda c: BANK_ACCOUNTS.get_many(c, ["account"]))
        mandates = await store.read(lambda c: MANDATES.get_many(c, ["mandate"]))
        waiting = await store.read(lambda c: PAYMENTS.get_many(c, ["waiting"]))
    assert sorted(found["account"].disabled_for) == ["pause R08", "return R02"]
    assert mandates["mandate"].state is MandateState.REVOKED
    assert waiting["waiting"].state is PaymentState.REFUSED
    assert [event.name for event in running.published].count("payment-refused") == 1
    assert [event.name for event in running.published].count("mandate-revoked") == 1


def _return(code: str, action: AccountAction) -> ReturnActionRequired:
    return ReturnActionRequired(
        merchant_id="maple-books",
        payment_id="payment",
        vendor_payment_id="801",
        amount=a_payment().money,
        code=code,
        action=action,
        reason=code,
    )


def _put_story(connection: Any) -> None:
    put(
        connection,
        (PAYERS, a_payer()),
        (BANK_ACCOUNTS, an_account(external_account_id="x1")),
        (EXTERNAL_ACCOUNTS, ExternalAccount("x1", bank_accounts=["account"], version=1)),
        (MANDATES, a_mandate(state=MandateState.ACCEPTED)),
        (PAYMENTS, a_payment(state=PaymentState.RETURNED, vendor_payment_id="801", mandate_id="mandate")),
        (PAYMENTS, a_payment(id="waiting", state=PaymentState.ACCEPTED)),
    )
