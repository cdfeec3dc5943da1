"""Steering Helium as a person, a bank or a test: `control.helium`. Both clients have the same methods."""

from bankrails_sandbox.helium import control_asks as asks
from bankrails_sandbox.helium.bank import Script
from bankrails_sandbox.helium.people import Person
from bankrails_sandbox.helium.view import SessionView
from bankrails_sandbox.login_client import AsyncLoginClient, LoginClient


class HeliumClient(LoginClient):
    vendor = "helium"

    def make_login(self, login: str, script: Script) -> None:
        """What the bank does with that login from now on, and who is behind it."""
        self.ask(asks.make_login(login, script))

    def forget_login(self, login: str) -> None:
        self.ask(asks.forget_login(login))

    def person(self, login: str) -> Person:
        """Whose data a success of that login opens, with full account numbers."""
        return self.ask(asks.person(login))

    def sessions(self) -> tuple[SessionView, ...]:
        return self.ask(asks.sessions())

    def force(self, session_id: str, status: str, *, login: str | None = None) -> SessionView:
        """As the bank: success, failed, error, mfa_required, 2fa_required or expired. `login` for a session in which
        nobody has logged in."""
        return self.ask(asks.force(session_id, status, login))

    def switch_lender(self, name: str, **switches: bool | str) -> None:
        """Keywords: rate_limited, api_key (a rotation)."""
        self.ask(asks.switch_lender(name, switches))


class AsyncHeliumClient(AsyncLoginClient):
    vendor = "helium"

    async def make_login(self, login: str, script: Script) -> None:
        """What the bank does with that login from now on, and who is behind it."""
        await self.ask(asks.make_login(login, script))

    async def forget_login(self, login: str) -> None:
        await self.ask(asks.forget_login(login))

    async def person(self, login: str) -> Person:
        """Whose data a success of that login opens, with full account numbers."""
        return await self.ask(asks.person(login))

    async def sessions(self) -> tuple[SessionView, ...]:
        return await self.ask(asks.sessions())

    async def force(self, session_id: str, status: str, *, login: str | None = None) -> SessionView:
        """As the bank: success, failed, error, mfa_required, 2fa_required or expired. `login` for a session in which
        nobody has logged in."""
        return await self.ask(asks.force(session_id, status, login))

    async def switch_lender(self, name: str, **switches: bool | str) -> None:
        """Keywords: rate_limited, api_key (a rotation)."""
        await self.ask(asks.switch_lender(name, switches))
