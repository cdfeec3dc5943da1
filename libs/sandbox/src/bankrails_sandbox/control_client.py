"""Steering a sandbox from tests, demonstrations and the command line.

`ControlClient` blocks, `AsyncControlClient` awaits; they have the same methods and raise the same: ControlRefused when
the sandbox says no, OSError when it is not there.
"""

import http.client
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
import orjson
from bankrails_clock import ClockState

from bankrails_sandbox import control_asks as asks
from bankrails_sandbox.control_asks import Advanced, Ask, ControlRefused
from bankrails_sandbox.helcim.control_client import AsyncHelcimClient, HelcimClient
from bankrails_sandbox.helium.control_client import AsyncHeliumClient, HeliumClient
from bankrails_sandbox.helix.control_client import AsyncHelixClient, HelixClient
from bankrails_sandbox.mx.control_client import AsyncMxClient, MxClient

T = TypeVar("T")


class ControlClient(HelcimClient):
    """One connection per request: steering is rare, and a connection kept open could be cut with the process.

    Effects, calls, faults and gates here are Helcim's; the other vendors' are at attributes of their names.
    """

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self.url = url
        self._headers = _headers(token)
        self.helium = HeliumClient(self)
        self.mx = MxClient(self)
        self.helix = HelixClient(self)

    def reset(self) -> None:
        """All vendors: empty books, no faults, no counts. The clock stays."""
        self.ask(asks.reset_all())

    def clock(self) -> ClockState:
        return self.ask(asks.clock())

    def advance(
        self, *, seconds: float | None = None, to: datetime | None = None, patience_seconds: float | None = None
    ) -> Advanced:
        """From due time to due time, waiting at each until all parties are idle. Minutes, for a season.

        Raises ControlRefused with 504 when one stays busy for `patience_seconds` of real time (default 30) or is away.
        """
        return self.ask(asks.advance(seconds, to, patience_seconds))

    def jump(self, *, seconds: float | None = None, to: datetime | None = None) -> ClockState:
        """At once, waiting for nobody: for what comes late, or while a party is known to be away."""
        return self.ask(asks.jump(seconds, to))

    def parties(self) -> dict[str, str]:
        """Whom time waits for: addresses by name."""
        return self.ask(asks.parties())

    def remove_party(self, name: str) -> None:
        """For one that was killed and could not leave by itself."""
        self.ask(asks.remove_party(name))

    def flow(self, running: bool) -> ClockState:
        """Lets virtual time flow with real time, or freezes it between jumps."""
        return self.ask(asks.flow(running))

    def ask(self, ask: Ask[T]) -> T:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=ask.timeout_seconds)
        try:
            connection.request(ask.method, ask.path, _body(ask), self._headers)
            response = connection.getresponse()
            return _read(ask, response.status, response.read())
        finally:
            connection.close()


class AsyncControlClient(AsyncHelcimClient):
    """Use as an async context manager, or call `close`."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self.url = url
        self._headers = _headers(token)
        self.helium = AsyncHeliumClient(self)
        self.mx = AsyncMxClient(self)
        self.helix = AsyncHelixClient(self)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def reset(self) -> None:
        """All vendors: empty books, no faults, no counts. The clock stays."""
        await self.ask(asks.reset_all())

    async def clock(self) -> ClockState:
        return await self.ask(asks.clock())

    async def advance(
        self, *, seconds: float | None = None, to: datetime | None = None, patience_seconds: float | None = None
    ) -> Advanced:
        """From due time to due time, waiting at each until all parties are idle. Minutes, for a season.

        Raises ControlRefused with 504 when one stays busy for `patience_seconds` of real time (default 30) or is away.
        """
        return await self.ask(asks.advance(seconds, to, patience_seconds))

    async def jump(self, *, seconds: float | None = None, to: datetime | None = None) -> ClockState:
        """At once, waiting for nobody: for what comes late, or while a party is known to be away."""
        return await self.ask(asks.jump(seconds, to))

    async def parties(self) -> dict[str, str]:
        """Whom time waits for: addresses by name."""
        return await self.ask(asks.parties())

    async def remove_party(self, name: str) -> None:
        """For one that was killed and could not leave by itself."""
        await self.ask(asks.remove_party(name))

    async def flow(self, running: bool) -> ClockState:
        """Lets virtual time flow with real time, or freezes it between jumps."""
        return await self.ask(asks.flow(running))

    async def ask(self, ask: Ask[T]) -> T:
        if self._session is None:  # Made here, since a session belongs to the loop that is running.
            self._session = aiohttp.ClientSession(headers=self._headers)
        timeout = aiohttp.ClientTimeout(total=ask.timeout_seconds)
        async with self._session.request(ask.method, self.url + ask.path, data=_body(ask), timeout=timeout) as response:
            return _read(ask, response.status, await response.read())


def _headers(token: str | None) -> dict[str, str]:
    headers = {"content-type": "application/json"}
    return headers | {"authorization": f"Bearer {token}"} if token else headers


def _body(ask: Ask[Any]) -> bytes | None:
    return None if ask.body is None else orjson.dumps(ask.body)


def _read(ask: Ask[T], status: int, raw: bytes) -> T:
    try:
        body = orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        body = raw.decode("utf-8", "replace")
    if status >= 400:
        raise ControlRefused(status, body)
    return ask.read(body)
