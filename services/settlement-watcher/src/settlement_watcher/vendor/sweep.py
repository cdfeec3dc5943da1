"""One look at a merchant's payments: as few pages as will tell, and of them only what is new.

What is on its way is read whole, from the oldest creation date on. What is cleared can only come back, so of that the
returned and contested rows are listed, however far back it reaches: few, where all rows of ninety days would be
hundreds of pages. Where something is to be said because its time has come, its own days are read whole, so that it is
said of a row that was seen. What no page showed is asked for one by one, a few at a time.

Pages move while they are turned. A list of several pages is read until two readings agree, three at most.
"""

import random
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import structlog
from bankrails_contracts.settlement import VendorAuth, VendorClearing
from bankrails_helcim.client import HelcimClient, MerchantAccess, TransactionFilter
from bankrails_helcim.endpoints import TRANSACTIONS_PER_PAGE_MAX
from bankrails_helcim.mapping import ClearingStatus
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from bankrails_helcim.wire import AchTransaction
from bankrails_messaging.calls import Answer
from bankrails_rails.banking_days import BankingCalendar
from bankrails_vendor_http.errors import VendorRejected

from settlement_watcher.domain.claims import GRACE_DAYS
from settlement_watcher.domain.looks import RESTING, asks_the_vendor, pending
from settlement_watcher.domain.observation import Observation, says_something_new
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.ports import Watchlist
from settlement_watcher.vendor.rows import observation

CAME_BACK = (ClearingStatus.REJECTED, ClearingStatus.CONTESTED, ClearingStatus.RETURNED)
DAYS_APART = timedelta(days=1)
"""The vendor's dates have no zone that can be relied on (mountain_time.py): a day wider at each end."""
WINDOW_MAX = timedelta(days=30)
"""A payment that has not moved for so long is asked for by itself, or one of them would make every list long."""
ONE_BY_ONE_MAX = 20
ROWS_MAX = 500
"""Of one answer, which is one transaction of ours: the next look a second later has the rest."""
READINGS_MAX = 3

log = structlog.get_logger()

Rows = dict[str, AchTransaction]
"""By vendor payment id."""
Seen = Sequence[tuple[WatchedPayment, Observation]]


class Open(Protocol):
    """The store, as a sweep reads it."""

    def watchlist(self, merchant_id: str, now: datetime, claims_end_by: date) -> Awaitable[Watchlist]: ...
    def cleared(self, merchant_id: str, vendor_ids: Sequence[str]) -> Awaitable[Sequence[WatchedPayment]]: ...


@dataclass
class Sweep:
    client: HelcimClient
    access: MerchantAccess
    calendar: BankingCalendar
    now: datetime
    """When it begins, which is also as old as each of its readings may be."""
    rows: Rows = field(default_factory=dict)

    async def whole(self, since: datetime, until: datetime | None = None) -> None:
        """Every row created between these times."""
        await self._list(
            TransactionFilter(start_on=_day(since - DAYS_APART), end_on=_day((until or self.now) + DAYS_APART))
        )

    async def came_back(self, since: datetime) -> Rows:
        """Of all rows created since, those that went wrong after they were approved."""
        where = TransactionFilter(start_on=_day(since - DAYS_APART), end_on=_day(self.now), status_clearing=CAME_BACK)
        return await self._list(where)

    async def one_by_one(self, payments: Iterable[WatchedPayment]) -> None:
        """Those that no page has shown, a few at a time."""
        missing = [item for item in payments if item.vendor_payment_id not in self.rows]
        # Drawn, not in turns: whatever turns by the calendar leaves out those whose turn falls on a weekend.
        for payment in random.sample(missing, min(len(missing), ONE_BY_ONE_MAX)):
            try:
                row = await self.client.get_transaction(self.access, int(payment.vendor_payment_id or 0))
            except VendorRejected as error:
                log.warning("sweep.not_shown", aggregate_id=payment.id, reason=error.reason)
            else:
                self.rows[str(row.id)] = row

    async def batches_closed_at(self) -> dict[str, datetime | None]:
        return {str(batch.batch_id): batch.closed_at for batch in await self.client.list_batches(self.access)}

    def of(self, payment: WatchedPayment) -> Observation | None:
        row = self.rows.get(payment.vendor_payment_id or "")
        return None if row is None else observation(row, payment, self.now)

    async def _list(self, where: TransactionFilter) -> Rows:
        read: Rows = {}
        for _ in range(READINGS_MAX):
            before, read = read, {str(row.id): row for row in await self.client.all_transactions(self.access, where)}
            if len(read) < TRANSACTIONS_PER_PAGE_MAX or read == before:
                break
        self.rows |= read
        return read


