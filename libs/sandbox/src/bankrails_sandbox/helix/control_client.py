"""Steering Helix as an administrator, a bank or a test: `control.helix`. Both clients have the same methods."""

from datetime import datetime
from typing import Any, TypeVar

from bankrails_sandbox.control_asks import Ask
from bankrails_sandbox.helix import control_asks as asks
from bankrails_sandbox.helix.money import InternalAccount
from bankrails_sandbox.helix.records import Document, Status
from bankrails_sandbox.helix.transaction_view import TransactionView
from bankrails_sandbox.helix.view import AccountView
from bankrails_sandbox.vendor_client import AsyncVendorClient, VendorClient

T = TypeVar("T")


class HelixClient(VendorClient):
    vendor = "helix"

    def __init__(self, control: VendorClient) -> None:
        self._control = control

    def ask(self, ask: Ask[T]) -> T:
        return self._control.ask(ask)

    def add_customer(self, id: int | None = None, *, name: str = "", managers: tuple[int, ...] = ()) -> int:
        """`managers` may act for it, as requestingCustomerId. Returns the id."""
        return self.ask(asks.add_customer(id, name, managers))

    def switch_program(self, **switches: Any) -> None:
        """Keywords: external_accounts_max, archives_per_day, verification_type, and the flags of Program."""
        self.ask(asks.switch_program(switches))

    def create_as_admin(self, body: dict[str, Any]) -> AccountView:
        """As a person in the admin site, beyond the count limit and of any type; `body` is that of create."""
        return self.ask(asks.create_as_admin(body))

    def account(self, account_id: int) -> AccountView:
        return self.ask(asks.account(account_id))

    def deny(self, account_id: int) -> AccountView:
        """An administrator rejects it."""
        return self.ask(asks.deny(account_id))

    def return_trial(self, account_id: int, code: str = "R03") -> AccountView:
        """The bank sends a trial deposit back: Denied, unless it is verified already."""
        return self.ask(asks.return_trial(account_id, code))

    def review(self, account_id: int, status: Status) -> AccountView:
        """What an administrator makes of one that is VerifyLocked: Unverified, Verified or Denied."""
        return self.ask(asks.review(account_id, status))

    def lock(self, account_id: int, reason: str | None = None) -> AccountView:
        """As an administrator, so that unlock by the API is refused."""
        return self.ask(asks.lock(account_id, reason))

    def unlock(self, account_id: int) -> AccountView:
        return self.ask(asks.unlock(account_id))

    def apply_noc(self, account_id: int, code: str, **corrected: str) -> AccountView:
        """Keywords, as far as the code corrects them: account_number, routing_number, type."""
        return self.ask(asks.apply_noc(account_id, code, corrected))

    def money_moved(self, account_id: int, *, settled_at: datetime | None = None) -> AccountView:
        """A transaction of the account settled; None: now. It goes on counting for 90 days after it was archived."""
        return self.ask(asks.money_moved(account_id, settled_at))

    def money_pending(self, account_id: int) -> AccountView:
        """A transaction of the account has not settled yet, so it cannot be archived."""
        return self.ask(asks.money_pending(account_id))

    def settle(self, account_id: int) -> AccountView:
        """All that is pending, now."""
        return self.ask(asks.settle(account_id))

    def add_account(self, customer_id: int, *, balance_minor: int = 0) -> int:
        """An account of the customer's own, for transfers. Returns the id."""
        return self.ask(asks.add_account(customer_id, balance_minor))

    def switch_account(self, account_id: int, **switches: Any) -> None:
        """Of the customer's own. Keywords: state (AccountState), balance_minor."""
        self.ask(asks.switch_account(account_id, switches))

    def accounts(self) -> tuple[InternalAccount, ...]:
        """The customers' own."""
        return self.ask(asks.accounts())

    def transactions(self) -> tuple[TransactionView, ...]:
        """In the order in which they were made."""
        return self.ask(asks.transactions())

    def settle_transaction(self, transaction_id: int) -> TransactionView:
        """Before its hour."""
        return self.ask(asks.settle_transaction(transaction_id))

    def return_transaction(self, transaction_id: int, code: str) -> TransactionView:
        """As the other bank. Returns the new transaction that brings it back."""
        return self.ask(asks.return_transaction(transaction_id, code))

    def documents(self, account_id: int) -> tuple[Document, ...]:
        """What was uploaded for an external account."""
        return self.ask(asks.documents(account_id))


