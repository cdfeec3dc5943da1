"""An advance with services that it waits for: real ones over HTTP, each with a clock of its own that follows."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession, web
from bankrails_clock import IdleReport, RemoteClock
from bankrails_sandbox import (
    AsyncControlClient,
    ClockConfig,
    ControlRefused,
    HelcimConfig,
    SandboxConfig,
    SandboxProcess,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
Journal = list[tuple[str, datetime, datetime]]
Open = Callable[..., Awaitable["Service"]]


class Service:
    """A process in miniature. It writes down when it acted and when that was due, and reports as it is told to."""

    def __init__(self, name: str, clock: RemoteClock, journal: Journal) -> None:
        self.name, self.clock, self.journal = name, clock, journal
        self.idle, self.published, self.consumed = True, {}, {}
        self.answers: list[web.Response] = []
        self.report: Callable[[IdleReport], dict[str, Any]] = IdleReport.to_json
        self.polls = 0
        self.polled = asyncio.Condition()

    async def act(self, *dues: datetime, doing: Callable[[], Awaitable[None]] | None = None) -> None:
        for due in sorted(dues):
            await self.clock.wait_until(due, asyncio.Event())
            self.idle = False
            self.journal.append((self.name, due, self.clock.now()))
            if doing is not None:
                await doing()
            self.idle = True

    async def answer(self, _request: web.Request) -> web.Response:
        async with self.polled:
            self.polls += 1
            self.polled.notify_all()
        if self.answers:
            return self.answers.pop()
        report = IdleReport(
            self.clock.now(), self.idle, self.clock.next_wait(), dict(self.published), dict(self.consumed)
        )
        return web.json_response(self.report(report))

    async def has_been_polled(self, times: int) -> None:
        async with asyncio.timeout(10), self.polled:
            until = self.polls + times
            await self.polled.wait_for(lambda: self.polls >= until)


@asynccontextmanager
async def served(service: Service, *, join: bool) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_get("/idle", service.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = int(runner.addresses[0][1])
        if join:
            await service.clock.join(service.name, port)
        yield port
    finally:
        await service.clock.leave()
        await runner.cleanup()


@pytest.fixture
def journal() -> Journal:
    return []


@pytest.fixture
async def steering(sandbox: SandboxProcess) -> AsyncIterator[AsyncControlClient]:
    async with sandbox.async_control() as control:
        yield control
        for name in await control.parties():
            await control.remove_party(name)


@pytest.fixture
async def open_service(steering: AsyncControlClient, journal: Journal) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def start(name: str) -> Service:
            clock = await stack.enter_async_context(RemoteClock(f"{steering.url}/clock"))
            service = Service(name, clock, journal)
            await stack.enter_async_context(served(service, join=True))
            return service

        yield start


@asynccontextmanager
async def acting(*work: Any) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each) for each in work]
    await asyncio.sleep(0)
    yield
    async with asyncio.timeout(10):
        await asyncio.gather(*tasks)


async def refusal(advance: Awaitable[Any]) -> str:
    with pytest.raises(ControlRefused) as refused:
        await advance
    assert refused.value.status == 504
    return str(refused.value)


async def test_each_acts_at_its_due_time_and_in_order(steering, open_service, journal) -> None:
    """A day late, a return would come before the clearing that it undoes."""
    start = (await steering.clock()).now
    one, other = await open_service("one"), await open_service("other")
    ones, others = [start + n * DAY for n in (1, 4, 60)], [start + n * DAY for n in (2, 3, 5)]
    async with acting(one.act(*ones), other.act(*others)):
        await steering.advance(seconds=90 * 86400)
    assert [entry[0] for entry in journal] == ["one", "other", "other", "one", "other", "one"]
    assert [due for _, due, _ in journal] == sorted(ones + others)
    assert [seen for _, _, seen in journal] == [due for _, due, _ in journal]
    assert (await steering.clock()).now == start + 90 * DAY


async def test_ninety_days_have_ninety_closes_also_without_parties(steering) -> None:
    """Both merchants close at one instant; the last step goes from the ninetieth close to the goal."""
    assert (await steering.advance(seconds=90 * 86400)).steps == 91


async def test_ninety_days_of_a_service_that_collects_each_day(steering, open_service, shop) -> None:
    """Each day a debit at noon, a close at 17:00 by the wall clock, a clearing by the banks' calendar: all in one
    advance, each in its order, none twice."""
    await steering.switch_merchant("maple-books", rate_limited=False)
    service, body = await open_service("collector"), shop.payer()
    zone, first = ZoneInfo("America/Toronto"), service.clock.now().astimezone(ZoneInfo("America/Toronto")).date()
    noons = [datetime.combine(first + n * DAY, time(12), zone).astimezone(UTC) for n in range(1, 91)]
    already = (await steering.effects())[-1].number
    async with ClientSession() as http:

        async def collect() -> None:
            headers = {"api-token": "maple-books-admin-token", "idempotency-key": shop.key()}
            async with http.put(f"{shop.sandbox.helcim_url}/ach/withdraw", json=body, headers=headers) as answer:
                assert answer.status == 200

        async with acting(service.act(*noons, doing=collect)):
            await steering.advance(to=noons[-1] + 7 * HOUR)
    effects = await steering.effects(after=already)
    days = [(effect.kind, effect.at.astimezone(zone).time()) for effect in effects if effect.kind != "clear"]
    assert days == [("withdraw", time(12)), ("close-batch", time(17))] * 90
    assert sorted(effects, key=lambda effect: effect.at) == list(effects)
    assert {effect.times for effect in effects} == {1}
    assert {effect.at.astimezone(zone).strftime("%a") for effect in effects if effect.kind == "clear"} <= set(WEEKDAYS)


async def test_what_one_does_for_another_is_done_before_time_moves_on(steering, open_service, journal) -> None:
    """The message that a due time set off is read and acted upon at that same virtual instant."""
    start = (await steering.clock()).now
    sender, reader = await open_service("sender"), await open_service("reader")
    reader.consumed["events/0"] = 7
    sender.published["events/0"] = 7

    async def publish() -> None:
        sender.published["events/0"] = 8

    async def read_late() -> None:
        while sender.published["events/0"] == 7:
            await asyncio.sleep(0)
        await reader.has_been_polled(4)
        journal.append(("read", start + HOUR, reader.clock.now()))
        reader.consumed["events/0"] = 8

    async with acting(sender.act(start + HOUR, doing=publish), read_late()):
        await steering.advance(seconds=2 * 3600)
    assert journal == [("sender", start + HOUR, start + HOUR), ("read", start + HOUR, start + HOUR)]


async def test_the_highest_of_all_publishers_must_have_been_read(steering, open_service) -> None:
    """Several services write one topic, and one of them may be behind in what it knows."""
    ahead, behind, reader = [await open_service(name) for name in ("ahead", "behind", "reader")]
    ahead.published, behind.published, reader.consumed = (
        {"t/0": 9, "t/1": 5},
        {"t/0": 2, "t/1": 5},
        {"t/0": 8, "t/1": 5},
    )
    said = await refusal(steering.advance(seconds=60, patience_seconds=0.05))
    assert "reader has read t/0 up to 8, ahead has published up to 9" in said
    assert "behind" not in said
    reader.consumed["t/0"] = 9
    assert (await steering.advance(seconds=60)).steps == 1


async def test_two_rounds_in_a_row_must_be_the_same(steering, open_service) -> None:
    """One round is a photograph in which a moving message may be at neither end."""
    service = await open_service("restless")
    reports: list[int] = []

    def moving(report: IdleReport) -> dict[str, Any]:
        reports.append(min(len(reports), 5))
        return report.to_json() | {"published": {"unread/0": reports[-1]}}

    service.report = moving
    await steering.advance(seconds=0)
    assert reports == [0, 1, 2, 3, 4, 5, 5]


async def test_time_stands_while_a_party_is_busy(steering, open_service) -> None:
    """A vendor call in flight has not happened yet in anybody's time."""
    service = await open_service("busy")
    service.idle = False
    before = (await steering.clock()).now
    advancing = asyncio.create_task(steering.advance(seconds=60))
    await service.has_been_polled(5)
    assert (advancing.done(), (await steering.clock()).now) == (False, before)
    service.idle = True
    assert (await advancing).now == before + timedelta(seconds=60)


