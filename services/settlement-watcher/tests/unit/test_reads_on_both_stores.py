"""What handlers and looks ask of the store, on SQLite and PostgreSQL alike: the two differ in types, sorting and NULL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import MoneyCall
from bankrails_contracts.payments import PaymentState as S
from bankrails_contracts.settlement import DiscrepancyKind
from bankrails_helcim.mountain_time import MOUNTAIN_TIME
from bankrails_messaging.store import Store
from bankrails_testkit.stores import comes_back, put
from settlement_watcher.domain.batch import Batch, BatchState
from settlement_watcher.domain.discrepancy import Difference, Discrepancy, DiscrepancyState, found
from settlement_watcher.domain.merchant_pause import MerchantPause, PauseState
from settlement_watcher.domain.open_outcome import OpenOutcome, OutcomeState
from settlement_watcher.domain.unclaimed_row import UnclaimedRow, claimed, row_seen
from settlement_watcher.domain.watched_payment import WatchedKind, WatchedPayment
from settlement_watcher.reconciling_ports import Members
from settlement_watcher.store import watchlists
from settlement_watcher.store.reconciling import ALL_REPOSITORIES, SqlReconcilingReads
from settlement_watcher.store.repositories import UNCLAIMED
from settlement_watcher.store.standings import standings
from sqlalchemy import Connection

T = TypeVar("T")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MERCHANT = "maple-books"


class Books:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, *snapshots: Any) -> None:
        rows = [(ALL_REPOSITORIES[type(item)], item) for item in snapshots]
        await self._store.write(lambda connection: put(connection, *rows))

    async def ask(self, question: Callable[[SqlReconcilingReads], T]) -> T:
        return await self._store.read(lambda connection: question(SqlReconcilingReads(connection)))

    async def look(self, question: Callable[[Connection], T]) -> T:
        return await self._store.read(question)


@pytest.fixture
async def books(store: Store) -> Any:
    yield Books(store)
    await store.close()


def a_discrepancy(noon: datetime, what: str, **fields: Any) -> Discrepancy:
    difference = Difference(DiscrepancyKind.UNKNOWN_TO_US, what, "unknown", "withdrawal", vendor_batch_id="47339")
    made, _ = found(None, difference, MERCHANT, noon)
    return replace(made, **fields)


def ids(found: Any) -> list[str]:
    return [item.id for item in found]


async def test_what_is_read_of_batches_and_their_members(books: Any, a_payment: Any, noon: datetime) -> None:
    inside: dict[str, Any] = {"vendor_batch_id": "47339", "state": S.IN_SETTLEMENT, "in_settlement_at": noon}
    await books.put(
        Batch("47339", MERCHANT, Currency.CAD, opened_at=noon, state=BatchState.CLOSED),
        Batch("47338", MERCHANT, Currency.CAD, opened_at=noon, state=BatchState.SETTLED),
        a_payment(id="late", vendor_payment_id="1", **inside | {"in_settlement_at": noon - DAY}),
        a_payment(id="moving", vendor_payment_id="2", **inside),
        a_payment(id="told", vendor_payment_id="3", **inside, overdue_at=noon),
        a_payment(id="cleared", vendor_payment_id="4", **inside | {"state": S.CLEARED}, cleared_at=noon),
        a_payment(id="back", vendor_payment_id="5", **inside | {"state": S.RETURNED}, returned_on=date(2026, 3, 4)),
        a_payment(id="voided", vendor_payment_id="6", **inside | {"state": S.VOIDED}),
        a_payment(
            id="refund", vendor_payment_id="7", **inside, kind=WatchedKind.REFUND, refund_of="cleared", amount_minor=5
        ),
        a_payment(id="waits", vendor_payment_id="8", since=noon - 30 * HOUR),
        a_payment(id="asked", vendor_payment_id="9", since=noon - 30 * HOUR, missing_since=noon),
    )
    members = await books.ask(lambda reads: reads.members(MERCHANT, ["47339", "47338"]))
    assert members == {"47339": Members(payments=5, total_minor=5 * 4_995, cleared=1, returned=1, moving=4)}
    listed = await books.ask(lambda reads: reads.member_list(MERCHANT, "47339"))
    assert {(item.id, item.is_refund, item.state) for item in listed} >= {
        ("refund", True, S.IN_SETTLEMENT),
        ("voided", False, S.VOIDED),
    }
    assert len(listed) == 7
    assert ids(await books.ask(lambda reads: reads.batches_of(MERCHANT, (BatchState.CLOSED,)))) == ["47339"]
    assert await books.ask(lambda reads: reads.has_settled(MERCHANT))
    assert not await books.ask(lambda reads: reads.has_settled("liberty-books"))
    assert await books.ask(lambda reads: reads.may_be_in(MERCHANT, noon)) == 2
    assert await books.ask(lambda reads: reads.before_the_close(MERCHANT))
    assert ids(await books.ask(lambda reads: reads.longest_in_settlement(MERCHANT, 1))) == ["late"]
    assert ids(await books.ask(lambda reads: reads.never_shown(MERCHANT, 9))) == ["waits"]
    shown = await books.look(lambda connection: standings(connection, [MERCHANT]))
    assert shown.overdue == {MERCHANT: 1}


async def test_what_is_read_of_differences_calls_and_pauses(books: Any, noon: datetime) -> None:
    outcome = OpenOutcome("call", MERCHANT, "payment", MoneyCall.REFUND, 1_500, Currency.CAD, noon)
    ended = replace(outcome, id="ended", state=OutcomeState.RESOLVED, resolved_at=noon)
    gone = a_discrepancy(noon, "1802", state=DiscrepancyState.GONE)
    many = [a_discrepancy(noon - n * HOUR, str(n)) for n in range(1_001)]
    pause = MerchantPause(MERCHANT, "wrong amounts", PauseState.PAUSED)
    await books.put(outcome, ended, gone, *many, pause)
    assert await books.ask(lambda reads: reads.pauses([MERCHANT, "liberty-books"])) == {MERCHANT: pause}
    assert ids(await books.ask(lambda reads: reads.open_outcomes(MERCHANT))) == ["call"]
    assert set(await books.ask(lambda reads: reads.outcomes(["call", "ended", "none"]))) == {"call", "ended"}
    kinds = (DiscrepancyKind.UNKNOWN_TO_US,)
    assert len(await books.ask(lambda reads: reads.open_discrepancies(MERCHANT, kinds))) == 1_001
    assert len(await books.ask(lambda reads: reads.open_discrepancies_of("47339"))) == 1_001
    assert await books.ask(lambda reads: reads.discrepancies([gone.id])) == {gone.id: gone}
    shown = await books.look(lambda connection: standings(connection, [MERCHANT]))
    (of_kind,) = shown.discrepancies.values()
    assert (of_kind.number, of_kind.oldest_found_at) == (1_001, noon - 1_000 * HOUR)


async def test_what_a_look_reads(books: Any, a_payment: Any, a_row: Any, noon: datetime) -> None:
    cleared: dict[str, Any] = {"state": S.CLEARED, "cleared_at": noon - 9 * DAY, "funds_available_at": noon - DAY}
    held = cleared | {"available_at": noon - DAY, "claim_deadline": date(2026, 2, 20)}
    await books.put(
        a_payment(id="approved", vendor_payment_id="1", since=noon - HOUR),
        a_payment(id="waits", vendor_payment_id="2", state=S.AWAITING_MANDATE, since=noon - 40 * DAY, observed_at=noon),
        a_payment(id="at-bank", vendor_payment_id="3", state=S.CONTESTED, contested_at=noon, observed_at=noon),
        a_payment(id="available", vendor_payment_id="4", since=noon - 12 * DAY, **cleared),
        a_payment(id="final", vendor_payment_id="5", since=noon - 70 * DAY, **held),
        a_payment(id="back", vendor_payment_id="6", state=S.RETURNED, returned_on=date(2026, 3, 1)),
        a_payment(id="long-back", vendor_payment_id="7", state=S.RETURNED, returned_on=date(2026, 2, 1)),
        a_payment(id="nowhere", vendor_payment_id=None),
    )
    watch = await books.look(
        lambda connection: watchlists.watchlist(connection, MERCHANT, noon, date(2026, 2, 24), date(2026, 2, 23))
    )

    def of(followed: Any) -> dict[str, bool]:
        return {item.payment_id: item.seen for item in followed}

    assert of(watch.before_the_close) == {"approved": False, "waits": True}
    assert (of(watch.at_the_bank), of(watch.returned)) == ({"at-bank": True}, {"back": False})
    assert of(watch.due) == {"available": False, "final": False}
    assert watch.oldest_cleared == noon - 70 * DAY
    days = [date(2026, 3, 2), date(2026, 3, 1)]
    rows = await books.look(
        lambda connection: watchlists.rows_on(connection, merchant_id=MERCHANT, days=days, zone=MOUNTAIN_TIME)
    )
    assert rows == {days[0]: 5, days[1]: 0}
    singles = await books.look(lambda connection: watchlists.never_seen(connection, MERCHANT, noon, 9))
    assert [item.payment_id for item in singles] == ["approved"]
    waiting = await books.look(lambda connection: watchlists.waiting_for_mandate(connection, MERCHANT, 9))
    assert [item.payment_id for item in waiting] == ["waits"]
    assert await books.ask(lambda reads: reads.waits_for_mandate([MERCHANT, "liberty-books"])) == {MERCHANT}
    followed = await books.ask(lambda reads: reads.open_apart_from(MERCHANT, ["approved"], date(2026, 2, 23)))
    assert {item.state for item in followed} == {S.APPROVED, S.AWAITING_MANDATE, S.CONTESTED, S.CLEARED, S.RETURNED}
    (due,) = (item for item in followed if item.state is S.CLEARED)
    assert (due.next_available_at, due.next_claim_deadline) == (noon - DAY, date(2026, 2, 20))


async def test_rows_that_are_nobodys(books: Any, a_payment: Any, a_row: Any, noon: datetime) -> None:
    def row(id: str, **fields: Any) -> UnclaimedRow:
        return row_seen(None, a_row(vendor_payment_id=id, **fields), MERCHANT)

    ours = a_payment(id="ours", vendor_payment_id="801")
    reversal = row("803", transaction_type="reverse", original_vendor_payment_id="801")
    await books.put(ours, row("801"), row("802"), reversal, claimed(row("804")), row("805", observed_at=noon + HOUR))
    since = await books.ask(lambda reads: reads.unclaimed_since(MERCHANT, noon))
    assert ids(since) == ["802"]
    known = await books.look(lambda connection: watchlists.known(connection, MERCHANT, ["801", "802", "900"]))
    assert (ids(known.payments), sorted(ids(known.rows))) == (["ours"], ["801", "802"])


async def test_everything_comes_back_as_it_was(store: Store, a_payment: Any, a_row: Any, noon: datetime) -> None:
    at = noon.replace(microsecond=7)
    payment: WatchedPayment = a_payment(
        **{"observed_at": at, "returned_on": date(2026, 3, 4), "first_settled_on": date(2026, 3, 2)},
        **{"counted_on": date(2026, 3, 2), "counted_as": "originated", "missing_since": at, "overdue_at": at},
        **{"disputes": "R68 R71", "kind": WatchedKind.REFUND, "refund_of": "payment", "re_presents": "before"},
    )
    batch = Batch("1", MERCHANT, Currency.CAD, seen_closed_at=at, reconciled_at=at, reconcile_planned=True)
    outcome = OpenOutcome("call", MERCHANT, "payment", "void", 1, Currency.CAD, at, resolved_at=at)
    pause = MerchantPause(MERCHANT, "wrong amounts", PauseState.PAUSED)
    row = row_seen(None, a_row(), MERCHANT)
    for snapshot in (payment, batch, outcome, pause, row, a_discrepancy(at, "1")):
        repository = ALL_REPOSITORIES[type(snapshot)]
        await store.write(lambda connection, of=repository, item=snapshot: comes_back(connection, of, item))  # type: ignore[misc]
    await store.close()


async def test_rows_that_are_nobodys_may_be_many(
    books: Any, store: Store, a_payment: Any, a_row: Any, noon: datetime
) -> None:
    """A merchant's other system makes a thousand a day, and the look at the batches asks for all of them: PostgreSQL takes
    no more than 32,767 values in one question."""
    many = [str(n) for n in range(1, 33_001)]
    row, debit = row_seen(None, a_row(), MERCHANT), a_payment(id="ours", vendor_payment_id="33000")
    rows = [UNCLAIMED.row(row) | {"id": id} for id in many]
    await books.put(debit, a_discrepancy(noon, many[-1], id=many[-1]))
    await store.write(lambda connection: connection.execute(UNCLAIMED.table.insert(), rows))
    assert len(await books.ask(lambda reads: reads.unclaimed_since(MERCHANT, noon))) == len(many) - 1
    assert len(await books.ask(lambda reads: reads.unclaimed(many))) == len(many)
    assert set(await books.ask(lambda reads: reads.discrepancies(many))) == {many[-1]}
    assert ids(await books.ask(lambda reads: reads.watched_as(MERCHANT, many))) == ["ours"]
