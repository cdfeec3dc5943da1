"""The service's own tables: rows and snapshots, what a sweep reads, and the migrations."""

from datetime import date, timedelta

import pytest
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import PaymentState as S
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.mountain_time import MOUNTAIN_TIME
from bankrails_messaging.rows import Changes, to_micros
from bankrails_messaging.statements import Numbers, apply
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_testkit.stores import comes_back, newest_migration, schema_differences
from bankrails_vendor_http.budget import Lane
from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.unclaimed_row import UnclaimedRow, claimed, row_seen
from settlement_watcher.domain.watched_payment import OPEN
from settlement_watcher.main import SCHEMA
from settlement_watcher.ports import OpenPayments
from settlement_watcher.store.repositories import BATCHES, PAYMENTS, UNCLAIMED, SqlReads
from settlement_watcher.store.tables import Row
from settlement_watcher.store.watchlists import known, never_seen, rows_on, waiting_for_mandate, watchlist

DAY = timedelta(days=1)


def put(connection, *snapshots):
    for snapshot in snapshots:
        repository = {Batch: BATCHES, UnclaimedRow: UNCLAIMED}.get(type(snapshot), PAYMENTS)
        connection.execute(repository.table.insert().values(repository.row(snapshot)))


def plan(connection, due_at, *calls):
    """Each: kind, merchant id, state, and what else it asks."""
    rows = [
        WorkRow(
            id=f"{kind}-{merchant_id}",
            key="payment",
            kind=kind,
            payload={"merchant_id": merchant_id} | asks,
            budget=helcim_budget(merchant_id),
            lane=int(Lane.POLLING),
            causation_id="cause",
            correlation_id="cause",
            due_at=to_micros(due_at),
            state=state,
        )
        for kind, merchant_id, state, asks in calls
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
            looks_ended_at=at,
        ),
    )


def test_a_payment_of_which_little_is_known_comes_back_as_it_was(a_payment, connection):
    comes_back(connection, PAYMENTS, a_payment(vendor_payment_id=None, external_account_id=None, holder_type=None))


def test_a_batch_comes_back_as_it_was(noon, connection):
    known = {"opened_at": noon, "closed_at": noon, "seen_closed_at": noon, "settled_at": noon, "reconciled_at": noon}
    comes_back(connection, BATCHES, Batch("47339", "maple-books", Currency.CAD, payments=2, total_minor=9_990, **known))


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
    nobody_returned = date(2027, 1, 1)
    assert sorted(reads.open_apart_from("maple-books", [], nobody_returned), key=lambda item: item.state) == [
        OpenPayments(S.APPROVED, None, None),
        OpenPayments(S.CLEARED, noon + DAY, date(2026, 6, 5)),
    ]
    rest = ["a0", "a1", "a2", "c2", "c3"]
    assert list(reads.open_apart_from("maple-books", rest, nobody_returned)) == [
        OpenPayments(S.CLEARED, noon + 2 * DAY, None)
    ]


def test_what_came_back_is_followed_for_some_days_and_what_was_given_up_no_more(a_payment, noon, connection):
    put(
        connection,
        a_payment(id="r", state=S.RETURNED, returned_on=date(2026, 3, 2)),
        a_payment(id="g", state=S.CONTESTED, looks_ended_at=noon),
    )
    reads = SqlReads(connection)
    assert list(reads.open_apart_from("maple-books", [], date(2026, 3, 2))) == [OpenPayments(S.RETURNED, None, None)]
    assert list(reads.open_apart_from("maple-books", [], date(2026, 3, 3))) == []


def test_only_merchants_with_a_payment_that_waits_for_a_mandate_are_named(a_payment, connection):
    put(connection, a_payment(state=S.AWAITING_MANDATE), a_payment(id="b", merchant_id="liberty-books"))
    assert SqlReads(connection).waits_for_mandate(["maple-books", "liberty-books", "nobody"]) == {"maple-books"}


@pytest.mark.parametrize("state", WorkState)
def test_only_merchants_with_a_look_that_has_not_begun_are_named(state, noon, connection):
    """A look under way has read what it looks for: a payment heard of since would not be seen by it."""
    late = {"purpose": "late"}
    plan(connection, noon, ("look", "maple-books", state, late), ("sweep", "liberty-books", WorkState.DUE, {}))
    found = SqlReads(connection).looks_planned(["maple-books", "maple-books", "liberty-books", "nobody"])
    assert found == ({"maple-books": noon} if state is WorkState.DUE else {})
    assert SqlReads(connection).looks_planned(["liberty-books"]) == {}


@pytest.mark.parametrize("asks", [{"purpose": "mandate"}, {"purpose": "late", "cursor": {}}])
def test_a_look_for_something_else_or_between_two_pages_is_none_for_late_payments(asks, noon, connection):
    plan(connection, noon, ("look", "maple-books", WorkState.DUE, asks))
    assert SqlReads(connection).looks_planned(["maple-books"]) == {}


