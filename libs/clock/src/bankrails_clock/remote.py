"""Follows a clock service, so that every process of the suite lives in the same virtual time.

Between answers the time flows on this process's monotonic clock, so `now()` costs no call. A long poll brings each
jump as it happens. The service's state is absolute: whatever was missed while the line was down is made good by the
next answer, and until there is one, time flows at real speed.
"""

import asyncio
import random
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp

from bankrails_clock.virtual import Flow, VirtualClock
from bankrails_clock.wire import ClockState

# The service ends a poll without news after this long, so a line that died silently is noticed soon after.
POLL_SECONDS = 20.0
# A poll that is over time by this much is a dead line: the service is on the same machine or network.
GRACE_SECONDS = 5.0
# Short, because a jump must not be missed for long; spread, because many processes lose the same service at once.
RECONNECT_SECONDS = (0.05, 0.25)

_NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError, ValueError)


class ClockUnreachable(Exception):
    """No usable answer within the starting deadline. A process that does not know what day it is must not start."""

    def __init__(self, url: str) -> None:
        super().__init__(f"no clock service at {url}")
        self.url = url


class RemoteClock(VirtualClock):
    """`async with RemoteClock("http://127.0.0.1:8900/clock") as clock`. Entering raises ClockUnreachable."""

    def __init__(self, url: str, *, start_timeout_seconds: float = 10.0) -> None:
        # Until the first answer, on entry, this is merely the machine's time; nobody holds the clock before that.
        super().__init__(Flow.starting(datetime.now(UTC), running=True))
        self._url = url
        self._start_timeout_seconds = start_timeout_seconds
        self._learned: ClockState | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        try:
            async with asyncio.timeout(self._start_timeout_seconds):
                while self._learned is None:
                    await self._ask_or_pause()
        except TimeoutError as error:
            await self._session.close()
            raise ClockUnreachable(self._url) from error
        except BaseException:
            await self._session.close()
            raise
        self._following = asyncio.create_task(self._keep_asking(), name="remote-clock")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._following.cancel()
        with suppress(asyncio.CancelledError):
            await self._following
        await self._session.close()

    async def _keep_asking(self) -> None:
        while True:
            await self._ask_or_pause()

    async def _ask_or_pause(self) -> None:
        try:
            self._learn(await self._ask())
        except _NO_ANSWER:
            await asyncio.sleep(random.uniform(*RECONNECT_SECONDS))

    async def _ask(self) -> ClockState:
        query = {} if self._learned is None else {"after": self._learned.version, "wait_seconds": str(POLL_SECONDS)}
        timeout = aiohttp.ClientTimeout(total=POLL_SECONDS + GRACE_SECONDS)
        async with self._session.get(self._url, params=query, timeout=timeout) as response:
            response.raise_for_status()
            return ClockState.from_json(await response.json())

    def _learn(self, state: ClockState) -> None:
        before, self._learned = self._learned, state
        if before is not None and before.version == state.version:
            return  # No news. Taking its `now` would only add the jitter of the network to a line already known.
        # The answer is as old as its way here. Within one life of the service time never goes back, so a short jump
        # must not be undone by a slow network; a restarted service is believed whatever it says.
        same_life = before is not None and before.life == state.life
        self._follow(Flow.starting(max(state.now, self.now()) if same_life else state.now, running=state.running))
