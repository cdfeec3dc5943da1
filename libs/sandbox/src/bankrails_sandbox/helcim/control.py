"""What a customer, a bank or a test does to the vendor, and what it may see. Never mixed with the vendor's own paths.

Names are in snake case, money in minor units, times in UTC.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.helcim.bank_accounts import add_account
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.endpoints import OPERATIONS
from bankrails_sandbox.helcim.levels import General, Processing
from bankrails_sandbox.helcim.merchants import Merchant, Token
from bankrails_sandbox.helcim.pads import change_pad, contradict_pad
from bankrails_sandbox.helcim.records import Pad, PadStatus
from bankrails_sandbox.helcim.transaction_control import TransactionControl
from bankrails_sandbox.helcim.vendor import HelcimVendor
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply
from bankrails_sandbox.vendor_api import Refused
from bankrails_sandbox.vendor_control import VendorControl, whole_number


@dataclasses.dataclass(frozen=True, slots=True)
class MerchantSwitches:
    """What of a merchant can be changed while it runs; None leaves it."""

    deposit_account_approved: bool | None = None
    rate_limited: bool | None = None
    test_account: bool | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class TokenSwitches:
    """`value` is a rotation in place: the old value is unknown from then on."""

    disabled: bool | None = None
    value: str | None = None
    general: General | None = None
    processing: Processing | None = None


class HelcimControl(VendorControl):
    def __init__(self, vendor: HelcimVendor) -> None:
        super().__init__("/control/helcim", vendor, operations=OPERATIONS, merchants=vendor.merchants)
        self._vendor = vendor

    def routes(self) -> list[Route]:
        return [
            *super().routes(),
            self.route("GET", "/mails", self.mails),
            self.route("POST", "/pads/{id:int}/accept", self.accept_pad),
            self.route("POST", "/pads/{id:int}/revoke", self.revoke_pad),
            self.route("POST", "/pads/{id:int}/contradict", self.contradict_pad),
            *TransactionControl(self._vendor).routes(self.route),
            self.route("POST", "/customers/{id:int}/bank-form", self.fill_in_form),
            self.route("GET", "/merchants", self.show_merchants),
            self.route("PATCH", "/merchants/{name}", self.switch_merchant),
            self.route("POST", "/merchants/{name}/tokens", self.add_token),
            self.route("PATCH", "/merchants/{name}/tokens/{token}", self.switch_token),
        ]

    async def calls(self, request: Request) -> Response:
        """With how many are in progress, since this vendor limits that too."""
        counts = self._vendor.calls.counts(request.query_params.get("merchant"))
        return json_reply(
            {
                "calls": [encode(count) for count in counts],
                "total": sum(count.count for count in counts),
                "too_many_requests": sum(count.count for count in counts if count.outcome == "429"),
                "in_progress": {name: books.limiter.in_progress for name, books in self._vendor.books.items()},
                "in_progress_max": {name: books.limiter.in_progress_max for name, books in self._vendor.books.items()},
            }
        )

    async def mails(self, request: Request) -> Response:
        query = request.query_params
        customer_id = whole_number(query["customer_id"]) if "customer_id" in query else None
        mails = [
            encode(mail)
            for name, books in self._vendor.books.items()
            if query.get("merchant") in (None, name)
            for mail in books.mails
            if customer_id in (None, mail.customer_id)
        ]
        return json_reply({"mails": mails})

    async def accept_pad(self, request: Request) -> Response:
        """The customer approves by the mail's link."""
        return self._change_pad(request, PadStatus.ACTIVE)

    async def revoke_pad(self, request: Request) -> Response:
        """The customer withdraws the agreement. One that was never accepted cannot be revoked."""
        return self._change_pad(request, PadStatus.INACTIVE)

    async def contradict_pad(self, request: Request) -> Response:
        """Into the pair that no document has: active, and never accepted."""
        self._vendor.catch_up(self._vendor.clock.now())
        books, pad = self._pad(request.path_params["id"])
        contradict_pad(books, pad, self._vendor.clock.now())
        return _pad_reply(pad)

    async def fill_in_form(self, request: Request) -> Response:
        """The customer enters a bank account on the page behind a request-new mail, and accepts the PAD there.

        The body has the fields of a bank account's creation. The account does not become the default.
        """
        for books in self._vendor.books.values():
            if customer := books.customers.get(request.path_params["id"]):
                if not any(mail.customer_id == customer.id for mail in books.mails):
                    raise BadRequest("this customer was sent no mail")
                now = self._vendor.clock.now()
                call = Call(0, now, {}, {}, None, None)
                try:
                    account = add_account(books, customer, await json_body(request), call)
                except Refused as refused:
                    raise BadRequest(str(refused)) from refused
                (pad,) = books.pads_of(account.id)
                change_pad(books, pad, True, PadStatus.ACTIVE, now, None, by_merchant=False)
                return json_reply({"bank_account_id": account.id, "pad_id": pad.id}, 201)
        raise NotFound("no such customer")

    async def show_merchants(self, _request: Request) -> Response:
        return json_reply({"merchants": [_merchant_json(books) for books in self._vendor.books.values()]})

    async def switch_merchant(self, request: Request) -> Response:
        name = request.path_params["name"]
        switches = decode(MerchantSwitches, await json_body(request))
        return self._changed(lambda: self._vendor.change_merchant(name, **_given(switches)))

    async def add_token(self, request: Request) -> Response:
        """A rotation with an overlap: both serve until the old one is disabled."""
        name = request.path_params["name"]
        token = decode(Token, await json_body(request))
        try:
            return self._changed(lambda: self._vendor.add_token(name, token))
        except ValueError as error:
            raise BadRequest(str(error)) from error

    async def switch_token(self, request: Request) -> Response:
        name, token = request.path_params["name"], request.path_params["token"]
        switches = decode(TokenSwitches, await json_body(request))
        return self._changed(lambda: self._vendor.change_token(name, token, **_given(switches)))

    def _changed(self, change: Callable[[], Merchant]) -> Response:
        try:
            merchant = change()
        except KeyError as error:
            raise NotFound(f"no such merchant or token: {error}") from error
        return json_reply(_merchant_json(self._vendor.books[merchant.name]))

    def _change_pad(self, request: Request, status: PadStatus) -> Response:
        self._vendor.catch_up(self._vendor.clock.now())
        books, pad = self._pad(request.path_params["id"])
        if status is PadStatus.INACTIVE and not pad.usable:
            raise BadRequest(f"PAD {pad.id} is not active")
        try:
            change_pad(books, pad, True, status, self._vendor.clock.now(), None, by_merchant=False)
        except Refused as refused:
            raise BadRequest(str(refused)) from refused
        return _pad_reply(pad)

    def _pad(self, pad_id: int) -> tuple[Books, Pad]:
        for books in self._vendor.books.values():
            if pad := books.pads.get(pad_id):
                return books, pad
        raise NotFound("no such PAD")


def _pad_reply(pad: Pad) -> Response:
    return json_reply({"pad_id": pad.id, "accepted": pad.accepted, "active": pad.usable})


def _merchant_json(books: Books) -> dict[str, Any]:
    """Tokens by their last four characters, as anywhere."""
    body: dict[str, Any] = encode(books.merchant)
    body["tokens"] = [token | {"value": f"…{token['value'][-4:]}"} for token in body["tokens"]]
    return body


def _given(switches: MerchantSwitches | TokenSwitches) -> dict[str, object]:
    return {name: value for name, value in dataclasses.asdict(switches).items() if value is not None}
