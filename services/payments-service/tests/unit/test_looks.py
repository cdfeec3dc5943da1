"""When the vendor is asked about a payer's mandates: never for nothing, and in time for a debit."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.payments import PaymentState, StopPayment
from bankrails_messaging.decisions import Answering, Decision, Handling, Work
from bankrails_messaging.work_row import WorkRow
from bankrails_testkit import commands
from bankrails_testkit.fixtures import sqlite_databases
from bankrails_testkit.snapshots import NOON, a_mandate, a_payment, an_account, an_outcome
from bankrails_testkit.stores import comes_back, put, sqlite_connection
from bankrails_vendor_http.budget import Lane
from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.external_account import ExternalAccount, Standing
from payments_service.domain.mandate import Mandate, MandateState
from payments_service.domain.payer_watch import LOOKING, PayerWatch
from payments_service.handlers.look_at_mandates import (
    AHEAD_OF_DEBIT,
    LOOK_AT_MANDATES,
    LOOK_STANDS,
    SPREAD,
    begin_round,
    look_before,
)
from payments_service.handlers.look_with_payments import Watched, before_its_day, when_kept_back
from payments_service.store.look_rechecks import before_look
from payments_service.store.repositories import (
    BANK_ACCOUNTS,
    EXTERNAL_ACCOUNTS,
    MANDATES,
    PAYER_WATCHES,
    PAYMENTS,
    SqlReads,
)
from sqlalchemy import Connection

__all__ = ["sqlite_databases"]

A_DAY = timedelta(days=1)


@pytest.fixture
def connection(sqlite_databases: Any) -> Iterator[Connection]:
    with sqlite_connection(Path(sqlite_databases.fresh({}).removeprefix("sqlite:///"))) as opened:
        yield opened


def test_each_new_reason_begins_a_round_at_the_fast_pace() -> None:
    """The payer has the mail open now, however long an older request has waited."""
    watch, look = begin_round(None, "maple-books", "payer", "501", NOON)
    again, next_look = begin_round(watch, "maple-books", "payer", "501", NOON + A_DAY)
    assert (watch.round, again.round, again.state, again.since) == (1, 2, LOOKING, NOON + A_DAY)
    assert (look.payload["round"], next_look.payload["round"]) == (1, 2)
    assert (look.kind, look.lane) == (LOOK_AT_MANDATES, Lane.LOOK_UP)
    assert next_look.due_at == NOON + A_DAY + timedelta(seconds=5)


def test_looks_before_debits_of_one_hour_are_spread_over_the_hours_before() -> None:
    """Ten thousand payers debited at eight would need all the vendor's calls at half past seven."""
    due = [look_before("maple-books", f"payer-{n}", "501", NOON + A_DAY, NOON).due_at for n in range(200)]
    times = [each for each in due if each is not None]
    assert len(times) == 200
    assert min(times) >= NOON + A_DAY - AHEAD_OF_DEBIT - SPREAD
    assert max(times) <= NOON + A_DAY - AHEAD_OF_DEBIT
    assert len(set(times)) > 150
    assert look_before("maple-books", "payer", "501", NOON + timedelta(minutes=1), NOON).due_at == NOON


def collecting(due_at: Any) -> Handling[Any, Any]:
    work = Work("withdraw", {"vendor_customer_id": "501"}, "budget", Lane.MONEY, due_at=due_at)
    verdict = Decision(a_payment(state=PaymentState.ACCEPTED), work=(work,))
    return Handling(type(commands.collect_payment("p", "a")), lambda reads, some: [], lambda *_: verdict)


@pytest.mark.parametrize(("due_at", "looks"), [(None, 0), (NOON, 0), (NOON + A_DAY, 1)])
def test_a_debit_that_waits_for_its_day_has_a_look_before_it(due_at: Any, looks: int) -> None:
    """One that goes out at once is told by the vendor's own answer."""
    handling = before_its_day(collecting(due_at))
    verdict = handling.decide(commands.collect_payment("payer", "account"), None, NOON)
    assert isinstance(verdict, Decision)
    planned = [work for work in verdict.work if work.kind == LOOK_AT_MANDATES]
    assert [work.payload["payer_id"] for work in planned] == ["payer"] * looks
    assert all(work.payload["round"] is None for work in planned)


