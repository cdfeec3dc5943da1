"""Other services' facts, replayed shuffled and doubled against the real store: they end in the same state."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from bankrails_contracts import settlement
from bankrails_contracts.accounts import ExternalAccountShared
from bankrails_contracts.message import Command, Event, Service
from bankrails_contracts.parts import AccountHolder, AccountType, CanadianAccount, HolderType
from bankrails_contracts.payments import PaymentState
from bankrails_messaging.calls import Answer, NaturalKeyCall, Payload, VendorCall
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.store import Store
from bankrails_messaging.unopened import Unopened
from bankrails_sealing import SealingKeys, preferred_key, seal
from bankrails_service.sealed import open_sealed
from bankrails_testkit.commands import register_payer
from bankrails_testkit.databases import SqliteDatabases
from bankrails_testkit.engine import START, Engine
from bankrails_testkit.fixtures import sqlite_databases
from bankrails_testkit.snapshots import MERCHANTS, NOON, a_payment
from payments_service import wiring
from payments_service.domain.bank_account import OpenedNumber
from payments_service.handlers import (
    look_at_mandates,
    register_bank_account,
    request_mandate,
    set_default_bank_account,
)
from payments_service.handlers import (
    register_payer as registering,
)
from payments_service.store.repositories import PAYMENTS, REPOSITORIES, SqlReads

__all__ = ["sqlite_databases"]

NUMBERED = "a new id each time"
ANSWERS: dict[str, dict[str, Any]] = {
    registering.CREATE_CUSTOMER: {"vendor_customer_id": "501", "adopted": False},
    register_bank_account.CREATE_BANK_ACCOUNT: {"vendor_bank_account_id": NUMBERED},
    set_default_bank_account.SET_DEFAULT: {},
    request_mandate.REQUEST_MANDATE: {"vendor_mandate_id": NUMBERED},
    look_at_mandates.LOOK_AT_MANDATES: {"pads": []},
}


class Vendor:
    """Answers every call as if nothing could go wrong, and keeps count."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def kinds(self) -> list[VendorCall]:
        return [self._call(kind, answer) for kind, answer in ANSWERS.items()]

    def _call(self, name: str, answer: dict[str, Any]) -> VendorCall:
        made = self.calls

        class Call(NaturalKeyCall):
            kind = name

            async def send(self, payload: Payload) -> Answer:
                made.append(name)
                return {key: f"{len(made)}" if value is NUMBERED else value for key, value in answer.items()}

        return Call()


@pytest.fixture
def keys(tmp_path: Path) -> SealingKeys:
    SealingKeys.generate(tmp_path / "keys.json")
    return SealingKeys.load(tmp_path / "keys.json")


@pytest.fixture
def engine_on(keys: SealingKeys) -> Callable[[Store, Vendor], Engine]:
    def reseal(encrypted: str) -> str:
        return seal(encrypted.removeprefix("at rest "), preferred_key(keys.jwks()))

    def open_number(sealed: str) -> OpenedNumber | Unopened:
        number = open_sealed(keys, sealed)
        if isinstance(number, Unopened):
            return number
        return OpenedNumber(f"at rest {number}", number[-4:], len(number))

    def build(store: Store, vendor: Vendor) -> Engine:
        return Engine(
            store,
            service=Service.PAYMENTS,
            handlings=wiring.handlings(MERCHANTS, open_number, reseal, lambda merchant_id, right: None, lambda: START),
            answerings=wiring.answerings(reseal, lambda merchant_id, right: None),
            calls=vendor.kinds(),
            repositories=REPOSITORIES,
            reads=SqlReads,
        )

    return build


def shared(keys: SealingKeys, id: str, number: str, country: str = "CA") -> ExternalAccountShared:
    return ExternalAccountShared(
        external_account_id=id,
        user_id="user-1",
        account=CanadianAccount(
            country="CA",
            institution_number="003",
            transit_number="10202",
            account_number=seal(number, preferred_key(keys.jwks())),
        ),
        account_type=AccountType.CHECKING,
        account_masked=f"******{number[-4:]}",
        holder=AccountHolder(holder_type=HolderType.PERSONAL, first_name="Ada", last_name="Lovelace"),
    )


@pytest.mark.parametrize("seed", range(12))
async def test_payer_and_account_find_each_other_whichever_comes_first(
    seed: int, keys: SealingKeys, sqlite_databases: SqliteDatabases, engine_on: Callable[[Store, Vendor], Engine]
) -> None:
    """Also when both come at once: then each is decided without the other, unless they meet in one row."""
    rng = random.Random(seed)
    payer = register_payer(payer_id="payer-1", register_accounts_of="user-1")
    accounts = [("e1", shared(keys, "x1", "1234567")), ("e2", shared(keys, "x2", "7654321"))]
    steps: list[tuple[str, Event] | Command] = [*accounts * 2, payer]
    rng.shuffle(steps)
    store, vendor = SqliteStore(Path(sqlite_databases.fresh({}).removeprefix("sqlite:///")), {}), Vendor()
    async with engine_on(store, vendor) as engine:
        for step in steps:
            if isinstance(step, Command):
                await engine.send(step)
            else:
                await engine.hear(step)
            if rng.random() < 0.5:
                await engine.idle()
        await engine.until(lambda: _names(engine).count("mandate-requested") == 2, "two mandates")
        await engine.idle()
        names = _names(engine)
        assert vendor.calls.count(register_bank_account.CREATE_BANK_ACCOUNT) == 2
    registered = [event for event in engine.published if event.name == "bank-account-registered"]
    assert sorted(event.data["external_account_id"] for event in registered) == ["x1", "x2"]
    assert sorted(event.data["account_masked"] for event in registered) == ["******4321", "******4567"]
    assert names.count("default-bank-account-set") == 2
    assert names.count("command-refused") == 0