async def test_whoever_stays_busy_is_named_with_the_reason(steering, open_service) -> None:
    """Time stands at the step where it got stuck, so what is stuck can be looked at and the advance repeated."""
    start = (await steering.clock()).now
    fine, stuck = await open_service("fine"), await open_service("stuck")

    done = asyncio.Event()
    acting = asyncio.create_task(stuck.act(start + HOUR, doing=done.wait))
    await asyncio.sleep(0)
    body = {"seconds": 7200, "patience_seconds": 0.1}
    async with ClientSession(steering.url) as http, http.post("/clock/advance", json=body) as answer:
        assert (answer.status, (await answer.json())["parties"]) == (504, {"stuck": "is busy"})
    assert (await steering.clock()).now == start + HOUR
    done.set()
    await acting
    assert (await steering.advance(seconds=60)).steps == 1
    assert fine.polls > 0


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"now": "2020-01-01T00:00:00+00:00"}, "has not heard of it"),
        ({"next_due": "2020-01-01T00:00:00+00:00"}, "has yet to do what was due at 2020-01-01"),
        ({"idle": False}, "is busy"),
        ({"idle": "yes"}, "does not answer with an idle report"),
        ({"now": "2030-01-01T00:00:00"}, "does not answer with an idle report"),
        ({"consumed": {"t/0": "7"}}, "does not answer with an idle report"),
        ({"published": []}, "does not answer with an idle report"),
    ],
)
async def test_what_a_party_says_is_taken_strictly(steering, open_service, changed, reason: str) -> None:
    """A party that is misread is a party that is not waited for."""
    service = await open_service("odd")
    service.report = lambda report: report.to_json() | changed
    assert f"odd {reason}" in await refusal(steering.advance(seconds=60, patience_seconds=0.05))


