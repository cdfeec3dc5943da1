"""Belonging to a clock service, so that an advance waits for this process."""

import asyncio
import random
from contextlib import suppress

import aiohttp

# Short, because a jump must not be missed for long; spread, because many processes lose the same service at once.
RECONNECT_SECONDS = (0.05, 0.25)
# The service answers at once. One that does not is gone, and has forgotten its parties.
CALL_SECONDS = 2.0

NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError, ValueError)


async def pause() -> None:
    await asyncio.sleep(random.uniform(*RECONNECT_SECONDS))


class JoinRefused(Exception):
    """The clock service will not have this party: a bad name or port (400), no parties there (404), no token (401)."""

    def __init__(self, url: str, status: int, text: str) -> None:
        super().__init__(f"{status} from {url}: {text}")
        self.status = status


class Membership:
    """One process under one name at one service."""

    def __init__(self, session: aiohttp.ClientSession, url: str, name: str, port: int, path: str) -> None:
        self._session = session
        self._url = f"{url}/parties"
        self._party = {"name": name, "port": port, "path": path}
        self._forgotten = asyncio.Event()
        self._staying: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Tries until it is answered. Raises JoinRefused."""
        while not await self._registered():
            await pause()
        self._staying = asyncio.create_task(self._stay(), name="clock-membership")

    def renew(self) -> None:
        """The service was restarted and knows nobody."""
        self._forgotten.set()

    async def end(self) -> None:
        if self._staying is not None:
            self._staying.cancel()
            with suppress(asyncio.CancelledError):
                await self._staying
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        with suppress(*NO_ANSWER):
            async with self._session.delete(f"{self._url}/{self._party['name']}", timeout=timeout):
                pass

    async def _stay(self) -> None:
        while True:
            await self._forgotten.wait()
            self._forgotten.clear()
            while not await self._accepted_again():
                await pause()

    async def _accepted_again(self) -> bool:
        """It was accepted before, so a refusal is a service that has not come up entirely, and is asked again."""
        try:
            return await self._registered()
        except JoinRefused:
            return False

    async def _registered(self) -> bool:
        """False without a usable answer. Raises JoinRefused."""
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        try:
            async with self._session.post(self._url, json=self._party, timeout=timeout) as response:
                if 400 <= response.status < 500:
                    raise JoinRefused(self._url, response.status, (await response.text())[:200])
                return response.ok
        except NO_ANSWER:
            return False
