"""One look at a merchant's payments, one call at a time: a page of a list, or one row by itself.

Each call is a piece of work of its own, so each waits for its place in the vendor's budget; what is left of the sweep
travels in the work's payload, and what a page shows is decided and told before the next is asked for.

What is on its way is read whole, by days of creation: such a list never loses a row because its status has changed.
What is cleared can only come back, and of that the vendor is asked for rejected, contested and returned rows alone,
however far back it reaches: all rows of ninety days would be hundreds of pages. That filter is on a status, so the list
can change while it is turned. A row that enters it pushes others to a later page: one is seen twice, none is missed. A
row that leaves it (a dispute that was won) may hide one that moves up over the edge of a page: then two readings differ
and the list is read again; should it slip through all the same, the next look, within the hour, reads the list anew. Nothing
is concluded from a row's absence there: funds become available, and a payment final, only after its own row was read and
showed it cleared.
"""

from collections import defaultdict
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog
from bankrails_clock.port import Clock
from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.client import HelcimClient
from bankrails_helcim.endpoints import TRANSACTIONS_PER_PAGE_MAX
from bankrails_helcim.mapping import ClearingStatus
from bankrails_helcim.transaction_filter import TransactionFilter
from bankrails_helcim.wire import AchTransaction
from bankrails_messaging.calls import Answer, Payload
from bankrails_rails.banking_days import BankingCalendar
from bankrails_vendor_http.errors import VendorRejected
from prometheus_client import Counter

from settlement_watcher.domain.list_reading import ListReading, turn
from settlement_watcher.domain.looks import EVERY
from settlement_watcher.domain.observation import Observation, oddity, says_something_new
from settlement_watcher.domain.sweep_plan import SINGLES_MAX, Cursor, Single
from settlement_watcher.domain.unclaimed_row import UnclaimedRow, row_seen
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.observed import is_due
from settlement_watcher.ports import Known
from settlement_watcher.vendor.rows import observation, unclaimed_observation

CAME_BACK = (ClearingStatus.REJECTED, ClearingStatus.CONTESTED, ClearingStatus.RETURNED)

log = structlog.get_logger()

News = dict[str, Observation]
"""Rows that are to be decided on, by the vendor's id."""


class Books(Protocol):
    """The store, as a sweep reads it while it looks."""

    def known(self, merchant_id: str, vendor_ids: Sequence[str]) -> Awaitable[Known]: ...
    def never_seen(self, merchant_id: str, before: datetime, at_most: int) -> Awaitable[Sequence[Single]]: ...


class Planner(Protocol):
    """Where a look begins (vendor/planning.py)."""

    def begun(self, payload: Payload) -> Awaitable[Cursor]: ...
    def newest(self, merchant_id: str) -> Awaitable[Sequence[ListReading]]: ...


