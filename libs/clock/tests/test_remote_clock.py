"""RemoteClock against a small clock service on a real socket, which can be taken down and brought back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from bankrails_clock import ClockState, ClockUnreachable, ManualClock, RemoteClock

START = datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC)
DAY = timedelta(days=1)


class Service:
    """The documented contract in its smallest form. `life` changes as it would with a restart."""

    def __init__(self) -> None:
        self.clock = ManualClock(START, running=True)
        self.life, self.jumps, self.moved = "a", 0, asyncio.Event()
        self.garbage_answers = 0
        self.line_delay = timedelta(0)
        self.polled: asyncio.Queue[str | None] = asyncio.Queue()
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/clock"

    def jump(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.jumps += 1
        self.moved.set()
        self.moved = asyncio.Event()

    def version(self) -> str:
        return f"{self.life}-{self.jumps}"

    async def answer(self, request: web.Request) -> web.Response:
        if self.garbage_answers:
            self.garbage_answers -= 1
            return web.Response(text="<html>Bad gateway</html>", content_type="text/html")
        self.polled.put_nowait(request.query.get("after"))
        if request.query.get("after") == self.version():
            await self.moved.wait()
        return web.json_response(ClockState(self.clock.now() - self.line_delay, self.version(), running=True).to_json())

    async def up(self) -> None:
        app = web.Application()
        app.router.add_get("/clock", self.answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    await service.up()
    yield service
    await service.down()


async def reaches(clock: RemoteClock, when: datetime) -> None:
    async with asyncio.timeout(10):
        await clock.wait_until(when, asyncio.Event())


def close(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=5)


async def test_it_starts_at_the_services_time_and_flows(service: Service) -> None:
    """A process started in the middle of a virtual year joins it there."""
    async with RemoteClock(service.url) as clock:
        assert close(clock.now(), service.clock.now())
        await reaches(clock, clock.now() + timedelta(milliseconds=20))


async def test_a_jump_at_the_service_wakes_a_waiter_here(service: Service) -> None:
    """All processes cross the 17:00 close together."""
    async with RemoteClock(service.url) as clock:
        waiting = asyncio.create_task(clock.wait_until(START + 60 * DAY, asyncio.Event()))
        service.jump(61 * DAY)
        async with asyncio.timeout(10):
            await waiting
        assert close(clock.now(), START + 61 * DAY)


async def test_jumps_made_while_the_line_was_down_are_all_learned(service: Service) -> None:
    """A lost jump would leave one service of four living in last week."""
    async with RemoteClock(service.url) as clock:
        await service.down()
        service.jump(3 * DAY)
        service.jump(4 * DAY)
        await service.up()
        await reaches(clock, START + 7 * DAY)
        assert close(clock.now(), START + 7 * DAY)


async def test_time_flows_on_while_the_service_is_away(service: Service) -> None:
    """The clock service is no reason for payments to stop."""
    async with RemoteClock(service.url) as clock:
        await service.down()
        await reaches(clock, clock.now() + timedelta(milliseconds=50))
        await service.up()


async def test_a_restarted_service_is_believed_even_when_it_is_earlier(service: Service) -> None:
    """Its new life has a new beginning; a client that held on to the old one would be alone in it."""
    async with RemoteClock(service.url) as clock:
        service.jump(30 * DAY)
        await reaches(clock, START + 30 * DAY)
        await service.down()
        service.life, service.clock = "b", ManualClock(START, running=True)
        await service.up()
        async with asyncio.timeout(10):
            while not close(clock.now(), START):  # a step back ends no wait, by design
                await asyncio.sleep(0.01)


async def test_time_does_not_go_back_within_one_life(service: Service) -> None:
    """A short jump learned over a slow line must not undo time already lived through."""
    async with RemoteClock(service.url) as clock:
        before = clock.now()
        service.line_delay = timedelta(seconds=30)
        service.jump(timedelta(microseconds=1))
        async with asyncio.timeout(10):
            while await service.polled.get() != service.version():
                pass
        assert clock.now() >= before


async def test_garbage_from_a_proxy_is_not_taken_for_a_time(service: Service) -> None:
    """An error page with status 200 is asked again, not parsed into a day."""
    service.garbage_answers = 2
    async with RemoteClock(service.url) as clock:
        assert close(clock.now(), START)


async def test_without_a_service_the_process_does_not_start(service: Service) -> None:
    """Starting on the machine's time instead would mix two calendars in one database."""
    await service.down()
    with pytest.raises(ClockUnreachable):
        async with RemoteClock(service.url, start_timeout_seconds=0.3):
            pytest.fail("entered without knowing the time")
    await service.up()


@pytest.mark.parametrize("body", [None, [], {}, {"now": "yesterday", "version": "a-1", "running": True}])
def test_a_state_is_read_strictly(body: object) -> None:
    """Whatever is not a clock's answer raises one thing, so that the caller knows one thing to expect."""
    with pytest.raises(ValueError, match="clock state"):
        ClockState.from_json(body)
