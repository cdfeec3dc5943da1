"""Follows a clock service, so that every process of the suite lives in the same virtual time.

Between answers the time flows on this process's monotonic clock, so `now()` costs no call. A long poll brings each
jump as it happens. The service's state is absolute: whatever was missed while the line was down is made good by the
next answer, and until there is one, time flows at real speed.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp

from bankrails_clock.membership import NO_ANSWER, Membership, pause
from bankrails_clock.virtual import Flow, VirtualClock
from bankrails_clock.wire import ClockState

# The service ends a poll without news after this long, so a line that died silently is noticed soon after.
POLL_SECONDS = 20.0
# A poll that is over time by this much is a dead line: the service is on the same machine or network.
GRACE_SECONDS = 5.0


class ClockUnreachable(Exception):
    """No usable answer within the starting deadline. A process that does not know what day it is must not start."""

    def __init__(self, url: str) -> None:
        super().__init__(f"no clock service at {url}")
        self.url = url


class RemoteClock(VirtualClock):
    """`async with RemoteClock("http://127.0.0.1:8900/clock") as clock`. Entering raises ClockUnreachable.

    `token` goes along as `Authorization: Bearer …`, for a service that asks for one of those who join it.
    """

    def __init__(self, url: str, *, start_timeout_seconds: float = 10.0, token: str | None = None) -> None:
        # Until the first answer, on entry, this is merely the machine's time; nobody holds the clock before that.
        super().__init__(Flow.starting(datetime.now(UTC), running=True))
        self._url = url
        self._start_timeout_seconds = start_timeout_seconds
        self._headers = {"authorization": f"Bearer {token}"} if token else None
        self._learned: ClockState | None = None
        self._membership: Membership | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers)
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
        try:
            await self.leave()
        finally:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
            await self._session.close()

    async def join(self, name: str, port: int, *, path: str = "/idle") -> None:
        """From now on time waits for this process: before each step of an advance the service asks `path` on `port` for
        an IdleReport. Serve it first. Joins again by itself when the service was restarted.

        Raises JoinRefused, and ClockUnreachable after the starting deadline.
        """
        if self._membership is not None:
            raise RuntimeError("joined already")
        # Known before it has begun, so that a restart of the service in between renews it.
        self._membership = Membership(self._session, self._url, name, port, path)
        try:
            async with asyncio.timeout(self._start_timeout_seconds):
                await self._membership.begin()
        except TimeoutError as error:
            self._membership = None
            raise ClockUnreachable(self._url) from error
        except BaseException:
            self._membership = None
            raise

    async def leave(self) -> None:
        """Time waits for this process no longer. Leaving the clock's block does the same; leave before `path` goes."""
        membership, self._membership = self._membership, None
        if membership is not None:
            await membership.end()

    async def _keep_asking(self) -> None:
        while True:
            await self._ask_or_pause()

    async def _ask_or_pause(self) -> None:
        try:
            self._learn(await self._ask())
        except NO_ANSWER:
            await pause()

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
        if not same_life and self._membership is not None:
            self._membership.renew()
        self._follow(Flow.starting(max(state.now, self.now()) if same_life else state.now, running=state.running))
