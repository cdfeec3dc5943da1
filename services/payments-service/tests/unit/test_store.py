"""The service's own tables: rows and snapshots, what is read again before a debit, and the migrations."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import payments_service.store.tables  # noqa: F401 - fills the metadata
import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.payments import MoneyCall, PaymentState, RefundState
from bankrails_messaging.work_row import WorkRow
from bankrails_testkit.fixtures import sqlite_databases
from bankrails_testkit.snapshots import NOON, a_mandate, a_payer, a_payment, an_account
from bankrails_testkit.stores import comes_back, newest_migration, put, schema_differences, sqlite_connection
from payments_service.domain.bank_account import BankAccountState
from payments_service.domain.doubt import Doubt
from payments_service.domain.mandate import MandateState
from payments_service.domain.refund import Refund
from payments_service.domain.undo import Ask, Undo
from payments_service.domain.vendor_claim import VendorClaim
from payments_service.main import SCHEMA
from payments_service.store.rechecks import before_undoing, before_withdrawal
from payments_service.store.repositories import (
    BANK_ACCOUNTS,
    MANDATES,
    PAYERS,
    PAYMENTS,
    VENDOR_CLAIMS,
    SqlReads,
    claimed,
)
from payments_service.store.tables import Row
from sqlalchemy import Connection

__all__ = ["sqlite_databases"]

TODAY = date(2026, 3, 2)
DOUBT = Doubt(NOON, "why", needs_operator=True, candidates=("801", "802"))


@pytest.fixture
def connection(sqlite_databases: Any) -> Iterator[Connection]:
    with sqlite_connection(Path(sqlite_databases.fresh({}).removeprefix("sqlite:///"))) as opened:
        yield opened


def debit(id: str = "work", **more: Any) -> WorkRow:
    payload = {"bank_account_id": "account", "not_after": None} | more.pop("payload", {})
    made = {"key": "payment", "kind": "withdraw", "budget": "b", "lane": 0, "due_at": 0}
    return WorkRow(id=id, payload=payload, causation_id="c", correlation_id="c", **(made | more))


@pytest.mark.parametrize(
    ("repository", "snapshot"),
    [
        (PAYERS, a_payer(business_name="Zoë & Söhne", phone="4035551234", default_bank_account_id="a")),
        (BANK_ACCOUNTS, an_account(routing_number="021000021", company_name="C")),
        (
            MANDATES,
            a_mandate(accepted_at=NOON, revoked_at=NOON.replace(microsecond=7), earliest_debit_on=date(2026, 3, 5)),
        ),
        (PAYMENTS, a_payment(not_after=NOON, unknown_since=NOON, needs_operator=True, vendor_payment_id="801")),
        (PAYMENTS, a_payment(state=PaymentState.CLEARED, due_on=TODAY, claim_deadline=TODAY, retry_until=TODAY)),
        (PAYMENTS, a_payment(wish=Ask("StopPayment").stored(), candidates=["801"], limits=["day"], counts=True)),
        (PAYMENTS, a_payment().with_undo(Undo(MoneyCall.VOID, Ask("StopPayment"), DOUBT, cancelled_seen=True))),
        (PAYMENTS, a_payment().with_refund(Refund("r", 1, RefundState.UNKNOWN, exposed_until=TODAY, doubt=DOUBT))),
        (VENDOR_CLAIMS, VendorClaim("maple-books/901", "payment", "void")),
    ],
)
def test_a_snapshot_comes_back_as_it_was(repository: Any, snapshot: Any, connection: Connection) -> None:
    """Types included: a state that came back as text would match no table."""
    comes_back(connection, repository, snapshot)


@pytest.mark.parametrize(
    ("states", "usable"),
    [
        ([], {}),
        ([MandateState.REQUESTED], {"account": True}),
        ([MandateState.ACCEPTED], {"account": True}),
        ([MandateState.REQUESTING], {"account": False}),
        ([MandateState.REVOKED], {"account": False}),
        ([MandateState.REJECTED], {"account": False}),
        ([MandateState.REVOKED, MandateState.ACCEPTED], {"account": True}),
        ([MandateState.ACCEPTED, MandateState.REVOKED], {"account": True}),
    ],
)
def test_an_account_has_a_mandate_while_one_of_its_mandates_is_usable(
    states: list[MandateState], usable: dict[str, bool], connection: Connection
) -> None:
    """A revoked one does not spoil a new one, and "never had any" is told from "has none now"."""
    put(
        connection,
        *[(MANDATES, a_mandate(id=f"m{n}", vendor_mandate_id=str(n), state=state)) for n, state in enumerate(states)],
    )
    assert SqlReads(connection).accounts_with_mandate(["account", "other"]) == usable


def test_a_vendor_id_is_claimed_within_its_merchant(connection: Connection) -> None:
    """Two merchants' vendor accounts number by themselves."""
    put(connection, (PAYMENTS, a_payment(vendor_payment_id="801")))
    assert claimed(connection, PAYMENTS, "vendor_payment_id", "another", "maple-books", ["801", "802"]) == {"801"}
    assert claimed(connection, PAYMENTS, "vendor_payment_id", "another", "liberty-books", ["801"]) == set()


