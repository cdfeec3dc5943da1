"""The stories' events in any order, each twice, through the real message path and a real database."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.bank_login import external_account_id
from accounts_service.store.repositories import ACCOUNT_USES, EXTERNAL_ACCOUNTS
from bankrails_contracts.accounts import LinkExternalAccount
from bankrails_contracts.auth import BankDataFetched
from bankrails_contracts.message import Event
from bankrails_contracts.settlement import PaymentCleared
from bankrails_messaging.store import Store
from bankrails_testkit.accounts_bench import AccountsBench
from bankrails_testkit.engine import START
from sqlalchemy import Connection

HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}


def fetched(connection_id: str, user_id: str, *accounts: dict[str, Any], hours: int = 0) -> BankDataFetched:
    return BankDataFetched.model_validate(
        {
            "connection_id": connection_id,
            "user_id": user_id,
            "vendor": "helium",
            "institution": "bank-1",
            "country": "CA",
            "fetched_at": START + timedelta(hours=hours),
            "profile": {},
            "accounts": accounts,
            "link_accounts": {"holder": HOLDER, "helix_customer_id": 1001},
        }
    )


def cleared(payment_id: str, account_id: str | None, days: int) -> PaymentCleared:
    at = START + timedelta(days=days)
    return PaymentCleared.model_validate(
        {
            "merchant_id": "maple-books",
            "payment_id": payment_id,
            "vendor_payment_id": "801",
            "external_account_id": account_id,
            "amount": {"amount_minor": 4995, "currency": "CAD"},
            "cleared_at": at,
            "funds_available_at": at,
            "claim_deadline": at.date(),
        }
    )


def story(bench: AccountsBench) -> list[tuple[str, Event]]:
    """Two people; one logs in twice and has their data fetched twice."""
    linked = external_account_id("ada-1", "a1")
    return [
        ("e1", fetched("ada-1", "ada", bench.canadian("a1", "1234567"), bench.canadian("a2", "7654321", "savings"))),
        ("e2", fetched("ada-1", "ada", bench.canadian("a1", "1234567"), bench.canadian("a3", "7777777"), hours=1)),
        ("e3", fetched("ada-2", "ada", bench.canadian("b9", "1234567"), hours=2)),
        ("e4", fetched("bob-1", "bob", bench.american("c1", "000123456789"))),
        ("e5", fetched("bob-1", "bob", bench.american("c1", "000123456789"), hours=3)),
        ("e6", cleared("p1", linked, 4)),
        ("e7", cleared("p2", linked, 40)),
        ("e8", cleared("p3", linked, 12)),
        ("e9", cleared("p4", "nobody-we-know", 6)),
        ("e10", cleared("p5", None, 7)),
    ]


def state(connection: Connection) -> dict[str, Any]:
    """Without what is random or counts: ciphertext, versions; and without which of two logins was the first."""
    ids = connection.exec_driver_sql("SELECT id FROM external_account").scalars().all()
    uses = connection.exec_driver_sql("SELECT id FROM account_use").scalars().all()
    plain: dict[str, Any] = dict.fromkeys(("content_hash", "account_number_encrypted", "id"), "")
    accounts = [
        replace(each, **plain, sequence=0, version=0, connection_id=None)
        for each in EXTERNAL_ACCOUNTS.get_many(connection, list(ids)).values()
    ]
    return {
        "accounts": sorted(accounts, key=lambda each: (each.user_id, each.account_last4)),
        "uses": {each.id: each.last_cleared_at for each in ACCOUNT_USES.get_many(connection, list(uses)).values()},
    }


async def play(bench: AccountsBench, events: list[tuple[str, Event]], dice: random.Random) -> dict[str, Any]:
    """In batches of any size, as Kafka happens to hand them over."""
    async with bench.engine as engine:
        while events:
            size = dice.randint(1, 6)
            batch, events = events[:size], events[size:]
            await engine.hear(*batch)
            if dice.random() < 0.5:
                await bench.at_rest()
        await bench.at_rest()
        return await engine.store.read(state)


def told(bench: AccountsBench, name: str) -> int:
    return sum(item.name == name for item in bench.engine.published)


@pytest.mark.parametrize("seed", range(8))
async def test_a_story_told_in_any_order_and_twice_ends_the_same(seed: int, tmp_path: Path, store: Store) -> None:
    """Three services publish to this one, and nothing orders them among each other."""
    dice = random.Random(seed)
    bench = AccountsBench(tmp_path, store)
    told_once = story(bench)
    events = told_once * 2
    if seed:
        dice.shuffle(events)
    found = await play(bench, events, dice)

    assert [(each.user_id, each.state, each.account_last4) for each in found["accounts"]] == [
        ("ada", "VERIFIED", "4567"),
        ("ada", "VERIFIED", "7777"),
        ("bob", "VERIFIED", "6789"),
    ]
    assert found["uses"] == {
        external_account_id("ada-1", "a1"): START + timedelta(days=40),
        "nobody-we-know": START + timedelta(days=6),
    }
    assert len(bench.helix.accounts) == 1
    for name in ("external-account-linked", "external-account-verified", "external-account-shared"):
        subjects = [item.subject for item in bench.engine.published if item.name == name]
        assert len(subjects) == len(set(subjects)) == 3
    assert told(bench, "command-parked") == 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_the_number_reaches_payments_service_and_nobody_else(
    tmp_path: Path, database: Path, store: Store
) -> None:
    """Its key opens what is shared; nothing that is published or stored holds the number in the clear."""
    bench = AccountsBench(tmp_path, store)
    async with bench.engine as engine:
        await engine.hear(("e1", fetched("bob-1", "bob", bench.american("c1", "000123456789"))))
        await engine.until(lambda: told(bench, "external-account-shared"))
        (shared,) = [item.data for item in engine.published if item.name == "external-account-shared"]
        assert bench.payments.open(shared["account"]["account_number"]) == "000123456789"
        published = "".join(item.row.value for item in engine.published)
    assert "123456789" not in published
    assert [held.number for held in bench.helix.accounts.values()] == ["000123456789"]
    assert b"123456789" not in b"".join(path.read_bytes() for path in database.parent.glob("accounts.db*"))


async def test_an_account_linked_under_two_ids_at_once_is_linked_once(tmp_path: Path, store: Store) -> None:
    """Neither command sees the other while it is decided; the loser is decided again and refused by name."""
    bench = AccountsBench(tmp_path, store)
    commands = [
        LinkExternalAccount.model_validate(
            {
                "external_account_id": f"id-{number}",
                "user_id": "ada",
                "account": bench.canadian("a1", "1234567")["details"],
                "account_type": "checking",
                "holder": HOLDER,
            }
        )
        for number in range(5)
    ]
    async with bench.engine as engine:
        ids = await engine.send(*commands)
        await engine.until(lambda: all(engine.answers(each) for each in ids), "an answer to each command")
        names = sorted(engine.answers(each)[0].name for each in ids)
        assert names == ["command-refused"] * 4 + ["external-account-linked"]
        refusals = [item.data for item in engine.published if item.name == "command-refused"]
        assert {each["code"] for each in refusals} == {"ALREADY_EXISTS"}
        assert {each["aggregate_id"] for each in refusals} < {each.external_account_id for each in commands}


async def test_uses_of_one_account_that_come_together_are_all_counted(tmp_path: Path, store: Store) -> None:
    """Different payments are different keys, so they are decided side by side."""
    bench = AccountsBench(tmp_path, store)
    async with bench.engine as engine:
        await engine.hear(*((f"e{day}", cleared(f"p{day}", "external", day)) for day in range(1, 11)))

        async def latest() -> AccountUse | None:
            found = await engine.store.read(lambda connection: ACCOUNT_USES.get_many(connection, ["external"]))
            return found.get("external")

        await bench.at_rest()
        use = await latest()
        assert use is not None
        assert use.last_cleared_at == START + timedelta(days=10)
        assert not engine.dispatcher.parked