@dataclass(frozen=True)
class Sweep:
    client: HelcimClient
    access: MerchantAccess
    calendar: BankingCalendar
    clock: Clock
    books: Books
    planner: Planner
    odd_rows: Counter
    """By oddity."""

    async def look(self, payload: Payload) -> Answer:
        """The next call of a sweep; without anything to ask, none. `cursor` of the answer: what is left, or None."""
        merchant_id = payload["merchant_id"]
        stored = payload.get("cursor")
        cursor = Cursor.from_json(stored) if stored else await self.planner.begun(payload)
        now = self.clock.now()
        if cursor.lists and now - cursor.newest_at >= EVERY:
            cursor = cursor.with_newest(await self.planner.newest(merchant_id), now)
        cursor = await self._with_unseen(cursor, merchant_id, ())
        rows: list[AchTransaction] = []
        if cursor.lists:
            rows, cursor = await self._page(cursor)
        elif cursor.singles:
            rows, cursor = await self._single(cursor)
        news = await self._news(merchant_id, rows, now)
        cursor = await self._with_unseen(cursor, merchant_id, news)
        return {
            "rows": [seen.as_json() for seen in news.values()],
            "cursor": cursor.as_json(),
            "ends": cursor.is_at_end,
        }

    async def _with_unseen(self, cursor: Cursor, merchant_id: str, shown: Collection[str]) -> Cursor:
        """Once everything else was asked for: those that should have been on a list and were on none. `shown`: vendor's
        ids that our books have not yet heard of."""
        if cursor.lists or cursor.singles or not cursor.unseen:
            return cursor
        found = await self.books.never_seen(merchant_id, cursor.begun_at, SINGLES_MAX + len(shown))
        singles = [item for item in found if item.vendor_payment_id not in shown]
        return replace(cursor, singles=tuple(singles[:SINGLES_MAX]), unseen=False)

    async def _page(self, cursor: Cursor) -> tuple[list[AchTransaction], Cursor]:
        reading, *rest = cursor.lists
        where = TransactionFilter(
            start_on=reading.start_on, end_on=reading.end_on, status_clearing=CAME_BACK if reading.came_back else ()
        )
        rows = await self.client.transactions_page(self.access, where, reading.page)
        turned = turn(reading, [row.id for row in rows], TRANSACTIONS_PER_PAGE_MAX)
        if turned.disagrees:
            log.warning("sweep.readings_disagree", list=reading.name, page=reading.page)
        whole = {**cursor.whole, reading.name: turned.digest} if turned.digest is not None else cursor.whole
        lists = (turned.next, *rest) if turned.next is not None else tuple(rest)
        return rows, replace(cursor, lists=lists, whole=whole)

    async def _single(self, cursor: Cursor) -> tuple[list[AchTransaction], Cursor]:
        single, *rest = cursor.singles
        after = replace(cursor, singles=tuple(rest))
        try:
            row = await self.client.get_transaction(self.access, int(single.vendor_payment_id))
        except VendorRejected as error:
            log.warning("sweep.not_shown", aggregate_id=single.payment_id, reason=error.reason)
            return [], after
        return [row], after

    async def _news(self, merchant_id: str, rows: Sequence[AchTransaction], now: datetime) -> News:
        """Of these rows, what is new to our books, and what something is to be said of now."""
        known = await self.books.known(merchant_id, [str(row.id) for row in rows])
        payments: defaultdict[str, list[WatchedPayment]] = defaultdict(list)
        for payment in known.payments:
            payments[payment.vendor_payment_id or ""].append(payment)
        unclaimed = {item.id: item for item in known.rows}
        news: News = {}
        for row in rows:
            id = str(row.id)
            seen = self._of(payments[id], row, unclaimed.get(id), now) if payments[id] else None
            if not payments[id]:
                seen = _nobodys(merchant_id, row, unclaimed.get(id), now)
            if seen is not None:
                news[id] = seen
        return news

    def _of(
        self, payments: Sequence[WatchedPayment], row: AchTransaction, known: UnclaimedRow | None, now: datetime
    ) -> Observation | None:
        seen = observation(row, payments[0], now)
        fresh = any(says_something_new(payment, seen) for payment in payments)
        if fresh and (odd := oddity(seen)) is not None:
            self.odd_rows.labels(odd).inc()
            log.warning(
                "sweep.odd_row", aggregate_id=payments[0].id, oddity=odd, auth=seen.auth, clearing=seen.clearing
            )
        due = any(is_due(payment, seen, self.calendar, now) for payment in payments)
        was_nobodys = known is not None and not known.is_claimed
        return seen if fresh or due or was_nobodys else None


def _nobodys(merchant_id: str, row: AchTransaction, known: UnclaimedRow | None, now: datetime) -> Observation | None:
    seen = unclaimed_observation(row, now)
    if seen is None:
        log.warning("sweep.row_unreadable", vendor_payment_id=row.id)
        return None
    if known is not None and known.merchant_id != merchant_id:
        log.error("sweep.row_of_two_merchants", vendor_payment_id=row.id)
        return None
    return None if row_seen(known, seen, merchant_id) is known else seen