def test_what_a_payment_holds_itself_is_not_taken_from_it(connection: Connection) -> None:
    """Its look-up would find nothing, call its debit absent, and make it again."""
    put(connection, (PAYMENTS, a_payment(vendor_payment_id="801")))
    assert claimed(connection, PAYMENTS, "vendor_payment_id", "payment", "maple-books", ["801"]) == set()


@pytest.mark.parametrize("state", [PaymentState.ACCEPTED, PaymentState.UNKNOWN])
def test_before_a_debit_the_payment_becomes_submitting(state: PaymentState, connection: Connection) -> None:
    """In the commit that records the attempt; its version rises, so that a decision on the older row is made again."""
    put(connection, (PAYMENTS, a_payment(state=state)), (MANDATES, a_mandate()))
    assert before_withdrawal(ManualClock(NOON))(connection, [debit()]) == {}
    found = PAYMENTS.get_many(connection, ["payment"])["payment"]
    assert (found.state, found.version) == (PaymentState.SUBMITTING, 3)


@pytest.mark.parametrize("state", [PaymentState.AWAITING_MANDATE, PaymentState.CANCELLED, PaymentState.APPROVED])
def test_only_a_payment_that_is_still_to_be_sent_does(state: PaymentState, connection: Connection) -> None:
    """A repeat must not move a state that knows more."""
    put(connection, (PAYMENTS, a_payment(state=state)), (MANDATES, a_mandate()))
    before_withdrawal(ManualClock(NOON))(connection, [debit()])
    assert PAYMENTS.get_many(connection, ["payment"])["payment"].state is state


@pytest.mark.parametrize(
    ("mandate", "not_after", "reason"),
    [
        (MandateState.ACCEPTED, NOON + timedelta(seconds=1), None),
        (MandateState.ACCEPTED, NOON, "TOO_LATE"),
        (MandateState.ACCEPTED, NOON - timedelta(days=1), "TOO_LATE"),
        (MandateState.REVOKED, None, "MANDATE_REVOKED"),
        (MandateState.REQUESTED, None, None),
    ],
)
@pytest.mark.parametrize("known", [{}, {"unknown_since": 1}, {"doubtful": True}])
def test_a_debit_that_may_no_longer_go_is_stopped_whatever_was_tried_before(
    mandate: MandateState, not_after: Any, reason: str | None, known: dict[str, Any], connection: Connection
) -> None:
    """No call is made to the bank after that time, and none without consent; a repeat is a call as well."""
    put(connection, (PAYMENTS, a_payment(state=PaymentState.ACCEPTED)), (MANDATES, a_mandate(state=mandate)))
    row = debit(payload={"not_after": None if not_after is None else not_after.isoformat()}, **known)
    stopped = before_withdrawal(ManualClock(NOON))(connection, [row])
    assert {id: why.partition(": ")[0] for id, why in stopped.items()} == ({} if reason is None else {"work": reason})
    if reason is not None:
        assert PAYMENTS.get_many(connection, ["payment"])["payment"].state is PaymentState.ACCEPTED


def test_the_migrated_schema_is_the_one_of_the_tables(connection: Connection) -> None:
    """A column that is in the model alone fails in production, on the first row."""
    assert schema_differences(connection, Row.metadata) == []


def test_the_newest_migration_is_the_schema_this_release_asks_for() -> None:
    """A migration that SCHEMA.head does not name would never be applied, silently."""
    assert newest_migration(SCHEMA) == SCHEMA.head