@pytest.mark.parametrize(("state", "looks"), [(PaymentState.AWAITING_MANDATE, 1), (PaymentState.APPROVED, 0)])
def test_a_debit_that_the_vendor_keeps_back_begins_a_round(state: PaymentState, looks: int) -> None:
    """Either nobody accepted yet, or the end of the mandate is news to us."""
    inner: Answering[Any] = Answering("withdraw", None, lambda *_: [], lambda *_: Decision(a_payment(state=state)))
    outcome = an_outcome(payload={"vendor_customer_id": "501"})
    decision = when_kept_back(inner).decide(outcome, Watched(None, None), NOON)
    assert [part.aggregate.round for part in decision.also] == [1] * looks


@pytest.mark.parametrize(
    ("account", "mandate", "stopped"),
    [
        (an_account(), a_mandate(), False),
        (an_account(), a_mandate(state=MandateState.REVOKED, revoked_at=NOON), True),
        (an_account(disabled_for=["lock"]), a_mandate(), True),
        (an_account(state=BankAccountState.REMOVING), a_mandate(), True),
        (an_account(), a_mandate(one_time=True, used_by="payment"), False),
    ],
)
def test_what_the_vendor_keeps_back_is_stopped_where_permission_went_while_the_call_flew(
    connection: Connection, account: BankAccount, mandate: Mandate, stopped: bool
) -> None:
    """Waiting debits were stopped when the account was locked; this one was in flight, or unknown, and not among them."""
    put(connection, (PAYMENTS, a_payment()), (BANK_ACCOUNTS, account), (MANDATES, mandate))
    kept_back = Decision(a_payment(state=PaymentState.AWAITING_MANDATE))
    inner: Answering[Any] = Answering("withdraw", None, lambda reads, some: [None for _ in some], lambda *_: kept_back)
    answering = when_kept_back(inner)
    outcome = an_outcome(key="payment", payload={"vendor_customer_id": "501"})
    (situation,) = answering.load(SqlReads(connection), [outcome])
    decision = answering.decide(outcome, situation, NOON)
    stop = StopPayment(merchant_id="maple-books", payment_id="payment", or_refund=False)
    assert decision.commands == ((stop,) if stopped else ())


def row(round: int | None, payer_id: str = "payer") -> WorkRow:
    payload = {"merchant_id": "maple-books", "payer_id": payer_id, "vendor_customer_id": "501", "round": round}
    return WorkRow("work", "payer", LOOK_AT_MANDATES, payload, "b", 0, "c", "c", 0)


@pytest.mark.parametrize(
    ("asked", "watch", "goes"),
    [
        (2, PayerWatch("payer", LOOKING, round=2, version=1), True),
        (1, PayerWatch("payer", LOOKING, round=2, version=1), False),
        (1, None, False),
        (None, None, True),
        (None, PayerWatch("payer", round=2, looked_at=NOON - LOOK_STANDS, version=1), True),
        (None, PayerWatch("payer", round=2, looked_at=NOON - LOOK_STANDS / 2, version=1), False),
    ],
)
def test_a_look_that_nobody_needs_any_more_is_no_call(
    asked: int | None, watch: PayerWatch | None, goes: bool, connection: Connection
) -> None:
    """Of five debits of one payer on one day, one look tells for all."""
    if watch is not None:
        put(connection, (PAYER_WATCHES, watch))
    stopped = before_look(ManualClock(NOON))(connection, [row(asked)])
    assert (stopped == {}) is goes


def test_watches_and_external_accounts_come_back_as_they_were(connection: Connection) -> None:
    """Types included."""
    comes_back(connection, PAYER_WATCHES, PayerWatch("payer", LOOKING, 3, NOON, NOON, version=1))
    external = ExternalAccount("x1", Standing.LOCKED, "fraud", ["a", "b"], {"country": "CA"}, version=1)
    comes_back(connection, EXTERNAL_ACCOUNTS, external)
