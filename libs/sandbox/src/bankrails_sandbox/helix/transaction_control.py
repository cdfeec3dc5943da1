"""Customers' own accounts and transactions, as a bank or a test steers them; and what papers were uploaded."""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.helix import ledger
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.money import OPEN, AccountState, InternalAccount, Transaction, TransactionStatus
from bankrails_sandbox.helix.transaction_view import TransactionView
from bankrails_sandbox.helix.vendor import HelixVendor
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply

MakeRoute = Callable[[str, str, Callable[[Request], Awaitable[Response]]], Route]


@dataclasses.dataclass(frozen=True, slots=True)
class NewInternalAccount:
    customer_id: int
    balance_minor: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class InternalAccountSwitches:
    state: AccountState | None = None
    balance_minor: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Return:
    """A Nacha return code, such as R01."""

    code: str


class TransactionControl:
    def __init__(self, vendor: HelixVendor) -> None:
        self._vendor = vendor

    def routes(self, route: MakeRoute) -> list[Route]:
        return [
            route("GET", "/accounts", self.accounts),
            route("POST", "/accounts", self.add_account),
            route("PATCH", "/accounts/{id:int}", self.switch_account),
            route("GET", "/transactions", self.transactions),
            route("POST", "/transactions/{id:int}/settle", self.settle),
            route("POST", "/transactions/{id:int}/return", self.send_back),
            route("GET", "/external-accounts/{id:int}/documents", self.documents),
        ]

    async def accounts(self, _request: Request) -> Response:
        accounts = self._caught_up()[0].internal_accounts.values()
        return json_reply({"accounts": [encode(account) for account in accounts]})

    async def add_account(self, request: Request) -> Response:
        new = decode(NewInternalAccount, await json_body(request))
        books, _ = self._caught_up()
        if new.customer_id not in books.customers:
            raise BadRequest(f"there is no customer {new.customer_id}")
        account = InternalAccount(books.free_internal_account_id(), new.customer_id, new.balance_minor)
        books.internal_accounts[account.id] = account
        return json_reply(encode(account), 201)

    async def switch_account(self, request: Request) -> Response:
        switches = decode(InternalAccountSwitches, await json_body(request))
        books, _ = self._caught_up()
        account = books.internal_accounts.get(request.path_params["id"])
        if account is None:
            raise NotFound("no such account")
        account.state = switches.state or account.state
        if switches.balance_minor is not None:
            account.balance_minor = switches.balance_minor
        return json_reply(encode(account))

    async def transactions(self, _request: Request) -> Response:
        rows = self._caught_up()[0].ledger.transactions.values()
        return json_reply({"transactions": [encode(TransactionView.of(row)) for row in rows]})

    async def settle(self, request: Request) -> Response:
        """Before its hour."""
        books, now = self._caught_up()
        row = self._row(books, request)
        if row.status not in OPEN:
            raise BadRequest(f"a transaction that is {row.status} cannot be settled")
        ledger.settle(books, row, now)
        return json_reply(encode(TransactionView.of(row)))

    async def send_back(self, request: Request) -> Response:
        """As the other bank. Answers the new transaction that brings it back."""
        code = decode(Return, await json_body(request)).code
        books, now = self._caught_up()
        row = self._row(books, request)
        rows = books.ledger.transactions.values()
        came_back = any(each.master_id == row.master_id and each is not row for each in rows)
        if row.status is not TransactionStatus.SETTLED or row.return_code is not None or came_back:
            raise BadRequest("only a settled transaction can come back, and once")
        return json_reply(encode(TransactionView.of(ledger.send_back(books, row, code, now))), 201)

    async def documents(self, request: Request) -> Response:
        account = self._caught_up()[0].accounts.get(request.path_params["id"])
        if account is None:
            raise NotFound("no such external account")
        return json_reply({"documents": [encode(document) for document in account.documents]})

    def _row(self, books: Books, request: Request) -> Transaction:
        row = books.ledger.transactions.get(request.path_params["id"])
        if row is None:
            raise NotFound("no such transaction")
        return row

    def _caught_up(self) -> tuple[Books, datetime]:
        now = self._vendor.clock.now()
        self._vendor.catch_up(now)
        return self._vendor.books, now
