"""The virtual clock as a service: one time for all processes, read by `bankrails_clock.RemoteClock`."""

import asyncio
import secrets
from datetime import datetime, timedelta

from bankrails_clock import ClockState, ManualClock
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.json_http import BadRequest, json_body, json_reply

# A poll is ended without news after this long at most, so that a client behind a proxy is not cut off by it.
POLL_SECONDS_MAX = 60.0


class Timekeeper:
    """Moves the clock and tells whoever follows it.

    Every move goes through `advance_to`, which may take as long as it needs: a later version can step from one due
    time of any party to the next and wait in between until all are idle, and no caller will see a difference.
    """

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self._life = secrets.token_hex(3)
        self._moves = 0
        self._moved = asyncio.Event()

    def state(self) -> ClockState:
        return ClockState(self.clock.now(), f"{self._life}-{self._moves}", self.clock.running)

    async def wait_for_news(self, known_version: str | None, wait_seconds: float) -> None:
        if known_version != self.state().version:
            return
        try:
            async with asyncio.timeout(wait_seconds):
                await self._moved.wait()
        except TimeoutError:
            return

    async def advance_to(self, when: datetime) -> None:
        """Raises ValueError when `when` is past."""
        if when < self.clock.now():
            raise ValueError(f"it is {self.clock.now().isoformat()} already, and time does not run backwards")
        self.clock.set(when)
        self._tell()

    def flow(self, running: bool) -> None:
        (self.clock.run if running else self.clock.freeze)()
        self._tell()

    def _tell(self) -> None:
        self._moves += 1
        self._moved.set()
        self._moved = asyncio.Event()


def clock_routes(timekeeper: Timekeeper) -> list[Route]:
    async def show(request: Request) -> Response:
        if (after := request.query_params.get("after")) is not None:
            try:
                wait_seconds = min(float(request.query_params.get("wait_seconds", POLL_SECONDS_MAX)), POLL_SECONDS_MAX)
            except ValueError as error:
                raise BadRequest("wait_seconds must be a number") from error
            await timekeeper.wait_for_news(after, wait_seconds)
        return json_reply(timekeeper.state().to_json())

    async def advance(request: Request) -> Response:
        try:
            await timekeeper.advance_to(_goal(await json_body(request), timekeeper.clock.now()))
        except (TypeError, ValueError, OverflowError) as error:
            raise BadRequest(str(error)) from error
        return json_reply(timekeeper.state().to_json())

    async def flow(request: Request) -> Response:
        body = await json_body(request)
        if not isinstance(body.get("running"), bool):
            raise BadRequest('the body must be {"running": true} or {"running": false}')
        timekeeper.flow(body["running"])
        return json_reply(timekeeper.state().to_json())

    return [
        Route("/clock", show, methods=["GET"]),
        Route("/clock/advance", advance, methods=["POST"]),
        Route("/clock/flow", flow, methods=["POST"]),
    ]


def _goal(body: dict[str, object], now: datetime) -> datetime:
    match body:
        case {"seconds": int() | float() as seconds, **rest} if not rest and not isinstance(seconds, bool):
            return now + timedelta(seconds=seconds)
        case {"to": str() as text, **rest} if not rest:
            when = datetime.fromisoformat(text)
            if when.tzinfo is None:
                raise ValueError("`to` must carry an offset, such as Z")
            return when
        case _:
            raise ValueError('the body must be {"seconds": n} or {"to": "<ISO 8601 instant>"}')
