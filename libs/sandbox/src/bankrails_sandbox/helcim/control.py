"""What a customer, a bank or a test does to the vendor, and what it may see. Never mixed with the vendor's own paths.

Names are in snake case, money in minor units, times in UTC.
"""

import dataclasses
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.faults import Fault, PlantedFault
from bankrails_sandbox.helcim.bank_accounts import add_account
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.endpoints import OPERATIONS
from bankrails_sandbox.helcim.merchants import Merchant
from bankrails_sandbox.helcim.pads import change_pad
from bankrails_sandbox.helcim.records import Pad, PadStatus
from bankrails_sandbox.helcim.replies import Refused
from bankrails_sandbox.helcim.transactions import decline, transaction_json
from bankrails_sandbox.helcim.vendor import HelcimVendor
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply

# As long as a caller could want to wait in one request; it asks again after that.
WAIT_SECONDS_MAX = 60.0


@dataclasses.dataclass(frozen=True, slots=True)
class MerchantSwitches:
    """What of a merchant can be changed while it runs; None leaves it."""

    deposit_account_approved: bool | None = None
    rate_limited: bool | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class TokenSwitches:
    """`value` is a rotation: the old value is unknown from then on."""

    disabled: bool | None = None
    value: str | None = None


class HelcimControl:
    def __init__(self, vendor: HelcimVendor) -> None:
        self._vendor = vendor

    def routes(self) -> list[Route]:
        def route(method: str, path: str, endpoint: Any) -> Route:
            return Route(f"/control/helcim{path}", endpoint, methods=[method])

        return [
            route("GET", "/effects", self.effects),
            route("GET", "/calls", self.calls),
            route("GET", "/mails", self.mails),
            route("POST", "/faults", self.plant),
            route("GET", "/faults", self.faults),
            route("DELETE", "/faults", self.clear_faults),
            route("DELETE", "/faults/{id:int}", self.remove_fault),
            route("GET", "/gates/{name}", self.gate),
            route("POST", "/gates/{name}/release", self.release),
            route("POST", "/pads/{id:int}/accept", self.accept_pad),
            route("POST", "/pads/{id:int}/revoke", self.revoke_pad),
            route("POST", "/transactions/{id:int}/decline", self.decline),
            route("POST", "/customers/{id:int}/bank-form", self.fill_in_form),
            route("GET", "/merchants", self.merchants),
            route("PATCH", "/merchants/{name}", self.switch_merchant),
            route("PATCH", "/merchants/{name}/tokens/{token}", self.switch_token),
            route("POST", "/reset", self.reset),
        ]

    async def effects(self, request: Request) -> Response:
        self._vendor.catch_up()
        query = request.query_params
        effects = list(
            self._vendor.effects.matching(
                merchant=query.get("merchant"),
                kind=query.get("kind"),
                idempotency_key=query.get("idempotency_key"),
                after=_number(query.get("after", "0")),
            )
        )
        counts = self._vendor.effects.count_by_kind(effects)
        return json_reply({"counts": counts, "effects": [encode(effect) for effect in effects]})

    async def calls(self, request: Request) -> Response:
        merchant = request.query_params.get("merchant")
        counts = self._vendor.calls.counts(merchant)
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
        customer_id = _number(query["customer_id"]) if "customer_id" in query else None
        mails = [
            encode(mail)
            for name, books in self._vendor.books.items()
            if query.get("merchant") in (None, name)
            for mail in books.mails
            if customer_id in (None, mail.customer_id)
        ]
        return json_reply({"mails": mails})

    async def plant(self, request: Request) -> Response:
        fault = decode(Fault, await json_body(request))
        if fault.operation is not None and fault.operation not in OPERATIONS:
            raise BadRequest(f"operation: must be one of {', '.join(sorted(OPERATIONS))}")
        if fault.merchant is not None and fault.merchant not in self._vendor.books:
            raise BadRequest(f"merchant: must be one of {', '.join(self._vendor.books)}")
        return json_reply(_fault_json(self._vendor.faults.plant(fault)), 201)

    async def faults(self, _request: Request) -> Response:
        return json_reply({"faults": [_fault_json(planted) for planted in self._vendor.faults.list()]})

    async def clear_faults(self, _request: Request) -> Response:
        self._vendor.faults.clear()
        return Response(status_code=204)

    async def remove_fault(self, request: Request) -> Response:
        if not self._vendor.faults.remove(request.path_params["id"]):
            raise NotFound("no such fault")
        return Response(status_code=204)

    async def gate(self, request: Request) -> Response:
        """With `waiting=n` answers once that many calls are held, or after `wait_seconds`."""
        gate = self._vendor.faults.gate(request.path_params["name"])
        query = request.query_params
        wait_seconds = min(float(_number(query.get("wait_seconds", "0"))), WAIT_SECONDS_MAX)
        await gate.wait_for(_number(query.get("waiting", "0")), wait_seconds)
        return json_reply({"waiting": gate.waiting, "open": gate.open.is_set()})

    async def release(self, request: Request) -> Response:
        gate = self._vendor.faults.gate(request.path_params["name"])
        released = gate.waiting
        gate.open.set()
        return json_reply({"released": released})

    async def accept_pad(self, request: Request) -> Response:
        """The customer approves by the mail's link."""
        return self._change_pad(request, PadStatus.ACTIVE)

    async def revoke_pad(self, request: Request) -> Response:
        """The customer withdraws the agreement. One that was never accepted cannot be revoked."""
        return self._change_pad(request, PadStatus.INACTIVE)

    async def decline(self, request: Request) -> Response:
        self._vendor.catch_up()
        for books in self._vendor.books.values():
            if transaction := books.transactions.get(request.path_params["id"]):
                try:
                    decline(books, transaction, self._vendor.clock.now())
                except ValueError as error:
                    raise BadRequest(str(error)) from error
                return json_reply(transaction_json(books, transaction))
        raise NotFound("no such transaction")

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

    async def merchants(self, _request: Request) -> Response:
        return json_reply({"merchants": [_merchant_json(books) for books in self._vendor.books.values()]})

    async def switch_merchant(self, request: Request) -> Response:
        name = request.path_params["name"]
        switches = decode(MerchantSwitches, await json_body(request))
        return self._changed(lambda: self._vendor.change_merchant(name, **_given(switches)))

    async def switch_token(self, request: Request) -> Response:
        name, token = request.path_params["name"], request.path_params["token"]
        switches = decode(TokenSwitches, await json_body(request))
        return self._changed(lambda: self._vendor.change_token(name, token, **_given(switches)))

    async def reset(self, _request: Request) -> Response:
        self._vendor.reset()
        return Response(status_code=204)

    def _changed(self, change: Any) -> Response:
        try:
            merchant: Merchant = change()
        except KeyError as error:
            raise NotFound(f"no such merchant or token: {error}") from error
        return json_reply(_merchant_json(self._vendor.books[merchant.name]))

    def _change_pad(self, request: Request, status: PadStatus) -> Response:
        self._vendor.catch_up()
        books, pad = self._pad(request.path_params["id"])
        if status is PadStatus.INACTIVE and not pad.usable:
            raise BadRequest(f"PAD {pad.id} is not active")
        try:
            change_pad(books, pad, True, status, self._vendor.clock.now(), None, by_merchant=False)
        except Refused as refused:
            raise BadRequest(str(refused)) from refused
        return json_reply({"pad_id": pad.id, "accepted": pad.accepted, "active": pad.usable})

    def _pad(self, pad_id: int) -> tuple[Books, Pad]:
        for books in self._vendor.books.values():
            if pad := books.pads.get(pad_id):
                return books, pad
        raise NotFound("no such PAD")


def _fault_json(planted: PlantedFault) -> dict[str, Any]:
    return {"id": planted.id, "struck": planted.struck, "fault": encode(planted.fault)}


def _merchant_json(books: Books) -> dict[str, Any]:
    """Tokens by their last four characters, as anywhere."""
    body: dict[str, Any] = encode(books.merchant)
    body["tokens"] = [token | {"value": f"…{token['value'][-4:]}"} for token in body["tokens"]]
    return body


def _given(switches: MerchantSwitches | TokenSwitches) -> dict[str, object]:
    return {name: value for name, value in dataclasses.asdict(switches).items() if value is not None}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest(f"{text!r} is not a number")
    return int(text)