@pytest.mark.parametrize("state", S)
def test_a_sweep_reads_what_moves_and_leaves_what_has_ended(state, a_payment, noon, connection):
    put(connection, a_payment(state=state))
    found = watchlist(connection, "maple-books", noon, noon.date(), noon.date())
    before_the_close = state in {S.SUBMITTING, S.AWAITING_MANDATE, S.APPROVED}
    at_the_bank = state in OPEN - {S.CLEARED} and not before_the_close
    assert [item.payment_id for item in found.before_the_close] == (["payment"] if before_the_close else [])
    assert [item.payment_id for item in found.at_the_bank] == (["payment"] if at_the_bank else [])
    assert found.oldest_cleared == (noon if state is S.CLEARED else None)
    elsewhere = watchlist(connection, "liberty-books", noon, noon.date(), noon.date())
    assert (elsewhere.before_the_close, elsewhere.at_the_bank, elsewhere.due) == ([], [], [])


def test_of_what_has_ended_a_fresh_return_is_looked_at_and_a_dispute_given_up_is_not(a_payment, noon, connection):
    put(
        connection,
        a_payment(id="fresh", state=S.RETURNED, returned_on=date(2026, 2, 23), observed_at=noon),
        a_payment(id="old", state=S.RETURNED, returned_on=date(2026, 2, 22)),
        a_payment(id="given up", state=S.CONTESTED, looks_ended_at=noon),
        a_payment(id="nowhere", vendor_payment_id=None),
    )
    found = watchlist(connection, "maple-books", noon, noon.date(), date(2026, 2, 23))
    assert [(item.payment_id, item.seen) for item in found.returned] == [("fresh", True)]
    assert (found.before_the_close, found.at_the_bank) == ([], [])


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
    found = watchlist(connection, "maple-books", noon, date(2026, 2, 20), noon.date())
    assert sorted((item.payment_id, item.due) for item in found.due) == [("claims over", True), ("hold over", True)]
    assert found.oldest_cleared == noon - 9 * DAY


def test_a_row_is_matched_within_its_merchant_and_never_with_one_that_named_it_wrongly(a_payment, connection, a_row):
    """Two merchants' payments may come to have one id only by a mistake; then neither is the other's."""
    row = row_seen(None, a_row(vendor_payment_id="901"), "maple-books")
    put(connection, a_payment(state=S.FINAL), a_payment(id="wrong", vendor_payment_id="802", state=S.REFUSED), row)
    found = known(connection, "maple-books", ["801", "802", "901"])
    assert ([item.id for item in found.payments], list(found.rows)) == (["payment"], [row])
    assert [item.id for item in SqlReads(connection).watched_as("maple-books", ["801", "802"])] == ["payment"]
    assert list(known(connection, "liberty-books", ["801"]).payments) == []


def test_our_rows_of_a_day_are_counted_by_the_vendors_day(a_payment, noon, connection):
    """It decides whether a list or single calls are cheaper."""
    put(connection, *(a_payment(id=f"p{n}", since=noon + n * timedelta(hours=6)) for n in range(4)))
    days = [noon.date() + n * DAY for n in range(-1, 2)]
    assert rows_on(connection, "maple-books", days, MOUNTAIN_TIME) == dict(zip(days, [0, 3, 1], strict=True))


def test_those_that_nobody_has_seen_and_those_that_wait_come_newest_first_and_few(a_payment, noon, connection):
    waiting = [
        a_payment(id=f"p{n}", vendor_payment_id=str(n), state=S.AWAITING_MANDATE, since=noon - n * DAY)
        for n in range(4)
    ]
    put(connection, *waiting, a_payment(id="seen", observed_at=noon), a_payment(id="ended", state=S.CANCELLED))
    assert [item.payment_id for item in waiting_for_mandate(connection, "maple-books", 2)] == ["p0", "p1"]
    assert [item.payment_id for item in never_seen(connection, "maple-books", noon, 2)] == ["p1", "p2"]


def test_a_row_comes_back_as_it_was(a_row, connection):
    row = row_seen(None, a_row(transaction_type="refund", original_vendor_payment_id="7"), "maple-books")
    comes_back(connection, UNCLAIMED, row)


def test_only_rows_that_stay_nobodys_are_named(a_payment, a_row, noon, connection):
    """A debit of ours may be seen before we hear of it, and what undoes one of ours needs nobody to ask for it."""

    def row(id, **fields):
        return row_seen(None, a_row(vendor_payment_id=id, observed_at=noon, **fields), "maple-books")

    put(
        connection,
        a_payment(),
        a_payment(id="wrong", vendor_payment_id="907", state=S.REFUSED),
        row("801"),
        row("902", transaction_type="reverse", original_vendor_payment_id="801"),
        row("903", transaction_type="refund", original_vendor_payment_id="801"),
        claimed(row("904")),
        row("905", transaction_type="reverse", original_vendor_payment_id="111"),
        row("906"),
        row("907"),
        row_seen(None, a_row(vendor_payment_id="908", observed_at=noon + DAY), "maple-books"),
    )
    found = SqlReads(connection).unclaimed_since("maple-books", noon + timedelta(hours=1))
    assert sorted(item.id for item in found) == ["903", "905", "906", "907"]
    assert SqlReads(connection).unclaimed_since("liberty-books", noon + DAY) == []


def test_the_migrated_schema_is_the_one_of_the_tables(connection):
    """A column that is in the model alone fails in production, on the first row."""
    assert schema_differences(connection, Row.metadata) == []


def test_the_newest_migration_is_the_schema_this_release_asks_for():
    """A migration that the head does not name would never be applied, silently."""
    assert newest_migration(SCHEMA) == SCHEMA.head