async def test_an_error_page_is_no_report(steering, open_service) -> None:
    """And is asked again: it may have been the start."""
    service = await open_service("starting")
    service.answers = [web.Response(status=500), web.Response(text="<html>", content_type="text/html")]
    assert (await steering.advance(seconds=60)).steps == 1


async def test_whoever_cannot_be_reached_holds_time_until_it_is_back_or_removed(steering) -> None:
    """A killed service has work to do when it is back; that time went on without it must be somebody's decision."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    party = {"name": "gone", "port": port}
    async with ClientSession(steering.url) as http, http.post("/clock/parties", json=party) as answer:
        assert answer.status == 204
    before = (await steering.clock()).now
    said = await refusal(steering.advance(seconds=60, patience_seconds=0.05))
    assert f"gone cannot be reached at http://127.0.0.1:{port}/idle" in said
    assert await steering.parties() == {"gone": f"http://127.0.0.1:{port}/idle"}
    assert (await steering.jump(seconds=5)).now == before + timedelta(seconds=5)
    await steering.remove_party("gone")
    assert (await steering.advance(seconds=55)).now == before + timedelta(seconds=60)


async def test_joining_again_replaces_and_leaving_ends_the_waiting(steering, open_service) -> None:
    """A service that was started again has another port and the same name."""
    first = await open_service("service")
    second = await open_service("service")
    assert list(await steering.parties()) == ["service"]
    await steering.advance(seconds=60)
    assert (first.polls, second.polls > 0) == (0, True)
    second.idle = False
    await second.clock.leave()
    assert await steering.parties() == {}
    assert (await steering.advance(seconds=60)).steps == 1


async def test_steps_have_a_least_size(steering, open_service) -> None:
    """A party that always has something due in a microsecond must not stop the clock."""
    service = await open_service("fidgety")
    service.report = lambda report: (
        report.to_json() | {"next_due": (report.now + timedelta(microseconds=1)).isoformat()}
    )
    assert (await steering.advance(seconds=10)).steps == 10


async def test_two_advances_follow_one_another(steering, open_service) -> None:
    """Both go as far as they were asked to, counted from where they begin."""
    service = await open_service("service")
    service.idle = False
    start = (await steering.clock()).now
    both = [asyncio.create_task(steering.advance(seconds=60)) for _ in range(2)]
    await service.has_been_polled(3)
    service.idle = True
    ends = sorted([(await each).now for each in both])
    assert ends == [start + timedelta(seconds=60), start + timedelta(seconds=120)]


async def test_time_that_flows_is_advanced_too(steering, open_service, journal) -> None:
    """As in a demonstration, where it also passes by itself; nobody is told to act before its time."""
    service = await open_service("service")
    due = (await steering.clock()).now + DAY
    await steering.flow(True)
    try:
        async with acting(service.act(due)):
            await steering.advance(seconds=2 * 86400)
        ((_, _, seen),) = journal
        assert due <= seen < due + HOUR
    finally:
        await steering.flow(False)


async def test_an_advance_without_end_says_who_asked_for_the_steps() -> None:
    """Instead of a caller that gives up after minutes without a word."""
    clock = ClockConfig(datetime(2024, 3, 14, tzinfo=UTC), running=False, longest_advance_seconds=1e-9)
    with SandboxProcess(SandboxConfig(clock, HelcimConfig())) as sandbox:
        async with sandbox.async_control() as control:
            said = await refusal(control.advance(seconds=90 * 86400))
    assert "HelcimVendor 1" in said
