"""Limits per payer, account, day and month: what is refused, what is given back, and many at once."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.payments import PaymentState as S
from bankrails_helcim.merchant import PaymentLimits
from bankrails_messaging.calls import Answer, NaturalKeyCall, Payload
from bankrails_messaging.decisions import Decision, Refusal, Tally
from bankrails_messaging.postgres_store import PostgresStore
from bankrails_messaging.rows import Changes
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.store import Store, StoreConflict
from bankrails_testkit.commands import collect_payment
from bankrails_testkit.engine import START, Engine, Published
from bankrails_testkit.fixtures import postgres_databases, postgres_server, sqlite_databases
from bankrails_testkit.snapshots import CANADIAN, NOON, a_mandate, a_payer, a_payment, an_account
from bankrails_testkit.stores import put
from payments_service.domain.limits import LimitTotal
from payments_service.domain.transitions import Trigger
from payments_service.handlers import collect_payment as collecting
from payments_service.handlers import record_withdrawal
from payments_service.handlers.changing import changed, moved
from payments_service.handlers.collect_payment import Situation, decide
from payments_service.handlers.withdrawal_work import WITHDRAW
from payments_service.store.repositories import (
    BANK_ACCOUNTS,
    LIMIT_TOTALS,
    MANDATES,
    PAYERS,
    REPOSITORIES,
    SqlReads,
)
from sqlalchemy import Connection

__all__ = ["postgres_databases", "postgres_server", "sqlite_databases"]

ALL = PaymentLimits(5_000, 20_000, 6_000, 30_000, 90_000, 100_000)
LIMITED = replace(CANADIAN, limits=ALL)
READY = Situation(LIMITED, a_payer(), an_account(), [a_mandate()], payment=None)


def test_a_payment_counts_in_each_limit_that_is_configured() -> None:
    """By the merchant's own calendar: 03:00 UTC on the third is still the second in Toronto."""
    command = collect_payment("payer", "account", 4_995, payment_id="payment")
    decision = decide(command, READY, datetime(2026, 3, 3, 3, tzinfo=UTC))
    assert isinstance(decision, Decision)
    assert [(tally.id, tally.amount_minor, tally.at_most) for tally in decision.tallies] == [
        ("maple-books/payer/payer/2026-03-02", 4_995, 5_000),
        ("maple-books/payer/payer/2026-03", 4_995, 20_000),
        ("maple-books/account/account/2026-03-02", 4_995, 6_000),
        ("maple-books/account/account/2026-03", 4_995, 30_000),
        ("maple-books/merchant//2026-03-02", 4_995, 90_000),
        ("maple-books/merchant//2026-03", 4_995, 100_000),
    ]
    assert decision.aggregate.limits == [tally.id for tally in decision.tallies]


def test_where_none_is_configured_nothing_is_counted() -> None:
    """Most merchants have none, and their payments cost no statement."""
    decision = decide(collect_payment("payer", "account"), replace(READY, merchant=CANADIAN), NOON)
    assert isinstance(decision, Decision)
    assert (decision.tallies, decision.aggregate.limits) == ((), [])


@pytest.mark.parametrize(
    ("total", "amount", "left"),
    [
        ("maple-books/payer/payer/2026-03-02", 6, "5 left"),
        ("maple-books/account/account/2026-03", 6, "5 left"),
        ("maple-books/merchant//2026-03", 6, "5 left"),
    ],
)
def test_a_limit_that_is_reached_is_named_with_what_is_left(total: str, amount: int, left: str) -> None:
    """So that the sender can collect that much, or wait for the next day."""
    at_most = {"payer": 5_000, "account": 30_000, "merchant": 100_000}[total.split("/")[1]]
    situation = replace(READY, totals={total: LimitTotal(total, at_most - 5)})
    refusal = decide(collect_payment("payer", "account", amount), situation, NOON)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, left in refusal.reason, total.split("/")[1] in refusal.reason) == (
        "LIMIT_REACHED",
        True,
        True,
    )
    assert isinstance(decide(collect_payment("payer", "account", 5), situation, NOON), Decision)


ENDS = [Trigger.REFUSE, Trigger.DECLINE, Trigger.CANCEL, Trigger.VOID]


@pytest.mark.parametrize("trigger", ENDS)
def test_what_ends_without_money_moved_gives_its_part_back_once(trigger: Trigger) -> None:
    """And takes it again should the vendor show all the same that the money moves."""
    payment = a_payment(state=S.SUBMITTING, limits=["day", "month"], counts=True)
    ended = changed(moved(payment, trigger))
    assert ended.tallies == (Tally(LimitTotal, "day", -4_995), Tally(LimitTotal, "month", -4_995))
    again = changed(ended.aggregate)
    assert again.tallies == ()
    shown = changed(moved(again.aggregate, Trigger.CLEAR))
    assert shown.tallies == (Tally(LimitTotal, "day", 4_995), Tally(LimitTotal, "month", 4_995))


