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
from bankrails_sandbox.control_asks import Ask, CallReport, ControlRefused
from bankrails_sandbox.effects import Effect
from bankrails_sandbox.faults import Fault, FaultKind
from bankrails_sandbox.helcim.records import Mail

T = TypeVar("T")

# Above the longest wait that the sandbox offers in one request.
TIMEOUT_SECONDS = 70.0
HELD_WAIT_SECONDS = 30


class ControlClient:
    """One connection per request: steering is rare, and a connection kept open could be cut with the process."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self.url = url
        self._headers = _headers(token)

    def effects(
        self,
        *,
        merchant: str | None = None,
        kind: str | None = None,
        idempotency_key: str | None = None,
        after: int = 0,
    ) -> tuple[Effect, ...]:
        """What happened at the vendor, in order. `after` is the number of the last effect already seen."""
        return self._ask(asks.effects(merchant, kind, idempotency_key, after))

    def calls(self, *, merchant: str | None = None) -> CallReport:
        return self._ask(asks.calls(merchant))

    def mails(self, *, merchant: str | None = None, customer_id: int | None = None) -> tuple[Mail, ...]:
        return self._ask(asks.mails(merchant, customer_id))

    def fault(self, kind: FaultKind, **narrowed: Any) -> int:
        """Plants a fault; the keywords are the fields of Fault. Returns the id for `remove_fault`."""
        return self._ask(asks.plant(Fault(kind, **narrowed)))

    def clear_faults(self) -> None:
        """Forgets all faults and lets go of every held call."""
        self._ask(asks.clear_faults())

    def remove_fault(self, fault_id: int) -> None:
        self._ask(asks.remove_fault(fault_id))

    def wait_until_held(self, gate: str = "gate", *, waiting: int = 1, wait_seconds: int = HELD_WAIT_SECONDS) -> None:
        """Returns once that many calls are held at the gate. Raises TimeoutError."""
        if self._ask(asks.held(gate, waiting, wait_seconds)) < waiting:
            raise TimeoutError(f"fewer than {waiting} calls at gate {gate}")

    def release(self, gate: str = "gate") -> int:
        """Lets go of the held calls, and of later ones. Returns how many were held."""
        return self._ask(asks.release(gate))

    def accept_pad(self, pad_id: int) -> None:
        """As the customer, by the link in the mail."""
        self._ask(asks.accept_pad(pad_id))

    def revoke_pad(self, pad_id: int) -> None:
        self._ask(asks.revoke_pad(pad_id))

    def decline(self, transaction_id: int) -> None:
        """As the bank: a pending row, or an approved one in an open batch."""
        self._ask(asks.decline(transaction_id))

    def fill_in_form(self, customer_id: int, bank_account: dict[str, Any]) -> tuple[int, int]:
        """As the customer, on the page behind a request-new mail. Returns the ids of the bank account and the PAD."""
        return self._ask(asks.fill_in_form(customer_id, bank_account))

    def switch_merchant(self, merchant: str, **switches: bool) -> None:
        """Keywords: deposit_account_approved, rate_limited."""
        self._ask(asks.switch_merchant(merchant, switches))

    def switch_token(self, merchant: str, token: str, **switches: bool | str) -> None:
        """`token` is its name. Keywords: disabled, value (a rotation)."""
        self._ask(asks.switch_token(merchant, token, switches))

    def reset(self) -> None:
        """Empty books, no faults, no counts. The clock stays."""
        self._ask(asks.reset())

    def clock(self) -> ClockState:
        return self._ask(asks.clock())

    def advance(self, *, seconds: float | None = None, to: datetime | None = None) -> ClockState:
        return self._ask(asks.advance(seconds, to))

    def flow(self, running: bool) -> ClockState:
        """Lets virtual time flow with real time, or freezes it between jumps."""
        return self._ask(asks.flow(running))

    def _ask(self, ask: Ask[T]) -> T:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(ask.method, ask.path, _body(ask), self._headers)
            response = connection.getresponse()
            return _read(ask, response.status, response.read())
        finally:
            connection.close()


class AsyncControlClient:
    """Use as an async context manager, or call `close`."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self.url = url
        self._headers = _headers(token)
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

    async def effects(
        self,
        *,
        merchant: str | None = None,
        kind: str | None = None,
        idempotency_key: str | None = None,
        after: int = 0,
    ) -> tuple[Effect, ...]:
        """What happened at the vendor, in order. `after` is the number of the last effect already seen."""
        return await self._ask(asks.effects(merchant, kind, idempotency_key, after))

    async def calls(self, *, merchant: str | None = None) -> CallReport:
        return await self._ask(asks.calls(merchant))

    async def mails(self, *, merchant: str | None = None, customer_id: int | None = None) -> tuple[Mail, ...]:
        return await self._ask(asks.mails(merchant, customer_id))

    async def fault(self, kind: FaultKind, **narrowed: Any) -> int:
        """Plants a fault; the keywords are the fields of Fault. Returns the id for `remove_fault`."""
        return await self._ask(asks.plant(Fault(kind, **narrowed)))

    async def clear_faults(self) -> None:
        """Forgets all faults and lets go of every held call."""
        await self._ask(asks.clear_faults())

    async def remove_fault(self, fault_id: int) -> None:
        await self._ask(asks.remove_fault(fault_id))

    async def wait_until_held(
        self, gate: str = "gate", *, waiting: int = 1, wait_seconds: int = HELD_WAIT_SECONDS
    ) -> None:
        """Returns once that many calls are held at the gate. Raises TimeoutError."""
        if await self._ask(asks.held(gate, waiting, wait_seconds)) < waiting:
            raise TimeoutError(f"fewer than {waiting} calls at gate {gate}")

    async def release(self, gate: str = "gate") -> int:
        """Lets go of the held calls, and of later ones. Returns how many were held."""
        return await self._ask(asks.release(gate))

    async def accept_pad(self, pad_id: int) -> None:
        """As the customer, by the link in the mail."""
        await self._ask(asks.accept_pad(pad_id))

    async def revoke_pad(self, pad_id: int) -> None:
        await self._ask(asks.revoke_pad(pad_id))

    async def decline(self, transaction_id: int) -> None:
        """As the bank: a pending row, or an approved one in an open batch."""
        await self._ask(asks.decline(transaction_id))

    async def fill_in_form(self, customer_id: int, bank_account: dict[str, Any]) -> tuple[int, int]:
        """As the customer, on the page behind a request-new mail. Returns the ids of the bank account and the PAD."""
        return await self._ask(asks.fill_in_form(customer_id, bank_account))

    async def switch_merchant(self, merchant: str, **switches: bool) -> None:
        """Keywords: deposit_account_approved, rate_limited."""
        await self._ask(asks.switch_merchant(merchant, switches))

    async def switch_token(self, merchant: str, token: str, **switches: bool | str) -> None:
        """`token` is its name. Keywords: disabled, value (a rotation)."""
        await self._ask(asks.switch_token(merchant, token, switches))

    async def reset(self) -> None:
        """Empty books, no faults, no counts. The clock stays."""
        await self._ask(asks.reset())

    async def clock(self) -> ClockState:
        return await self._ask(asks.clock())

    async def advance(self, *, seconds: float | None = None, to: datetime | None = None) -> ClockState:
        return await self._ask(asks.advance(seconds, to))

    async def flow(self, running: bool) -> ClockState:
        """Lets virtual time flow with real time, or freezes it between jumps."""
        return await self._ask(asks.flow(running))

    async def _ask(self, ask: Ask[T]) -> T:
        if self._session is None:  # Made here, since a session belongs to the loop that is running.
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        async with self._session.request(ask.method, self.url + ask.path, data=_body(ask)) as response:
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
