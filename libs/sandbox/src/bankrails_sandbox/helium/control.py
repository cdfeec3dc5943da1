"""What a person, a bank or a test does to Helium, and what it may see."""

import dataclasses
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.attempts import count_logins
from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.helium.api import OPERATIONS
from bankrails_sandbox.helium.bank import CODE, QUESTION, Outcome, Script
from bankrails_sandbox.helium.vendor import HeliumVendor
from bankrails_sandbox.helium.view import view_of
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply
from bankrails_sandbox.vendor_control import VendorControl


class Forced(StrEnum):
    SUCCESS = "success"
    FAILED = "failed"
    ERROR = "error"
    MFA_REQUIRED = "mfa_required"
    TWO_FA_REQUIRED = "2fa_required"
    EXPIRED = "expired"


@dataclasses.dataclass(frozen=True, slots=True)
class ForcedOutcome:
    """`login` names the person where nobody has logged in yet, as in a frame."""

    status: Forced
    login: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class LenderSwitches:
    """None leaves it. `api_key` is a rotation: the old one is unknown from then on."""

    rate_limited: bool | None = None
    api_key: str | None = None


class HeliumControl(VendorControl):
    def __init__(self, vendor: HeliumVendor) -> None:
        super().__init__("/control/helium", vendor, operations=OPERATIONS, merchants=vendor.merchants)
        self._vendor = vendor

    def routes(self) -> list[Route]:
        return [
            *super().routes(),
            self.route("GET", "/logins", self.logins),
            self.route("PUT", "/logins/{login}", self.make_login),
            self.route("DELETE", "/logins/{login}", self.forget_login),
            self.route("GET", "/people/{login}", self.person),
            self.route("GET", "/sessions", self.sessions),
            self.route("POST", "/sessions/{id}/outcome", self.force),
            self.route("PATCH", "/merchants/{name}", self.switch_lender),
        ]

    async def logins(self, request: Request) -> Response:
        counts = count_logins(self._vendor, request.query_params.get("login"))
        return json_reply({"logins": [encode(count) for count in counts]})

    async def make_login(self, request: Request) -> Response:
        """What the bank does with that login from now on, and who is behind it."""
        self._vendor.scripts[request.path_params["login"]] = decode(Script, await json_body(request))
        return Response(status_code=204)

    async def forget_login(self, request: Request) -> Response:
        if self._vendor.scripts.pop(request.path_params["login"], None) is None:
            raise NotFound("no such login was made")
        return Response(status_code=204)

    async def person(self, request: Request) -> Response:
        return json_reply(encode(self._vendor.person_of(request.path_params["login"])))

    async def sessions(self, _request: Request) -> Response:
        self._vendor.catch_up(self._vendor.clock.now())
        return json_reply({"sessions": [encode(view_of(each)) for each in self._vendor.sessions.values()]})

    async def force(self, request: Request) -> Response:
        """In the place of the bank, whatever the login would have led to."""
        now = self._vendor.clock.now()
        self._vendor.catch_up(now)
        session = self._vendor.sessions.get(request.path_params["id"])
        if session is None:
            raise NotFound("no such session")
        forced = decode(ForcedOutcome, await json_body(request))
        session.login = forced.login or session.login
        match forced.status:
            case Forced.MFA_REQUIRED:
                self._vendor.run(session, Script(challenges=(QUESTION,)), now, None)
            case Forced.TWO_FA_REQUIRED:
                self._vendor.run(session, Script(challenges=(CODE,)), now, None)
            case Forced.EXPIRED if session.challenged:
                self._vendor.expire(session, now)
            case Forced.EXPIRED:
                raise BadRequest("only a challenge expires")
            case Forced.SUCCESS:
                person = self._vendor.person_of(session.login or "user_good")
                self._vendor.run(session, Script(person=person), now, None)
            case outcome:
                self._vendor.end(session, Outcome(outcome), now, None)
        return json_reply(encode(view_of(session)))

    async def switch_lender(self, request: Request) -> Response:
        switches = decode(LenderSwitches, await json_body(request))
        given = {name: value for name, value in dataclasses.asdict(switches).items() if value is not None}
        try:
            lender = self._vendor.change_lender(request.path_params["name"], **given)
        except KeyError as error:
            raise NotFound(f"no such merchant: {error}") from error
        return json_reply({"name": lender.name, "rate_limited": lender.rate_limited})
