"""A process that belongs to a clock service, on real sockets: joining, leaving, and a service that was restarted."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from bankrails_clock import ClockState, ClockUnreachable, IdleReport, JoinRefused, ManualClock, RemoteClock

START = datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC)


class Service:
    """Keeps who joined. `life` changes, and the parties are forgotten, as with a restart."""

    def __init__(self) -> None:
        self.life, self.port = "a", 0
        self.status = 204
        self.parties: dict[str, dict[str, Any]] = {}
        self.authorization: str | None = None
        self.calls: asyncio.Queue[str] = asyncio.Queue()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/clock"

    async def state(self, request: web.Request) -> web.Response:
        version = f"{self.life}-0"
        if request.query.get("after") == version:
            await asyncio.Event().wait()
        return web.json_response(ClockState(START, version, running=False).to_json())

    async def join(self, request: web.Request) -> web.Response:
        self.authorization = request.headers.get("authorization")
        if self.status == 204:
            party = await request.json()
            self.parties[party["name"]] = party
        self.calls.put_nowait("join")
        return web.Response(status=self.status)

    async def leave(self, request: web.Request) -> web.Response:
        self.parties.pop(request.match_info["name"])
        self.calls.put_nowait("leave")
        return web.Response(status=204)

    async def up(self) -> None:
        app = web.Application()
        app.router.add_get("/clock", self.state)
        app.router.add_post("/clock/parties", self.join)
        app.router.add_delete("/clock/parties/{name}", self.leave)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def restarted(self) -> None:
        await self.down()
        self.life, self.parties = "b", {}
        await self.up()

    async def called(self) -> str:
        async with asyncio.timeout(10):
            return await self.calls.get()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    await service.up()
    yield service
    await service.down()


async def test_a_process_joins_and_leaves(service: Service) -> None:
    """From the one to the other, time waits for it."""
    async with RemoteClock(service.url, token="steer") as clock:
        await clock.join("payments-service", 8603)
        assert service.parties == {"payments-service": {"name": "payments-service", "port": 8603, "path": "/idle"}}
        assert service.authorization == "Bearer steer"
        await clock.leave()
        assert service.parties == {}
        await clock.leave()
        await clock.join("payments-service", 8604, path="/quiet")
        assert service.parties["payments-service"]["path"] == "/quiet"
        with pytest.raises(RuntimeError, match="joined already"):
            await clock.join("payments-service", 8605)


async def test_the_end_of_the_clock_is_a_leaving(service: Service) -> None:
    """A clean stop must not leave an address behind at which nobody answers."""
    async with RemoteClock(service.url) as clock:
        await clock.join("payments-service", 8603)
    assert service.parties == {}


async def test_it_joins_again_when_the_service_was_restarted(service: Service) -> None:
    """The new service knows nobody, and would run ahead of all."""
    async with RemoteClock(service.url) as clock:
        await clock.join("payments-service", 8603)
        assert await service.called() == "join"
        await service.restarted()
        assert await service.called() == "join"
        assert list(service.parties) == ["payments-service"]


async def test_a_refusal_while_the_service_comes_up_is_not_the_end(service: Service) -> None:
    """It was accepted before, and is the same party still."""
    async with RemoteClock(service.url) as clock:
        await clock.join("payments-service", 8603)
        service.status = 404
        await service.restarted()
        for _ in range(3):
            await service.called()
        assert service.parties == {}
        service.status = 204
        while not service.parties:
            await service.called()


async def test_whoever_has_left_does_not_join_again(service: Service) -> None:
    """A restart is no reason to come back."""
    async with RemoteClock(service.url) as clock:
        await clock.join("payments-service", 8603)
        await clock.leave()
        await service.restarted()
        await clock.join("another", 1)
        assert list(service.parties) == ["another"]


async def test_a_refusal_is_told(service: Service) -> None:
    """A wrong token or name does not heal by itself."""
    service.status = 401
    async with RemoteClock(service.url) as clock:
        with pytest.raises(JoinRefused) as refused:
            await clock.join("payments-service", 8603)
        assert refused.value.status == 401
        service.status = 204
        await clock.join("payments-service", 8603)


async def test_without_a_service_joining_has_a_deadline_and_leaving_none_to_wait_for(service: Service) -> None:
    """A process neither starts outside the common time nor hangs on its way out."""
    async with RemoteClock(service.url, start_timeout_seconds=0.3) as clock:
        await service.down()
        with pytest.raises(ClockUnreachable):
            await clock.join("payments-service", 8603)
        await service.up()
        await clock.join("payments-service", 8603)
        await service.down()
    await service.up()


async def test_the_next_wait_is_the_earliest_that_is_pending() -> None:
    """What a party answers with when it is asked what it has due."""
    clock = ManualClock(START)
    wake = asyncio.Event()
    assert clock.next_wait() is None
    tasks = [asyncio.create_task(clock.wait_until(START + timedelta(hours=n), wake)) for n in (5, 2, 9, 0)]
    tasks.append(asyncio.create_task(clock.wait_until(None, wake)))
    await asyncio.sleep(0)
    assert clock.next_wait() == START + timedelta(hours=2)
    clock.advance(timedelta(hours=2))
    assert clock.next_wait() == START + timedelta(hours=2), "come, and not yet dealt with"
    await asyncio.wait(tasks, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    await tasks[1]
    assert clock.next_wait() == START + timedelta(hours=5)
    tasks[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert clock.next_wait() == START + timedelta(hours=9)
    wake.set()
    await asyncio.gather(*tasks[1:])
    assert clock.next_wait() is None


def test_a_report_survives_its_way() -> None:
    """Both ends speak of it in these words."""
    report = IdleReport(START, True, START + timedelta(days=1), {"t/0": 7}, {"u/1": 0})
    assert IdleReport.from_json(report.to_json()) == report
    assert IdleReport.from_json(IdleReport(START, False).to_json()) == IdleReport(START, False)


@pytest.mark.parametrize(
    "changed",
    [
        {"now": "2024-01-01T00:00:00"},
        {"now": 7},
        {"next_due": 7},
        {"idle": 1},
        {"consumed": {"t/0": True}},
        {"published": None},
    ],
)
def test_a_report_is_read_strictly(changed: dict[str, Any]) -> None:
    """A party misread is a party not waited for."""
    body = IdleReport(START, True).to_json()
    for wrong in (body | changed, {name: body[name] for name in body.keys() - changed.keys()}, [], None):
        with pytest.raises(ValueError, match="not an idle report"):
            IdleReport.from_json(wrong)