async def answer_of(sweep: Sweep, store: Open, merchant_id: str) -> Answer:
    """What has changed, which due payments were seen, and which batches have closed."""
    now, calendar = sweep.now, sweep.calendar
    claims_end_by = calendar.date_of(now) - timedelta(days=GRACE_DAYS + 1)
    watch = await store.watchlist(merchant_id, now, claims_end_by)
    moving = [item for item in watch.moving if asks_the_vendor(pending(item, calendar), calendar, now)]
    recent = [item.since for item in moving if item.since >= now - WINDOW_MAX]
    if recent:
        await sweep.whole(min(recent))
    asked = [*moving, *watch.cleared_due]
    due_ids = {item.id for item in watch.cleared_due}
    if watch.cleared_due:
        known = {item.since for item in watch.cleared_due if item.vendor_payment_id not in sweep.rows}
        if known:
            await sweep.whole(min(known), max(known))
    if watch.oldest_cleared is not None and asks_the_vendor(RESTING, calendar, now):
        came_back = await sweep.came_back(watch.oldest_cleared)
        asked += [item for item in await store.cleared(merchant_id, list(came_back)) if item.id not in due_ids]
    await sweep.one_by_one(asked)
    seen = [(payment, row) for payment in asked if (row := sweep.of(payment)) is not None]
    news = [(payment, row) for payment, row in seen if says_something_new(payment, row)]
    told = news[:ROWS_MAX]
    due = [payment.id for payment, row in seen if payment.id in due_ids and _is_cleared(row)]
    return {
        "rows": [{"payment_id": payment.id, "seen": row.as_json()} for payment, row in told],
        "due": due,
        "batches": await _closed(sweep, seen, news),
        "more": len(news) > len(told) or (len(due_ids) >= ROWS_MAX and bool(due)),
    }


def _is_cleared(row: Observation) -> bool:
    """A hold or a claim's end is said of what the vendor shows as cleared now, not of what once was."""
    return row.auth == VendorAuth.APPROVED and row.clearing == VendorClearing.CLEARED


async def _closed(sweep: Sweep, seen: Seen, news: Seen) -> list[dict[str, Any]]:
    """The batches that payments in `news` were shown closed in, counted over all watched payments seen in them."""
    ids = {row.vendor_batch_id for payment, row in news if row.batch_closed and not payment.batch_closed} - {None}
    if not ids:
        return []
    closed_at = await sweep.batches_closed_at()
    batches = []
    for id in sorted(id for id in ids if id is not None):
        inside = [row for _, row in seen if row.vendor_batch_id == id and row.auth == VendorAuth.APPROVED]
        if not inside:
            continue
        at = closed_at.get(id) or inside[0].batch_closed_at or sweep.now
        total = sum(row.amount_minor for row in inside)
        batches.append(
            {
                "id": id,
                "closed_at": at.isoformat(),
                "payments": len(inside),
                "total_minor": total,
                "currency": inside[0].currency,
            }
        )
    return batches


def _day(at: datetime) -> date:
    return wall_date(at, MOUNTAIN_TIME)
