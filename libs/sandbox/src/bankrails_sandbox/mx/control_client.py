"""Steering MX as a person, a bank or a test: `control.mx`. Both clients have the same methods."""

from bankrails_sandbox.login_client import AsyncLoginClient, LoginClient
from bankrails_sandbox.mx import control_asks as asks
from bankrails_sandbox.mx.people import Person
from bankrails_sandbox.mx.view import MemberView, MicrodepositView
from bankrails_sandbox.mx.vocabulary import ConnectionStatus, MicrodepositStatus


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

    def microdeposits(self) -> tuple[MicrodepositView, ...]:
        """Deleted ones too."""
        return self.ask(asks.microdeposits())

    def force_microdeposit(self, guid: str, status: MicrodepositStatus) -> MicrodepositView:
        """As the provider or the vendor; nothing more happens to it by itself."""
        return self.ask(asks.force_microdeposit(guid, status))

    def submit_details(self, guid: str, **details: str) -> MicrodepositView:
        """As the person, in the widget, of one that was initiated beforehand. Keywords: account_number, routing_number,
        account_type, account_name."""
        return self.ask(asks.submit_details(guid, details))


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

    async def microdeposits(self) -> tuple[MicrodepositView, ...]:
        """Deleted ones too."""
        return await self.ask(asks.microdeposits())

    async def force_microdeposit(self, guid: str, status: MicrodepositStatus) -> MicrodepositView:
        """As the provider or the vendor; nothing more happens to it by itself."""
        return await self.ask(asks.force_microdeposit(guid, status))

    async def submit_details(self, guid: str, **details: str) -> MicrodepositView:
        """As the person, in the widget, of one that was initiated beforehand. Keywords: account_number, routing_number,
        account_type, account_name."""
        return await self.ask(asks.submit_details(guid, details))
