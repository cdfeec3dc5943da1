"""What banks, the processor and people in the vendor's portal do to transactions and batches; and where the vendor errs."""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.helcim import portal
from bankrails_sandbox.helcim.bank_answers import BankOrder, order
from bankrails_sandbox.helcim.batches import batch_json
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.records import AchTransaction, BankAnswerKind, BatchTotals
from bankrails_sandbox.helcim.transactions import debit, transaction_json
from bankrails_sandbox.helcim.undo import cancel_row, refund_row, void_row
from bankrails_sandbox.helcim.vendor import HelcimVendor
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply
from bankrails_sandbox.vendor_api import Refused

MakeRoute = Callable[[str, str, Callable[[Request], Awaitable[Response]]], Route]


@dataclasses.dataclass(frozen=True, slots=True)
class PortalWithdrawal:
    bank_account_id: int
    amount_minor: int


@dataclasses.dataclass(frozen=True, slots=True)
class PortalRefund:
    amount_minor: int


def cancel(books: Books, row: AchTransaction, now: datetime) -> None:
    cancel_row(books, row, now, None)


def void(books: Books, row: AchTransaction, now: datetime) -> None:
    void_row(books, row, now, None)


def hide(books: Books, row: AchTransaction, _now: datetime) -> None:
    """The vendor knows nothing of it any more: it is in no answer, and still in its batch."""
    row.hidden = books.hides = True


def show(_books: Books, row: AchTransaction, _now: datetime) -> None:
    row.hidden = False


ACTS: dict[str, Callable[[Books, AchTransaction, datetime], None]] = {
    "approve": portal.approve,
    "take-in-hand": portal.take_in_hand,
    "decline": portal.decline,
    "clear": portal.clear,
    "cancel": cancel,
    "void": void,
    "hide": hide,
    "show": show,
}


class TransactionControl:
    def __init__(self, vendor: HelcimVendor) -> None:
        self._vendor = vendor

    def routes(self, route: MakeRoute) -> list[Route]:
        return [
            *(route("POST", f"/transactions/{{id:int}}/{name}", partial(self.act, name)) for name in ACTS),
            route("POST", "/transactions/{id:int}/refund", self.refund),
            *(
                route("POST", f"/transactions/{{id:int}}/{kind}", partial(self.answer_by_bank, kind))
                for kind in BankAnswerKind
            ),
            route("POST", "/merchants/{name}/withdrawals", self.withdraw),
            route("PATCH", "/batches/{id:int}", self.miscount),
            route("GET", "/bank-report", self.bank_report),
        ]

    async def act(self, name: str, request: Request) -> Response:
        books, row = self._transaction(request)
        try:
            ACTS[name](books, row, self._vendor.clock.now())
        except (ValueError, Refused) as error:
            raise BadRequest(str(error)) from error
        return json_reply(transaction_json(books, row))

    async def refund(self, request: Request) -> Response:
        """In the portal: a refund that nobody asked for through the API. Answers with the new row."""
        wanted = decode(PortalRefund, await json_body(request))
        books, row = self._transaction(request)
        try:
            made = refund_row(books, row, wanted.amount_minor, self._vendor.clock.now(), None)
        except Refused as refused:
            raise BadRequest(str(refused)) from refused
        return json_reply(transaction_json(books, made), 201)

    async def withdraw(self, request: Request) -> Response:
        """In the portal: a debit that nobody asked for through the API."""
        wanted = decode(PortalWithdrawal, await json_body(request))
        if wanted.amount_minor <= 0:
            raise BadRequest("amount_minor: above zero")
        self._catch_up()
        books = self._vendor.books.get(request.path_params["name"])
        account = books.bank_accounts.get(wanted.bank_account_id) if books else None
        if books is None or account is None or account.deleted:
            raise NotFound("no such merchant or bank account")
        row = debit(books, account, wanted.amount_minor, self._vendor.clock.now(), None)
        return json_reply(transaction_json(books, row), 201)

    async def answer_by_bank(self, kind: BankAnswerKind, request: Request) -> Response:
        """The payer's bank sends the debit back, or its customer disputes it."""
        wanted = decode(BankOrder, await json_body(request))
        books, row = self._transaction(request)
        try:
            due_at = order(books, row, kind, wanted, self._vendor.clock.now())
        except ValueError as error:
            raise BadRequest(str(error)) from error
        return json_reply({"due_at": encode(due_at), "transaction": transaction_json(books, row)})

    async def miscount(self, request: Request) -> Response:
        """Differences to the right totals; what is left out is right again."""
        wrong_by = decode(BatchTotals, await json_body(request))
        self._catch_up()
        for books in self._vendor.books.values():
            if batch := books.batches.get(request.path_params["id"]):
                batch.wrong_by = wrong_by
                return json_reply(batch_json(books, batch))
        raise NotFound("no such batch")

    async def bank_report(self, request: Request) -> Response:
        """What the merchant's bank would report: the codes that the vendor does not show."""
        self._catch_up()
        merchant = request.query_params.get("merchant")
        lines = [
            line for name, books in self._vendor.books.items() if merchant in (None, name) for line in books.bank_report
        ]
        return json_reply({"lines": [encode(line) for line in sorted(lines, key=lambda line: line.at)]})

    def _transaction(self, request: Request) -> tuple[Books, AchTransaction]:
        self._catch_up()
        try:
            return self._vendor.transaction(request.path_params["id"])
        except KeyError as error:
            raise NotFound("no such transaction") from error

    def _catch_up(self) -> None:
        self._vendor.catch_up(self._vendor.clock.now())