async def test_without_its_number_a_shared_account_waits_for_a_person(
    keys: SealingKeys, sqlite_databases: SqliteDatabases, engine_on: Callable[[Store, Vendor], Engine], tmp_path: Path
) -> None:
    """Dropped, the account would never be registered and nobody would know."""
    SealingKeys.generate(tmp_path / "other.json")
    foreign = shared(SealingKeys.load(tmp_path / "other.json"), "x1", "1234567")
    store = SqliteStore(Path(sqlite_databases.fresh({}).removeprefix("sqlite:///")), {})
    async with engine_on(store, Vendor()) as engine:
        await engine.hear(("e1", foreign))
        await engine.until(lambda: "x1" in engine.dispatcher.parked, "a parked key")


def _names(engine: Engine) -> list[str]:
    return [event.name for event in engine.published]


STORY: Sequence[Event] = [
    settlement.VendorPaymentObserved(
        merchant_id="maple-books",
        payment_id="payment",
        vendor_payment_id="801",
        amount=a_payment().money,
        auth=settlement.VendorAuth.APPROVED,
        clearing=settlement.VendorClearing.OPENED,
        observed_at=NOON,
    ),
    settlement.PaymentInSettlement(
        merchant_id="maple-books",
        payment_id="payment",
        vendor_payment_id="801",
        amount=a_payment().money,
        vendor_batch_id="901",
        since=NOON,
    ),
    settlement.PaymentCleared(
        merchant_id="maple-books",
        payment_id="payment",
        vendor_payment_id="801",
        amount=a_payment().money,
        cleared_at=NOON,
        funds_available_at=NOON + timedelta(days=4),
        claim_deadline=date(2026, 5, 31),
    ),
    settlement.PaymentFinal(
        merchant_id="maple-books",
        payment_id="payment",
        vendor_payment_id="801",
        amount=a_payment().money,
        final_at=NOON + timedelta(days=95),
        claim_deadline=date(2026, 5, 31),
    ),
]
RETURNED = settlement.PaymentReturned(
    merchant_id="maple-books",
    payment_id="payment",
    vendor_payment_id="801",
    amount=a_payment().money,
    returned_on=date(2026, 3, 6),
    return_class=settlement.ReturnClass.UNKNOWN,
    retry=settlement.Retry.UNKNOWN,
)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("story", "state"), [(STORY, PaymentState.FINAL), ([*STORY[:3], RETURNED], PaymentState.RETURNED)]
)
async def test_a_settlement_story_ends_in_the_same_state_in_any_order(
    seed: int,
    story: Sequence[Event],
    state: PaymentState,
    sqlite_databases: SqliteDatabases,
    engine_on: Callable[[Store, Vendor], Engine],
) -> None:
    facts = [(f"e{number}", event) for number, event in enumerate(story)] * 2
    random.Random(seed).shuffle(facts)
    store = SqliteStore(Path(sqlite_databases.fresh({}).removeprefix("sqlite:///")), {})
    await store.write(
        lambda connection: connection.execute(
            PAYMENTS.table.insert().values(PAYMENTS.row(a_payment(vendor_payment_id="801")))
        )
    )
    async with engine_on(store, Vendor()) as engine:
        for fact in facts:
            await engine.hear(fact)
        await engine.idle()
        payment = (await store.read(lambda connection: SqlReads(connection).payments(["payment"])))["payment"]
        assert payment.state is state


@pytest.mark.parametrize("held", [None, "777"])
async def test_a_fact_of_another_debit_moves_nothing(
    held: str | None, sqlite_databases: SqliteDatabases, engine_on: Callable[[Store, Vendor], Engine]
) -> None:
    """Believed, it would end the look-up of the debit that we may have made, and that would be made again."""
    store = SqliteStore(Path(sqlite_databases.fresh({}).removeprefix("sqlite:///")), {})
    unknown = a_payment(state=PaymentState.UNKNOWN, vendor_payment_id=held)
    await store.write(lambda connection: connection.execute(PAYMENTS.table.insert().values(PAYMENTS.row(unknown))))
    async with engine_on(store, Vendor()) as engine:
        await engine.hear(*((f"e{number}", event) for number, event in enumerate(STORY)))
        await engine.idle()
        payment = (await store.read(lambda connection: SqlReads(connection).payments(["payment"])))["payment"]
        assert (payment.state, payment.vendor_payment_id) == (PaymentState.UNKNOWN, held)
        assert engine.published == []


async def test_a_fact_about_a_payment_that_is_not_ours_changes_nothing(
    sqlite_databases: SqliteDatabases, engine_on: Callable[[Store, Vendor], Engine]
) -> None:
    """settlement-watcher also follows payments that others have made."""
    store = SqliteStore(Path(sqlite_databases.fresh({}).removeprefix("sqlite:///")), {})
    async with engine_on(store, Vendor()) as engine:
        await engine.hear(*((f"e{number}", event) for number, event in enumerate(STORY)))
        await engine.idle()
        assert (engine.published, dict(engine.dispatcher.parked)) == ([], {})