class AsyncHelixClient(AsyncVendorClient):
    vendor = "helix"

    def __init__(self, control: AsyncVendorClient) -> None:
        self._control = control

    async def ask(self, ask: Ask[T]) -> T:
        return await self._control.ask(ask)

    async def add_customer(self, id: int | None = None, *, name: str = "", managers: tuple[int, ...] = ()) -> int:
        """`managers` may act for it, as requestingCustomerId. Returns the id."""
        return await self.ask(asks.add_customer(id, name, managers))

    async def switch_program(self, **switches: Any) -> None:
        """Keywords: external_accounts_max, archives_per_day, verification_type, and the flags of Program."""
        await self.ask(asks.switch_program(switches))

    async def create_as_admin(self, body: dict[str, Any]) -> AccountView:
        """As a person in the admin site, beyond the count limit and of any type; `body` is that of create."""
        return await self.ask(asks.create_as_admin(body))

    async def account(self, account_id: int) -> AccountView:
        return await self.ask(asks.account(account_id))

    async def deny(self, account_id: int) -> AccountView:
        """An administrator rejects it."""
        return await self.ask(asks.deny(account_id))

    async def return_trial(self, account_id: int, code: str = "R03") -> AccountView:
        """The bank sends a trial deposit back: Denied, unless it is verified already."""
        return await self.ask(asks.return_trial(account_id, code))

    async def review(self, account_id: int, status: Status) -> AccountView:
        """What an administrator makes of one that is VerifyLocked: Unverified, Verified or Denied."""
        return await self.ask(asks.review(account_id, status))

    async def lock(self, account_id: int, reason: str | None = None) -> AccountView:
        """As an administrator, so that unlock by the API is refused."""
        return await self.ask(asks.lock(account_id, reason))

    async def unlock(self, account_id: int) -> AccountView:
        return await self.ask(asks.unlock(account_id))

    async def apply_noc(self, account_id: int, code: str, **corrected: str) -> AccountView:
        """Keywords, as far as the code corrects them: account_number, routing_number, type."""
        return await self.ask(asks.apply_noc(account_id, code, corrected))

    async def money_moved(self, account_id: int, *, settled_at: datetime | None = None) -> AccountView:
        """A transaction of the account settled; None: now. It goes on counting for 90 days after it was archived."""
        return await self.ask(asks.money_moved(account_id, settled_at))

    async def money_pending(self, account_id: int) -> AccountView:
        """A transaction of the account has not settled yet, so it cannot be archived."""
        return await self.ask(asks.money_pending(account_id))

    async def settle(self, account_id: int) -> AccountView:
        """All that is pending, now."""
        return await self.ask(asks.settle(account_id))

    async def add_account(self, customer_id: int, *, balance_minor: int = 0) -> int:
        """An account of the customer's own, for transfers. Returns the id."""
        return await self.ask(asks.add_account(customer_id, balance_minor))

    async def switch_account(self, account_id: int, **switches: Any) -> None:
        """Of the customer's own. Keywords: state (AccountState), balance_minor."""
        await self.ask(asks.switch_account(account_id, switches))

    async def accounts(self) -> tuple[InternalAccount, ...]:
        """The customers' own."""
        return await self.ask(asks.accounts())

    async def transactions(self) -> tuple[TransactionView, ...]:
        """In the order in which they were made."""
        return await self.ask(asks.transactions())

    async def settle_transaction(self, transaction_id: int) -> TransactionView:
        """Before its hour."""
        return await self.ask(asks.settle_transaction(transaction_id))

    async def return_transaction(self, transaction_id: int, code: str) -> TransactionView:
        """As the other bank. Returns the new transaction that brings it back."""
        return await self.ask(asks.return_transaction(transaction_id, code))

    async def documents(self, account_id: int) -> tuple[Document, ...]:
        """What was uploaded for an external account."""
        return await self.ask(asks.documents(account_id))
