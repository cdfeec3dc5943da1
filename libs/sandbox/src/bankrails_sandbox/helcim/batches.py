"""A merchant's daily batch: opens with the first transaction, closes at 17:00 by the merchant's wall clock.

Source: Helcim guide, ACH Payment API. Closing on every calendar day, and a new batch only with the next transaction,
are assumptions.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bankrails_sandbox.helcim.records import Batch

if TYPE_CHECKING:
    from bankrails_sandbox.helcim.books import Books


def next_close(after: datetime, zone: ZoneInfo, close_time: time) -> datetime:
    """The first close strictly after that instant. By the wall clock, so it is 17:00 on both sides of a DST change."""
    local = after.astimezone(zone)
    close = datetime.combine(local.date(), close_time, zone)
    if close <= local:
        close = datetime.combine(local.date() + timedelta(days=1), close_time, zone)
    return close.astimezone(UTC)


def open_batch(books: Books, now: datetime) -> Batch:
    if books.open_batch is None:
        closes_at = next_close(now, ZoneInfo(books.merchant.timezone), books.close_time)
        books.open_batch = Batch(next(books.ids.batches), now, closes_at)
        books.batches[books.open_batch.id] = books.open_batch
    return books.open_batch


def close_due(books: Books, now: datetime) -> None:
    batch = books.open_batch
    if batch is not None and batch.closes_at <= now:
        batch.closed_at = batch.closes_at
        books.open_batch = None
        books.record("close-batch", batch.id, batch.closes_at, None)
