"""The store as a look reads it (vendor/planning.py, vendor/sweep.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from bankrails_helcim.mountain_time import MOUNTAIN_TIME
from bankrails_messaging.store import Store

from settlement_watcher.domain.change_notice import ChangeNotice
from settlement_watcher.domain.sweep_plan import Single
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.ports import Known, Watchlist
from settlement_watcher.store import watchlists
from settlement_watcher.store.repositories import NOTICES, PAYMENTS


@dataclass(frozen=True)
class StoredBooks:
    store: Store

    async def payment(self, payment_id: str) -> WatchedPayment:
        return await self.store.read(lambda connection: PAYMENTS.get_many(connection, [payment_id])[payment_id])

    async def notice(self, notice_id: str) -> ChangeNotice:
        return await self.store.read(lambda connection: NOTICES.get_many(connection, [notice_id])[notice_id])

    async def watchlist(self, merchant_id: str, now: datetime, claims_end_by: date, returned_from: date) -> Watchlist:
        read = partial(
            watchlists.watchlist,
            merchant_id=merchant_id,
            now=now,
            claims_end_by=claims_end_by,
            returned_from=returned_from,
        )
        return await self.store.read(read)

    async def rows_on(self, merchant_id: str, days: Sequence[date]) -> dict[date, int]:
        return await self.store.read(
            partial(watchlists.rows_on, merchant_id=merchant_id, days=days, zone=MOUNTAIN_TIME)
        )

    async def waiting_for_mandate(self, merchant_id: str, at_most: int) -> list[Single]:
        return await self.store.read(partial(watchlists.waiting_for_mandate, merchant_id=merchant_id, at_most=at_most))

    async def never_seen(self, merchant_id: str, before: datetime, at_most: int) -> list[Single]:
        return await self.store.read(
            partial(watchlists.never_seen, merchant_id=merchant_id, before=before, at_most=at_most)
        )

    async def known(self, merchant_id: str, vendor_ids: Sequence[str]) -> Known:
        return await self.store.read(partial(watchlists.known, merchant_id=merchant_id, vendor_ids=vendor_ids))
