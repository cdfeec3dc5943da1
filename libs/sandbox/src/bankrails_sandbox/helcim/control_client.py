"""Steering Helcim as a customer, a bank, a person in its portal or a test. Both clients have the same methods."""

from datetime import datetime
from typing import Any

from bankrails_sandbox.helcim import control_asks as asks
from bankrails_sandbox.helcim.merchants import Token
from bankrails_sandbox.helcim.records import BankAnswer, BankAnswerKind, Mail
from bankrails_sandbox.vendor_client import AsyncVendorClient, VendorClient


class HelcimClient(VendorClient):
    vendor = "helcim"

    def mails(self, *, merchant: str | None = None, customer_id: int | None = None) -> tuple[Mail, ...]:
        return self.ask(asks.mails(merchant, customer_id))

    def accept_pad(self, pad_id: int) -> None:
        """As the customer, by the link in the mail."""
        self.ask(asks.accept_pad(pad_id))

    def revoke_pad(self, pad_id: int) -> None:
        self.ask(asks.revoke_pad(pad_id))

    def contradict_pad(self, pad_id: int) -> None:
        """Into the pair that no document has: active, and never accepted."""
        self.ask(asks.contradict_pad(pad_id))

    def approve(self, transaction_id: int) -> None:
        """In the vendor's portal: a pending row goes through without its PAD."""
        self.ask(asks.act(transaction_id, "approve"))

    def take_in_hand(self, transaction_id: int) -> None:
        """A pending row becomes IN_PROGRESS."""
        self.ask(asks.act(transaction_id, "take-in-hand"))

    def decline(self, transaction_id: int) -> None:
        """As the bank: a pending row, or an approved one in an open batch."""
        self.ask(asks.act(transaction_id, "decline"))

    def portal_cancel(self, transaction_id: int) -> None:
        """In the vendor's portal: a pending row."""
        self.ask(asks.act(transaction_id, "cancel"))

    def portal_void(self, transaction_id: int) -> None:
        """In the vendor's portal: an approved row in an open batch, which gets its reversal."""
        self.ask(asks.act(transaction_id, "void"))

    def portal_refund(self, transaction_id: int, amount_minor: int) -> int:
        """In the vendor's portal: a refund that nobody asked for through the API. Returns its id."""
        return self.ask(asks.portal_refund(transaction_id, amount_minor))

    def portal_withdraw(self, merchant: str, bank_account_id: int, amount_minor: int) -> int:
        """In the vendor's portal: a debit that nobody asked for through the API. Returns its id."""
        return self.ask(asks.portal_withdraw(merchant, bank_account_id, amount_minor))

    def clear(self, transaction_id: int) -> None:
        """The banks have moved it, before its day; or a dispute ended well for the merchant."""
        self.ask(asks.act(transaction_id, "clear"))

    def hide(self, transaction_id: int) -> None:
        """The vendor knows nothing of the row any more, until `show`."""
        self.ask(asks.act(transaction_id, "hide"))

    def show(self, transaction_id: int) -> None:
        self.ask(asks.act(transaction_id, "show"))

    def miscount(self, batch_id: int, **wrong_by: int) -> None:
        """The vendor's totals are off by so much: fields of BatchTotals, such as amount_withdrawals_minor. None: right
        again."""
        self.ask(asks.miscount(batch_id, wrong_by))

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
        """Keywords: deposit_account_approved, rate_limited, test_account (it holds its funding: nothing clears)."""
        self.ask(asks.switch_merchant(merchant, switches))

    def switch_token(self, merchant: str, token: str, **switches: bool | str) -> None:
        """`token` is its name. Keywords: disabled, value (a rotation), general and processing (levels, by name)."""
        self.ask(asks.switch_token(merchant, token, switches))

    def add_token(self, merchant: str, token: Token) -> None:
        """A rotation with an overlap: both serve until the old one is disabled."""
        self.ask(asks.add_token(merchant, token))


class AsyncHelcimClient(AsyncVendorClient):
    vendor = "helcim"

    async def mails(self, *, merchant: str | None = None, customer_id: int | None = None) -> tuple[Mail, ...]:
        return await self.ask(asks.mails(merchant, customer_id))

    async def accept_pad(self, pad_id: int) -> None:
        """As the customer, by the link in the mail."""
        await self.ask(asks.accept_pad(pad_id))

    async def revoke_pad(self, pad_id: int) -> None:
        await self.ask(asks.revoke_pad(pad_id))

    async def contradict_pad(self, pad_id: int) -> None:
        """Into the pair that no document has: active, and never accepted."""
        await self.ask(asks.contradict_pad(pad_id))

    async def approve(self, transaction_id: int) -> None:
        """In the vendor's portal: a pending row goes through without its PAD."""
        await self.ask(asks.act(transaction_id, "approve"))

    async def take_in_hand(self, transaction_id: int) -> None:
        """A pending row becomes IN_PROGRESS."""
        await self.ask(asks.act(transaction_id, "take-in-hand"))

    async def decline(self, transaction_id: int) -> None:
        """As the bank: a pending row, or an approved one in an open batch."""
        await self.ask(asks.act(transaction_id, "decline"))

    async def portal_cancel(self, transaction_id: int) -> None:
        """In the vendor's portal: a pending row."""
        await self.ask(asks.act(transaction_id, "cancel"))

    async def portal_void(self, transaction_id: int) -> None:
        """In the vendor's portal: an approved row in an open batch, which gets its reversal."""
        await self.ask(asks.act(transaction_id, "void"))

    async def portal_refund(self, transaction_id: int, amount_minor: int) -> int:
        """In the vendor's portal: a refund that nobody asked for through the API. Returns its id."""
        return await self.ask(asks.portal_refund(transaction_id, amount_minor))

    async def portal_withdraw(self, merchant: str, bank_account_id: int, amount_minor: int) -> int:
        """In the vendor's portal: a debit that nobody asked for through the API. Returns its id."""
        return await self.ask(asks.portal_withdraw(merchant, bank_account_id, amount_minor))

    async def clear(self, transaction_id: int) -> None:
        """The banks have moved it, before its day; or a dispute ended well for the merchant."""
        await self.ask(asks.act(transaction_id, "clear"))

    async def hide(self, transaction_id: int) -> None:
        """The vendor knows nothing of the row any more, until `show`."""
        await self.ask(asks.act(transaction_id, "hide"))

    async def show(self, transaction_id: int) -> None:
        await self.ask(asks.act(transaction_id, "show"))

    async def miscount(self, batch_id: int, **wrong_by: int) -> None:
        """The vendor's totals are off by so much: fields of BatchTotals, such as amount_withdrawals_minor. None: right
        again."""
        await self.ask(asks.miscount(batch_id, wrong_by))

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
        """Keywords: deposit_account_approved, rate_limited, test_account (it holds its funding: nothing clears)."""
        await self.ask(asks.switch_merchant(merchant, switches))

    async def switch_token(self, merchant: str, token: str, **switches: bool | str) -> None:
        """`token` is its name. Keywords: disabled, value (a rotation), general and processing (levels, by name)."""
        await self.ask(asks.switch_token(merchant, token, switches))

    async def add_token(self, merchant: str, token: Token) -> None:
        """A rotation with an overlap: both serve until the old one is disabled."""
        await self.ask(asks.add_token(merchant, token))
