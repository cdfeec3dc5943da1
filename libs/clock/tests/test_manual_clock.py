import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from bankrails_clock import Clock, ManualClock, SystemClock

START = datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC)
DAY = timedelta(days=1)


async def parked(waiting: asyncio.Task[None]) -> None:
    """Lets the task run as far as it can and asserts that it is still waiting."""
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()


async def ended(waiting: asyncio.Task[None]) -> None:
    async with asyncio.timeout(5):
        await waiting


def test_a_frozen_clock_stands_still_until_told() -> None:
    """Unit tests compare exact instants."""
    clock = ManualClock(START)
    assert clock.now() == clock.now() == START
    clock.advance(DAY)
    assert clock.now() == START + DAY


async def test_an_advance_over_the_instant_ends_the_wait() -> None:
    """Sixty days pass without sixty days passing."""
    clock = ManualClock(START)
    waiting = asyncio.create_task(clock.wait_until(START + 60 * DAY, asyncio.Event()))
    await parked(waiting)
    clock.advance(59 * DAY)
    await parked(waiting)
    clock.advance(DAY)
    await ended(waiting)


async def test_every_waiter_that_is_due_wakes_on_one_jump() -> None:
    """Many workers wait on one clock; a wake-up lost by one of them would be work left undone."""
    clock = ManualClock(START)
    waits = [asyncio.create_task(clock.wait_until(START + n * DAY, asyncio.Event())) for n in range(1, 50)]
    await asyncio.sleep(0)
    clock.advance(50 * DAY)
    async with asyncio.timeout(5):
        await asyncio.gather(*waits)


@pytest.mark.parametrize("clock", [ManualClock(START), ManualClock(START, running=True), SystemClock()])
async def test_the_event_ends_the_wait_and_is_left_set(clock: Clock) -> None:
    """The caller clears the event once it has taken what it announced; clearing it here would lose the announcement."""
    for when in (clock.now() + 60 * DAY, None):
        wake = asyncio.Event()
        waiting = asyncio.create_task(clock.wait_until(when, wake))
        await parked(waiting)
        wake.set()
        await ended(waiting)
        assert wake.is_set()


async def test_without_an_instant_a_jump_does_not_end_the_wait() -> None:
    """None means that nothing is due, however late it gets."""
    clock = ManualClock(START)
    waiting = asyncio.create_task(clock.wait_until(None, asyncio.Event()))
    await parked(waiting)
    clock.advance(1000 * DAY)
    await parked(waiting)
    waiting.cancel()


@pytest.mark.parametrize("clock", [ManualClock(START), SystemClock()])
async def test_an_instant_already_past_does_not_wait(clock: Clock) -> None:
    """Overdue work found at a restart runs at once."""
    async with asyncio.timeout(5):
        await clock.wait_until(clock.now() - DAY, asyncio.Event())


@pytest.mark.parametrize("clock", [ManualClock(START, running=True), SystemClock()])
async def test_flowing_time_reaches_the_instant_by_itself(clock: Clock) -> None:
    """Between jumps virtual time flows at real speed, so short waits end without anybody's help."""
    when = clock.now() + timedelta(milliseconds=20)
    async with asyncio.timeout(5):
        await clock.wait_until(when, asyncio.Event())
    assert clock.now() >= when


async def test_starting_to_flow_lets_a_frozen_wait_end() -> None:
    """A wait that began while frozen must notice that time moves again."""
    clock = ManualClock(START)
    waiting = asyncio.create_task(clock.wait_until(START + timedelta(milliseconds=20), asyncio.Event()))
    await parked(waiting)
    clock.run()
    await ended(waiting)
    clock.freeze()
    assert clock.now() == clock.now()


def test_an_instant_without_a_zone_is_refused() -> None:
    """Naive times compare with aware ones only by an exception, hours later and elsewhere."""
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2024, 4, 17))  # noqa: DTZ001 - the point of the test


def test_advance_refuses_to_go_back() -> None:
    """A due time that was reached cannot be unreached."""
    with pytest.raises(ValueError, match="backwards"):
        ManualClock(START).advance(-DAY)
