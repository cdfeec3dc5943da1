"""Steering MX as a person, a bank or a test: `control.mx`. Both clients have the same methods."""

from bankrails_sandbox.login_client import AsyncLoginClient, LoginClient
from bankrails_sandbox.mx import control_asks as asks
from bankrails_sandbox.mx.people import Person
from bankrails_sandbox.mx.view import MemberView
from bankrails_sandbox.mx.vocabulary import ConnectionStatus


class MxClient(LoginClient):
    vendor = "mx"

    def person(self, login: str) -> Person:
        """Who is behind that login, with full account numbers."""
        return self.ask(asks.person(login))

    def make_person(self, login: str, person: Person) -> None:
        """The banks know that login from now on, for members made or updated after this."""
        self.ask(asks.make_person(login, person))

    def members(self) -> tuple[MemberView, ...]:
        return self.ask(asks.members())

    def force(self, member_guid: str, status: ConnectionStatus) -> MemberView:
        """As the bank or the vendor; a job in hand is halted."""
        return self.ask(asks.force(member_guid, status))


class AsyncMxClient(AsyncLoginClient):
    vendor = "mx"

    async def person(self, login: str) -> Person:
        """Who is behind that login, with full account numbers."""
        return await self.ask(asks.person(login))

    async def make_person(self, login: str, person: Person) -> None:
        """The banks know that login from now on, for members made or updated after this."""
        await self.ask(asks.make_person(login, person))

    async def members(self) -> tuple[MemberView, ...]:
        return await self.ask(asks.members())

    async def force(self, member_guid: str, status: ConnectionStatus) -> MemberView:
        """As the bank or the vendor; a job in hand is halted."""
        return await self.ask(asks.force(member_guid, status))
