"""A piece of work that makes several HTTP calls spends as many from the budget."""

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from bankrails_clock import ManualClock
from bankrails_vendor_http.allowance import Allowance, spend
from bankrails_vendor_http.budget import MINUTE_WINDOW, Budget, Lane, Quota
from bankrails_vendor_http.errors import BudgetSpent

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class Piece:
    """One piece of work with its slot acquired; a wait ends when the test lets it."""

    def __init__(self, per_minute: int = 10, lane: Lane = Lane.MONEY) -> None:
        self.clock = ManualClock(START)
        self.budget = Budget(Quota(in_flight=5, per_minute=per_minute, per_hour=1_000), self.clock)
        assert self.budget.try_acquire(lane) is None
        self.lane = lane
        self.slot = ExitStack()
        self.slot.callback(self.budget.release)
        self.limit: asyncio.Timeout | None = None
        self.waits = asyncio.Event()
        self.room = asyncio.Event()
        self.allowance = Allowance(self.budget, lane, self.slot, acquire=self._acquire, release=self.budget.release)

    async def _acquire(self) -> None:
        self.waits.set()
        await self.room.wait()
        assert self.budget.try_acquire(self.lane) is None

    def calls_counted(self, most: int = 1_000) -> int:
        counted = 0
        while self.budget.try_spend(self.lane) is None and counted < most:
            counted += 1
        return self.budget.quota.per_minute - counted


async def test_every_http_call_counts_and_the_first_is_counted_already() -> None:
    """A look-up of four pages is four calls at the vendor, whatever we call it."""
    piece = Piece()
    async with asyncio.timeout(5) as limit:
        with piece.allowance.granted(limit, waits=True):
            for _ in range(4):
                await spend("list", writes=False)
    assert piece.calls_counted() == 4
    assert piece.budget.in_flight == 1


async def test_a_call_outside_of_any_piece_of_work_is_not_counted() -> None:
    """Whoever calls by hand answers for it himself."""
    piece = Piece()
    await spend("list", writes=False)
    assert piece.calls_counted() == 1


async def test_waiting_for_room_holds_no_slot_and_no_deadline() -> None:
    """Slots are for calls that fly, and a minute's wait for the window is not the vendor's slowness."""
    piece = Piece(per_minute=1)
    async with asyncio.timeout(5) as limit:
        piece.limit = limit
        with piece.allowance.granted(limit, waits=True):
            await spend("list", writes=False)
            piece_waits = asyncio.get_running_loop().create_task(_let_in_later(piece))
            await spend("list", writes=False)
            assert limit.when() is not None
    await piece_waits
    assert piece.budget.in_flight == 1
    piece.slot.close()
    assert piece.budget.in_flight == 0


async def _let_in_later(piece: Piece) -> None:
    await piece.waits.wait()
    try:
        assert piece.budget.in_flight == 0
        assert piece.limit is not None
        assert piece.limit.when() is None  # the deadline stands still
    finally:
        piece.clock.advance(MINUTE_WINDOW)
        piece.room.set()  # also when it failed, or it would wait for ever


async def test_a_keyed_call_never_waits_in_the_middle() -> None:
    """Its key would grow old meanwhile. Nothing was sent, so it says when to come again."""
    piece = Piece(per_minute=1)
    async with asyncio.timeout(5) as limit:
        with piece.allowance.granted(limit, waits=False):
            await spend("look", writes=False)
            with pytest.raises(BudgetSpent) as caught:
                await spend("refund", writes=True)
    assert caught.value.until == START + MINUTE_WINDOW
    assert not piece.allowance.went_on_after_a_write


async def test_what_follows_a_write_waits_and_is_known_to_follow_it() -> None:
    """Giving up after the effect would look like "nothing was sent"."""
    piece = Piece(per_minute=1)
    async with asyncio.timeout(5) as limit:
        with piece.allowance.granted(limit, waits=False):
            await spend("refund", writes=True)
            assert not piece.allowance.went_on_after_a_write
            piece.limit = limit
            letting = asyncio.get_running_loop().create_task(_let_in_later(piece))
            await spend("confirm", writes=False)
    await letting
    assert piece.allowance.went_on_after_a_write


def test_a_further_call_heeds_the_windows_and_the_pause_of_its_lane() -> None:
    """Polling never spends what a debit needs, in the middle of a piece of work neither."""
    clock = ManualClock(START)
    budget = Budget(Quota(in_flight=1, per_minute=4, per_hour=1_000), clock)
    assert budget.try_acquire(Lane.POLLING) is None
    assert budget.try_spend(Lane.POLLING) is None
    assert budget.try_spend(Lane.POLLING) == START + MINUTE_WINDOW
    assert budget.try_spend(Lane.MONEY) is None
    budget.pause(START + timedelta(hours=1))
    assert budget.try_spend(Lane.MONEY) == START + timedelta(hours=1)
    assert budget.in_flight == 1
