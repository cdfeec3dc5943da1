"""The service's own tables: rows and snapshots, what a sweep reads, and the migrations."""

from datetime import date, timedelta

import pytest
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import PaymentState as S
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.rows import Changes, to_micros
from bankrails_messaging.statements import Numbers, apply
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_testkit.stores import comes_back, newest_migration, schema_differences
from bankrails_vendor_http.budget import Lane
from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.watched_payment import OPEN
from settlement_watcher.main import SCHEMA
from settlement_watcher.ports import OpenPayments
from settlement_watcher.store.repositories import BATCHES, PAYMENTS, SqlReads, cleared_by_vendor_id, watchlist
from settlement_watcher.store.tables import Row

DAY = timedelta(days=1)


def put(connection, *snapshots):
    for snapshot in snapshots:
        repository = BATCHES if isinstance(snapshot, Batch) else PAYMENTS
        connection.execute(repository.table.insert().values(repository.row(snapshot)))


def plan(connection, due_at, *calls):
    """Each: kind, merchant id, state."""
    rows = [
        WorkRow(
            id=f"{kind}-{merchant_id}",
            key="payment",
            kind=kind,
            payload={"merchant_id": merchant_id},
            budget=helcim_budget(merchant_id),
            lane=int(Lane.POLLING),
            causation_id="cause",
            correlation_id="cause",
            due_at=to_micros(due_at),
            state=state,
        )
        for kind, merchant_id, state in calls
    ]
    apply(connection, Changes(work_added=rows), {}, Numbers())


def test_a_payment_comes_back_as_it_was(a_payment, noon, connection):
    """Types included: a state that came back as text would match no table."""
    at = noon.replace(microsecond=7)
    comes_back(
        connection,
        PAYMENTS,
        a_payment(
            auth="approved",
            clearing="returned",
            vendor_batch_id="47339",
            batch_closed=True,
            refused=True,
            observed_at=at,
            in_settlement_at=at,
            cleared_at=at,
            funds_available_at=at,
            available_at=at,
            claim_deadline=date(2026, 6, 3),
            contested_at=at,
            returned_on=date(2026, 3, 5),
            return_code="901",
            final_at=at,
        ),
    )


def test_a_payment_of_which_little_is_known_comes_back_as_it_was(a_payment, connection):
    comes_back(connection, PAYMENTS, a_payment(vendor_payment_id=None, external_account_id=None, holder_type=None))


def test_a_batch_comes_back_as_it_was(noon, connection):
    comes_back(connection, BATCHES, Batch("47339", "maple-books", noon, 2, 9_990, Currency.CAD))


def test_what_is_open_is_summed_up_by_state(a_payment, noon, connection):
    """One row for each state, however many payments: it decides when to look next."""
    put(
        connection,
        *(a_payment(id=f"a{n}") for n in range(3)),
        a_payment(id="c1", state=S.CLEARED, funds_available_at=noon + 2 * DAY, claim_deadline=date(2026, 6, 1)),
        a_payment(id="c2", state=S.CLEARED, funds_available_at=noon + DAY, claim_deadline=date(2026, 6, 2)),
        a_payment(
            id="c3", state=S.CLEARED, funds_available_at=noon, available_at=noon, claim_deadline=date(2026, 6, 5)
        ),
        a_payment(id="f", state=S.FINAL),
        a_payment(id="r", state=S.RETURNED),
        a_payment(id="other", merchant_id="liberty-books", state=S.IN_SETTLEMENT),
    )
    reads = SqlReads(connection)
    assert sorted(reads.open_apart_from("maple-books", []), key=lambda item: item.state) == [
        OpenPayments(S.APPROVED, None, None),
        OpenPayments(S.CLEARED, noon + DAY, date(2026, 6, 5)),
    ]
    assert list(reads.open_apart_from("maple-books", ["a0", "a1", "a2", "c2", "c3"])) == [
        OpenPayments(S.CLEARED, noon + 2 * DAY, None)
    ]


def test_only_merchants_with_a_payment_that_waits_for_a_mandate_are_named(a_payment, connection):
    put(connection, a_payment(state=S.AWAITING_MANDATE), a_payment(id="b", merchant_id="liberty-books"))
    assert SqlReads(connection).waits_for_mandate(["maple-books", "liberty-books", "nobody"]) == {"maple-books"}


@pytest.mark.parametrize("state", WorkState)
def test_only_merchants_with_a_look_that_has_not_begun_are_named(state, noon, connection):
    """A look under way has read what it looks for: a payment heard of since would not be seen by it."""
    plan(connection, noon, ("look", "maple-books", state), ("sweep", "liberty-books", WorkState.DUE))
    found = SqlReads(connection).looks_planned(["maple-books", "maple-books", "liberty-books", "nobody"])
    assert found == ({"maple-books"} if state is WorkState.DUE else set())
    assert SqlReads(connection).looks_planned(["liberty-books"]) == set()


@pytest.mark.parametrize("state", S)
def test_a_sweep_reads_what_moves_and_leaves_what_has_ended(state, a_payment, noon, connection):
    put(connection, a_payment(state=state))
    found = watchlist(connection, "maple-books", noon, noon.date())
    assert [item.id for item in found.moving] == (["payment"] if state in OPEN - {S.CLEARED} else [])
    assert found.oldest_cleared == (noon if state is S.CLEARED else None)
    assert watchlist(connection, "liberty-books", noon, noon.date()).moving == []


def test_of_the_cleared_those_are_due_whose_hold_or_claims_are_over(a_payment, noon, connection):
    cleared = {"state": S.CLEARED, "funds_available_at": noon, "claim_deadline": date(2026, 6, 1)}
    put(
        connection,
        a_payment(id="hold over", **cleared),
        a_payment(id="held", **(cleared | {"funds_available_at": noon + DAY})),
        a_payment(id="available", available_at=noon, **cleared),
        a_payment(id="claims over", available_at=noon, **(cleared | {"claim_deadline": date(2026, 2, 20)})),
        a_payment(id="oldest", available_at=noon, **cleared, since=noon - 9 * DAY),
    )
    found = watchlist(connection, "maple-books", noon, date(2026, 2, 20))
    assert sorted(item.id for item in found.cleared_due) == ["claims over", "hold over"]
    assert found.oldest_cleared == noon - 9 * DAY


def test_a_returned_row_is_matched_within_its_merchant(a_payment, connection):
    """Two merchants' payments may come to have one id only by a mistake; then neither is the other's."""
    put(connection, a_payment(state=S.CLEARED), a_payment(id="open", vendor_payment_id="802"))
    assert [item.id for item in cleared_by_vendor_id(connection, "maple-books", ["801", "802", "803"])] == ["payment"]
    assert cleared_by_vendor_id(connection, "liberty-books", ["801"]) == []


def test_more_payments_than_a_query_takes_are_read_all(a_payment, noon, connection):
    connection.execute(
        PAYMENTS.table.insert(), [PAYMENTS.row(a_payment(id=f"p{n}", vendor_payment_id=str(n))) for n in range(2_500)]
    )
    assert len(watchlist(connection, "maple-books", noon, noon.date()).moving) == 2_500


def test_the_migrated_schema_is_the_one_of_the_tables(connection):
    """A column that is in the model alone fails in production, on the first row."""
    assert schema_differences(connection, Row.metadata) == []


def test_the_newest_migration_is_the_schema_this_release_asks_for():
    """A migration that the head does not name would never be applied, silently."""
    assert newest_migration(SCHEMA) == SCHEMA.head
