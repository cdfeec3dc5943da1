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
from bankrails_sandbox.helcim.records import BankAnswer, BankAnswerKind, Mail
from bankrails_sandbox.helium.control_client import AsyncHeliumClient, HeliumClient
from bankrails_sandbox.helix.control_client import AsyncHelixClient, HelixClient
from bankrails_sandbox.mx.control_client import AsyncMxClient, MxClient
from bankrails_sandbox.vendor_client import AsyncVendorClient, VendorClient

T = TypeVar("T")


class ControlClient(VendorClient):
    """One connection per request: steering is rare, and a connection kept open could be cut with the process.

    Effects, calls, faults and gates here are Helcim's; the other vendors' are at attributes of their names.
    """

    vendor = "helcim"

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self.url = url
        self._headers = _headers(token)
        self.helium = HeliumClient(self)
        self.mx = MxClient(self)
        self.helix = HelixClient(self)

    def reset(self) -> None:
        """All vendors: empty books, no faults, no counts. The clock stays."""
        self.ask(asks.reset_all())

    def mails(self, *, merchant: str | None = None, customer_id: int | None = None) -> tuple[Mail, ...]:
        return self.ask(asks.mails(merchant, customer_id))

    def accept_pad(self, pad_id: int) -> None:
        """As the customer, by the link in the mail."""
        self.ask(asks.accept_pad(pad_id))

    def revoke_pad(self, pad_id: int) -> None:
        self.ask(asks.revoke_pad(pad_id))

    def decline(self, transaction_id: int) -> None:
        """As the bank: a pending row, or an approved one in an open batch."""
        self.ask(asks.decline(transaction_id))

    def bank_answers(
        self,
        transaction_id: int,
        kind: BankAnswerKind = BankAnswerKind.RETURN,
        *,
        code: str | None = None,
        banking_days_after_approval: int | None = None,
    ) -> datetime | None:
        """As the payer's bank, after the close: at once, or on that banking day. Returns when it is due, if not at once.

        The vendor does not show the code; it is in `bank_report`.
        """
        return self.ask(asks.bank_answers(transaction_id, kind, code, banking_days_after_approval))

    def bank_report(self, *, merchant: str | None = None) -> tuple[BankAnswer, ...]:
        """What the merchant's own bank tells it about returned, rejected and contested debits."""
        return self.ask(asks.bank_report(merchant))

    def fill_in_form(self, customer_id: int, bank_account: dict[str, Any]) -> tuple[int, int]:
        """As the customer, on the page behind a request-new mail. Returns the ids of the bank account and the PAD."""
        return self.ask(asks.fill_in_form(customer_id, bank_account))

    def switch_merchant(self, merchant: str, **switches: bool) -> None:
        """Keywords: deposit_account_approved, rate_limited."""
        self.ask(asks.switch_merchant(merchant, switches))

    def switch_token(self, merchant: str, token: str, **switches: bool | str) -> None:
        """`token` is its name. Keywords: disabled, value (a rotation)."""
        self.ask(asks.switch_token(merchant, token, switches))

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


class AsyncControlClient(AsyncVendorClient):
    """Use as an async context manager, or call `close`."""

    vendor = "helcim"

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

    async def mails(self, *, merchant: str | None = None, customer_id: int | None = None) -> tuple[Mail, ...]:
        return await self.ask(asks.mails(merchant, customer_id))

    async def accept_pad(self, pad_id: int) -> None:
        """As the customer, by the link in the mail."""
        await self.ask(asks.accept_pad(pad_id))

    async def revoke_pad(self, pad_id: int) -> None:
        await self.ask(asks.revoke_pad(pad_id))

    async def decline(self, transaction_id: int) -> None:
        """As the bank: a pending row, or an approved one in an open batch."""
        await self.ask(asks.decline(transaction_id))

    async def bank_answers(
        self,
        transaction_id: int,
        kind: BankAnswerKind = BankAnswerKind.RETURN,
        *,
        code: str | None = None,
        banking_days_after_approval: int | None = None,
    ) -> datetime | None:
        """As the payer's bank, after the close: at once, or on that banking day. Returns when it is due, if not at once.

        The vendor does not show the code; it is in `bank_report`.
        """
        return await self.ask(asks.bank_answers(transaction_id, kind, code, banking_days_after_approval))

    async def bank_report(self, *, merchant: str | None = None) -> tuple[BankAnswer, ...]:
        """What the merchant's own bank tells it about returned, rejected and contested debits."""
        return await self.ask(asks.bank_report(merchant))

    async def fill_in_form(self, customer_id: int, bank_account: dict[str, Any]) -> tuple[int, int]:
        """As the customer, on the page behind a request-new mail. Returns the ids of the bank account and the PAD."""
        return await self.ask(asks.fill_in_form(customer_id, bank_account))

    async def switch_merchant(self, merchant: str, **switches: bool) -> None:
        """Keywords: deposit_account_approved, rate_limited."""
        await self.ask(asks.switch_merchant(merchant, switches))

    async def switch_token(self, merchant: str, token: str, **switches: bool | str) -> None:
        """`token` is its name. Keywords: disabled, value (a rotation)."""
        await self.ask(asks.switch_token(merchant, token, switches))

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
