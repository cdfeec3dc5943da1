"""What a running service shows to operators, and to whoever moves the virtual clock."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from aiohttp import web
from bankrails_clock.idle import IdleReport
from bankrails_clock.port import Clock, SharedClock
from bankrails_telemetry.health import Progress, holds, not_older_than
from bankrails_telemetry.metrics import LoopLag
from bankrails_telemetry.ops_server import Handler, OpsServer
from prometheus_client import CollectorRegistry

from bankrails_messaging.dispatcher import DECISION, Dispatcher
from bankrails_messaging.intake import Intake
from bankrails_messaging.relay import ACKNOWLEDGEMENT, Relay
from bankrails_messaging.start import StartRefused
from bankrails_messaging.work import WorkPool
from bankrails_messaging.writer import STORE_COMMIT

STUCK_SECONDS = 30.0
"""Work that is there and makes no progress for so long is stuck: far above any wait that heals by itself."""
BEAT = "event loop"
"""The progress mark that the gauges leave each second."""

Route = tuple[str, str, Handler]
"""Method, path, handler."""
Jwks = Callable[[], Mapping[str, object]]


class Operations:
    def __init__(
        self,
        clock: Clock,
        dispatcher: Dispatcher,
        pool: WorkPool,
        relay: Relay,
        intake: Intake,
        lag: LoopLag,
        progress: Progress,
        taking_part: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._dispatcher = dispatcher
        self._pool = pool
        self._relay = relay
        self._intake = intake
        self._lag = lag
        self._progress = progress
        self._taking_part = taking_part

    @asynccontextmanager
    async def serving(
        self, host: str, port: int, registry: CollectorRegistry, jwks: Jwks | None, routes: Sequence[Route] = ()
    ) -> AsyncIterator[str]:
        """The address. Raises StartRefused when it is taken."""
        expect = self._progress.expect
        owed = partial(expect, max_age_seconds=STUCK_SECONDS, once_owed=True)
        live = {
            BEAT: expect(BEAT, max_age_seconds=10, reason="the gauges tick every second"),
            "loop lag": self._lag.under(5.0),
            DECISION: owed(DECISION, reason="messages wait and none is decided"),
        }
        ready = {
            "running": holds(self._taking_part, "starting or stopping"),
            STORE_COMMIT: owed(STORE_COMMIT, reason="the store takes nothing"),
            ACKNOWLEDGEMENT: owed(ACKNOWLEDGEMENT, reason="Kafka takes no events"),
            "kafka fetch": not_older_than(STUCK_SECONDS, self._intake.poll_age_seconds, "Kafka answers no fetch"),
        }
        server = OpsServer(host, port, registry=registry, live=live, ready=ready, jwks=jwks)
        server.add_route("GET", "/idle", self._show_idle)
        server.add_route("GET", "/parked", self._show_parked)
        server.add_route("POST", "/parked/{key}/release", self._release_parked)
        for route in routes:
            server.add_route(*route)
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(server)
            except OSError as error:
                raise StartRefused(f"the operations server cannot listen at {host}:{port}: {error.strerror}") from error
            yield server.address

    async def _show_idle(self, request: web.Request) -> web.StreamResponse:
        """Whether anything is left to be done at this time, and what could still be on its way between services."""
        report = IdleReport(
            self._clock.now(),
            self._dispatcher.idle and self._pool.idle and not self._relay.waiting,
            self._pool.next_due,
            self._relay.published,
            self._intake.consumed,
        )
        return web.json_response(report.to_json())

    async def _show_parked(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"parked": dict(self._dispatcher.parked)})

    async def _release_parked(self, request: web.Request) -> web.StreamResponse:
        freed = await self._dispatcher.release(request.match_info["key"])
        return web.json_response({"released": freed}, status=200 if freed else 404)


@asynccontextmanager
async def on_the_clock(clock: Clock, name: str, address: str) -> AsyncIterator[None]:
    """Where time is virtual, whoever moves it waits for us."""
    if not isinstance(clock, SharedClock):
        yield
        return
    await clock.join(name, urlsplit(address).port or 0)
    try:
        yield
    finally:
        await clock.leave()
