"""Where a look begins: what it will ask for, from what our books follow at that moment."""

import random
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from bankrails_clock.port import Clock
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from bankrails_messaging.calls import Payload

from settlement_watcher.domain.claims import GRACE_DAYS
from settlement_watcher.domain.list_reading import ListReading
from settlement_watcher.domain.looks import EVERY, RETURNED_FOR, after_the_close, banks_work
from settlement_watcher.domain.sweep_plan import (
    ONE_DAY,
    SEEN_APART,
    SINGLES_MAX,
    Cursor,
    Followed,
    Plan,
    Single,
    days_of,
    plan,
)
from settlement_watcher.handlers.look_after_mandate import LATE, MANDATE
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.ports import Watchlist

BANKS_EVERY = EVERY - timedelta(minutes=5)
"""A look after the close, minutes after another, asks for what can have closed and leaves the rest alone."""


class Books(Protocol):
    """The store, as a look reads it before it begins."""

    def watchlist(
        self, merchant_id: str, now: datetime, claims_end_by: date, returned_from: date
    ) -> Awaitable[Watchlist]: ...
    def rows_on(self, merchant_id: str, days: Sequence[date]) -> Awaitable[Mapping[date, int]]:
        """Our payments by the vendor's day of creation."""
        ...

    def waiting_for_mandate(self, merchant_id: str, at_most: int) -> Awaitable[Sequence[Single]]: ...


@dataclass(frozen=True)
class LookPlanner:
    books: Books
    merchants: Merchants
    clock: Clock
    dice: random.Random = field(default_factory=random.Random)

    async def begun(self, payload: Payload) -> Cursor:
        """Of a look that a work row's payload asks for: the sweep, or one for a `purpose`."""
        merchant_id, now = payload["merchant_id"], self.clock.now()
        match payload.get("purpose"):
            case str(purpose) if purpose == MANDATE:
                waiting = await self.books.waiting_for_mandate(merchant_id, SINGLES_MAX)
                return Cursor(now, now, singles=tuple(waiting), unseen=False)
            case str(purpose) if purpose == LATE:
                watch = await self._watchlist(merchant_id, now)
                unseen = [item for item in watch.before_the_close if not item.seen]
                return self._cursor(await self._plan(merchant_id, unseen, (), now), now)
        return await self._sweep(merchant_id, now, payload)

    async def newest(self, merchant_id: str) -> list[ListReading]:
        """What is read again first when a sweep takes long."""
        now = self.clock.now()
        watch = await self._watchlist(merchant_id, now)
        planned = await self._plan(merchant_id, (), _recent(now), now)
        return [*_came_back(watch, now), *planned.lists]

    async def _sweep(self, merchant_id: str, now: datetime, payload: Payload) -> Cursor:
        zone, calendar = self.merchants.zone(merchant_id), self.merchants.calendar(merchant_id)
        watch = await self._watchlist(merchant_id, now)
        banks_at = _instant(payload.get("banks_at"))
        banks = banks_work(calendar, now) and (banks_at is None or now - banks_at >= BANKS_EVERY)
        followed = [*watch.before_the_close, *watch.due]
        if banks:
            followed += watch.at_the_bank
        if banks and (banks_at is None or calendar.date_of(banks_at) < calendar.date_of(now)):
            followed += watch.returned  # once a day: it has ended, unless the return is refused
        recent = _recent(now) if watch.before_the_close or after_the_close(zone, now) else []
        planned = await self._plan(merchant_id, followed, recent, now)
        came_back = _came_back(watch, now) if banks else []
        whole = payload.get("whole", {})
        lists = [replace(item, before=whole.get(item.name)) for item in (*came_back, *planned.lists)]
        cursor = self._cursor(replace(planned, lists=tuple(lists)), now)
        kept = {item.name: whole[item.name] for item in lists if item.name in whole}
        return replace(cursor, whole=kept, banks_at=now if banks else banks_at)

    def _cursor(self, planned: Plan, now: datetime) -> Cursor:
        return Cursor(now, now, lists=planned.lists, singles=planned.singles)

    async def _watchlist(self, merchant_id: str, now: datetime) -> Watchlist:
        today = self.merchants.calendar(merchant_id).date_of(now)
        claims_end_by = today - timedelta(days=GRACE_DAYS + 1)
        return await self.books.watchlist(merchant_id, now, claims_end_by, today - RETURNED_FOR)

    async def _plan(
        self, merchant_id: str, followed: Sequence[Followed], recent: Sequence[date], now: datetime
    ) -> Plan:
        days = set(recent).union(*(days_of(item, _day) for item in followed))
        rows = await self.books.rows_on(merchant_id, sorted(days))
        return plan(followed, recent, _day, rows, now, self.dice)


def _came_back(watch: Watchlist, now: datetime) -> list[ListReading]:
    if watch.oldest_cleared is None:
        return []
    return [ListReading(_day(watch.oldest_cleared - SEEN_APART), _day(now), came_back=True)]


def _recent(now: datetime) -> list[date]:
    """Tomorrow too: the vendor's day may have begun before ours."""
    today = _day(now)
    return [today - ONE_DAY, today, today + ONE_DAY]


def _day(at: datetime) -> date:
    return wall_date(at, MOUNTAIN_TIME)


def _instant(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
