"""What a person, a bank or a test does to MX, and what it may see."""

import dataclasses

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.attempts import count_logins
from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply
from bankrails_sandbox.mx.api import OPERATIONS
from bankrails_sandbox.mx.jobs import halt
from bankrails_sandbox.mx.microdeposit_steps import move, start
from bankrails_sandbox.mx.microdeposits import account_details
from bankrails_sandbox.mx.people import Person
from bankrails_sandbox.mx.records import Microdeposit
from bankrails_sandbox.mx.vendor import MxVendor
from bankrails_sandbox.mx.view import microdeposit_view, view_of
from bankrails_sandbox.mx.vocabulary import ConnectionStatus, MicrodepositStatus
from bankrails_sandbox.vendor_api import Refused
from bankrails_sandbox.vendor_control import VendorControl


@dataclasses.dataclass(frozen=True, slots=True)
class ForcedStatus:
    status: ConnectionStatus


@dataclasses.dataclass(frozen=True, slots=True)
class ForcedMicrodepositStatus:
    status: MicrodepositStatus


class MxControl(VendorControl):
    def __init__(self, vendor: MxVendor) -> None:
        super().__init__("/control/mx", vendor, operations=OPERATIONS, merchants=vendor.merchants)
        self._vendor = vendor

    def routes(self) -> list[Route]:
        return [
            *super().routes(),
            self.route("GET", "/logins", self.logins),
            self.route("GET", "/people/{login}", self.person),
            self.route("PUT", "/people/{login}", self.make_person),
            self.route("GET", "/members", self.members),
            self.route("POST", "/members/{guid}/status", self.force),
            self.route("GET", "/micro-deposits", self.microdeposits),
            self.route("POST", "/micro-deposits/{guid}/status", self.force_microdeposit),
            self.route("POST", "/micro-deposits/{guid}/details", self.submit_details),
        ]

    async def logins(self, request: Request) -> Response:
        counts = count_logins(self._vendor, request.query_params.get("login"))
        return json_reply({"logins": [encode(count) for count in counts]})

    async def person(self, request: Request) -> Response:
        return json_reply(encode(self._vendor.person_of(request.path_params["login"])))

    async def make_person(self, request: Request) -> Response:
        """The banks know that login from now on, for members made or updated after this."""
        self._vendor.people[request.path_params["login"]] = decode(Person, await json_body(request))
        return Response(status_code=204)

    async def members(self, _request: Request) -> Response:
        self._vendor.catch_up(self._vendor.clock.now())
        return json_reply({"members": [encode(view_of(member)) for member in self._vendor.members.values()]})

    async def force(self, request: Request) -> Response:
        """In the place of the bank or of the vendor; a job in hand is halted."""
        now = self._vendor.clock.now()
        self._vendor.catch_up(now)
        member = self._vendor.members.get(request.path_params["guid"])
        if member is None:
            raise NotFound("no such member")
        halt(self._vendor, member, decode(ForcedStatus, await json_body(request)).status, now)
        return json_reply(encode(view_of(member)))

    async def microdeposits(self, _request: Request) -> Response:
        """Deleted ones too."""
        self._vendor.catch_up(self._vendor.clock.now())
        deposits = self._vendor.microdeposits.values()
        return json_reply({"micro_deposits": [encode(microdeposit_view(deposit)) for deposit in deposits]})

    async def force_microdeposit(self, request: Request) -> Response:
        """In the place of the provider or of the vendor; nothing more happens to it by itself."""
        deposit = self._microdeposit(request)
        status = decode(ForcedMicrodepositStatus, await json_body(request)).status
        move(self._vendor, deposit, status, self._vendor.clock.now(), None)
        return json_reply(encode(microdeposit_view(deposit)))

    async def submit_details(self, request: Request) -> Response:
        """As the person, in the widget: the account of a micro-deposit that was initiated beforehand."""
        deposit = self._microdeposit(request)
        if deposit.status is not MicrodepositStatus.PREINITIATED:
            raise BadRequest(f"a micro-deposit that is {deposit.status.name} has its details")
        try:
            details = account_details(await json_body(request), self._vendor.assumptions)
        except Refused as refused:
            raise BadRequest(str(refused)) from refused
        for field, value in details.items():
            setattr(deposit, field, value)
        start(self._vendor, deposit, self._vendor.clock.now(), None)
        return json_reply(encode(microdeposit_view(deposit)))

    def _microdeposit(self, request: Request) -> Microdeposit:
        self._vendor.catch_up(self._vendor.clock.now())
        deposit = self._vendor.microdeposits.get(request.path_params["guid"])
        if deposit is None or deposit.deleted_at is not None:
            raise NotFound("no such micro-deposit")
        return deposit