@pytest.mark.parametrize("trigger", [Trigger.APPROVE, Trigger.CLEAR, Trigger.RETURN])
def test_what_moved_money_stays_counted(trigger: Trigger) -> None:
    """A payment that came back was collected that day all the same."""
    assert changed(moved(a_payment(limits=["day"], counts=True), trigger)).tallies == ()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_databases").fresh({})
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    path = database_url.removeprefix("sqlite:///")
    opened: Store = PostgresStore(database_url, {}) if path == database_url else SqliteStore(Path(path), {})
    yield opened
    await opened.close()


def tallied(*amounts: int, at_most: int | None = 100) -> Changes:
    return Changes(tallies=[(LIMIT_TOTALS.table, Tally(LimitTotal, "t", amount, at_most)) for amount in amounts])


async def total(store: Store) -> int:
    found: dict[str, Any] = await store.read(lambda connection: LIMIT_TOTALS.get_many(connection, ["t"]))
    return found["t"].amount_minor if found else 0


async def test_of_many_at_once_none_slips_under_the_limit(store: Store) -> None:
    """Each is decided without the others; the store alone sees them all."""
    rng = random.Random(1)
    amounts = [rng.randint(1, 30) for _ in range(60)]

    async def one(amount: int) -> int:
        try:
            await store.commit(tallied(amount))
        except StoreConflict:
            return 0
        return amount

    taken = await asyncio.gather(*(one(amount) for amount in amounts))
    refused = [amount for amount, took in zip(amounts, taken, strict=True) if not took]
    assert await total(store) == sum(taken)
    assert 0 <= 100 - sum(taken) < min(refused)


async def test_two_of_one_commit_are_added_up_before_they_are_measured(store: Store) -> None:
    """What the writer puts into one transaction must not pass as two that fit alone."""
    with pytest.raises(StoreConflict):
        await store.commit(tallied(60, 60))
    assert await total(store) == 0
    await store.commit(tallied(60, 40))
    with pytest.raises(StoreConflict):
        await store.commit(tallied(1))


async def test_what_is_given_back_in_a_commit_can_be_used_in_it(store: Store) -> None:
    """The order within one transaction is chance."""
    await store.commit(tallied(100))
    both = tallied(30)
    both.add(tallied(-50, at_most=None))
    await store.commit(both)
    assert await total(store) == 80


class Taken(NaturalKeyCall):
    """A vendor that takes every debit."""

    kind = WITHDRAW

    async def send(self, payload: Payload) -> Answer:
        return {
            "vendor_payment_id": payload["bank_account_id"] + str(payload["amount_minor"]),
            "status_auth": "APPROVED",
        }


@pytest.mark.parametrize("together", [True, False])
async def test_many_commands_at_once_are_accepted_up_to_the_limit_and_refused_by_name_above(
    together: bool, store: Store
) -> None:
    """Decided side by side, of different payers, against one limit of the merchant's."""
    limited = replace(CANADIAN, limits=PaymentLimits(merchant_day_minor=10_000))
    names = [f"p{number}" for number in range(20)]
    await store.write(
        lambda connection: put(
            connection,
            *((PAYERS, a_payer(id=name, vendor_customer_id=name)) for name in names),
            *((BANK_ACCOUNTS, an_account(id=name, payer_id=name, vendor_bank_account_id=name)) for name in names),
            *((MANDATES, a_mandate(id=name, bank_account_id=name, vendor_mandate_id=name)) for name in names),
        )
    )
    clock = ManualClock(START)
    async with Engine(
        store,
        handlings=[collecting.handling({limited.id: limited}, clock.now)],
        answerings=[record_withdrawal.ANSWERING],
        calls=[Taken()],
        repositories=REPOSITORIES,
        reads=SqlReads,
        clock=clock,
    ) as engine:
        commands = [collect_payment(name, name, 1_500 + number) for number, name in enumerate(names)]
        if together:
            await engine.send(*commands)
        else:
            for command in commands:
                await engine.send(command)
        await engine.until(lambda: len(_named(engine, "payment-accepted", "command-refused")) == 20, "every answer")
        accepted = _named(engine, "payment-accepted")
        refused = _named(engine, "command-refused")
        assert {item.data["code"] for item in refused} == {"LIMIT_REACHED"}
        taken = sum(item.data["amount"]["amount_minor"] for item in accepted)
        assert 10_000 - 1_520 < taken <= 10_000
        (total,) = (await store.read(_totals)).values()
        assert total.amount_minor == taken


def _totals(connection: Connection) -> dict[str, LimitTotal]:
    return LIMIT_TOTALS.get_many(connection, ["maple-books/merchant//2026-03-02"])


def _named(engine: Engine, *names: str) -> list[Published]:
    return [item for item in engine.published if item.name in names]
