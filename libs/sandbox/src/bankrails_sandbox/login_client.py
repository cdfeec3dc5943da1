"""Steering a vendor that logs in to banks: how often a bank was reached. Subclasses add what only that vendor has."""

from typing import TypeVar

from bankrails_sandbox.attempts import LoginCount
from bankrails_sandbox.control_asks import Ask
from bankrails_sandbox.decoding import decode
from bankrails_sandbox.vendor_client import AsyncVendorClient, VendorClient

T = TypeVar("T")


def ask_logins(vendor: str) -> Ask[tuple[LoginCount, ...]]:
    return Ask(
        "GET",
        f"/control/{vendor}/logins",
        lambda body: tuple(decode(LoginCount, count) for count in body["logins"]),
    )


class LoginClient(VendorClient):
    def __init__(self, control: VendorClient) -> None:
        self._control = control

    def ask(self, ask: Ask[T]) -> T:
        return self._control.ask(ask)

    def logins(self) -> tuple[LoginCount, ...]:
        return self.ask(ask_logins(self.vendor))

    def attempts(self, login: str) -> int:
        """How often a bank was given that login's credentials, by anyone."""
        return sum(count.attempts for count in self.logins() if count.login == login)

    def answers(self, login: str) -> int:
        """How often a bank was given an answer to what it asked of that login."""
        return sum(count.answers for count in self.logins() if count.login == login)


class AsyncLoginClient(AsyncVendorClient):
    def __init__(self, control: AsyncVendorClient) -> None:
        self._control = control

    async def ask(self, ask: Ask[T]) -> T:
        return await self._control.ask(ask)

    async def logins(self) -> tuple[LoginCount, ...]:
        return await self.ask(ask_logins(self.vendor))

    async def attempts(self, login: str) -> int:
        """How often a bank was given that login's credentials, by anyone."""
        return sum(count.attempts for count in await self.logins() if count.login == login)

    async def answers(self, login: str) -> int:
        """How often a bank was given an answer to what it asked of that login."""
        return sum(count.answers for count in await self.logins() if count.login == login)