def test_a_row_that_nobody_claims_is_matched_with_what_is_in_doubt(connection: Connection) -> None:
    """By merchant and amount for a debit; for what undoes one, by the debit that it names."""
    put(
        connection,
        (PAYMENTS, a_payment(id="unknown", state=PaymentState.UNKNOWN)),
        (PAYMENTS, a_payment(id="twin", state=PaymentState.SUBMITTING)),
        (PAYMENTS, a_payment(id="dear", state=PaymentState.UNKNOWN, amount_minor=5_000)),
        (PAYMENTS, a_payment(id="theirs", state=PaymentState.UNKNOWN, merchant_id="liberty-books")),
        (PAYMENTS, a_payment(id="debit", state=PaymentState.APPROVED, vendor_payment_id="801")),
    )
    asked = [("maple-books", 4_995, None), ("maple-books", 1, "801"), ("liberty-books", 1, "801")]
    assert SqlReads(connection).payments_in_doubt(asked) == [["unknown"], ["debit"], []]


def test_whose_a_transaction_is_is_known_for_debits_refunds_and_voids(connection: Connection) -> None:
    """One of the vendor's stands for one of ours, whichever call made it."""
    put(
        connection,
        (PAYMENTS, a_payment(vendor_payment_id="801")),
        (VENDOR_CLAIMS, VendorClaim("maple-books/901", "payment", "refund r", version=1)),
    )
    asked = [("maple-books", "801"), ("maple-books", "901"), ("liberty-books", "901"), ("maple-books", "7")]
    assert SqlReads(connection).owners_of(asked) == ["payment payment", "refund r of payment payment", None, None]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"payment": {"wish": {"command": "StopPayment"}}}, "STOPPED"),
        ({"payment": {"state": PaymentState.REFUSED}}, "STOPPED"),
        ({"account": {"disabled_for": ["lock"]}}, "ACCOUNT_DISABLED"),
        ({"account": {"superseded_at": NOON, "successor_id": "new"}}, "ACCOUNT_DISABLED"),
        ({"account": {"state": BankAccountState.REMOVED}}, "ACCOUNT_DISABLED"),
        ({"mandate": {"earliest_debit_on": date(2026, 3, 3)}}, "NOT_BEFORE"),
        ({"mandate": {"one_time": True, "used_by": "another"}}, "MANDATE_MISSING"),
    ],
)
def test_everything_that_may_have_changed_is_read_again_before_a_debit(
    more: dict[str, dict[str, Any]], reason: str, connection: Connection
) -> None:
    """In the commit that records the attempt: what was true at the decision may be days old."""
    put(
        connection,
        (PAYMENTS, replace(a_payment(state=PaymentState.ACCEPTED), **more.get("payment", {}))),
        (BANK_ACCOUNTS, an_account(**more.get("account", {}))),
        (MANDATES, a_mandate(state=MandateState.ACCEPTED, **more.get("mandate", {}))),
    )
    row = debit(payload={"time_zone": "America/Toronto"})
    stopped = before_withdrawal(ManualClock(NOON))(connection, [row])
    assert stopped["work"].partition(": ")[0] == reason


@pytest.mark.parametrize("state", list(PaymentState))
def test_a_payment_that_came_back_or_ended_is_not_undone(state: PaymentState, connection: Connection) -> None:
    """A refund that was sent beside a return is a double loss."""
    put(connection, (PAYMENTS, a_payment(state=state, vendor_payment_id="801")))
    stopped = before_undoing(connection, [debit()])
    open_ones = {"AWAITING_MANDATE", "APPROVED", "IN_SETTLEMENT", "CLEARED", "FINAL"}
    assert (stopped == {}) is (state in open_ones)
    assert state is not PaymentState.RETURNED or stopped["work"].startswith("RETURNED: ")


def test_what_is_known_of_a_doubt_and_an_undoing_comes_back_as_it_was() -> None:
    """They rest as JSON: a date that came back as text would compare with nothing."""
    undo = Undo(MoneyCall.VOID, Ask("StopPayment", or_refund=True, insist=True), DOUBT, cancelled_seen=True)
    refund = Refund("r", 1, RefundState.UNKNOWN, 1, insisted=True, exposed_until=TODAY, doubt=DOUBT)
    payment = a_payment(wish=undo.ask.stored()).with_undo(undo).with_refund(refund)
    assert (payment.undoing, payment.refund("r"), payment.wished) == (undo, refund, undo.ask)
