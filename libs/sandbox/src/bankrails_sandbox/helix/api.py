"""From credentials to answer. The order of the checks:

HTTP version (505) → credentials (401) → trusted address (403) → rate limit (429) → route (404), method (405) → body and
rules (400).
"""

import re
from typing import cast

from starlette.routing import Route, Router
from starlette.types import ASGIApp

from bankrails_sandbox.exchange import Answer, Exchange
from bankrails_sandbox.helix import codes
from bankrails_sandbox.helix.endpoints import ENDPOINTS, Endpoint
from bankrails_sandbox.helix.envelope import Problem, Refused, envelope
from bankrails_sandbox.helix.vendor import HelixVendor
from bankrails_sandbox.vendor_api import Refused as NotAdmitted
from bankrails_sandbox.vendor_api import Reply, VendorApi


def helix_app(vendor: HelixVendor) -> ASGIApp:
    router = cast(Router, HelixApi(vendor, ENDPOINTS).app())
    for route in router.routes:
        _match_any_case(cast(Route, route))
    return router


class HelixApi(VendorApi[HelixVendor]):
    async def answer(self, methods: dict[str, Endpoint], exchange: Exchange) -> Answer:
        """Without credentials nothing is learnt of routes either: they are fixed by the key."""
        if exchange.scope["http_version"] == "1.0":
            return self.written(self.failure(505), exchange)
        if exchange.scope["method"] not in methods:
            try:
                exchange.merchant = self.admit(exchange.headers)
            except NotAdmitted as refused:
                return self.written(refused.reply, exchange)
        return await super().answer(methods, exchange)

    def admit(self, headers: dict[bytes, bytes]) -> str:
        vendor = self.vendor
        program = vendor.books.program
        if not vendor.authenticate(headers.get(b"authorization", b"")):
            raise NotAdmitted(self.failure(401))
        if not program.ip_trusted:
            raise NotAdmitted(self.failure(403))
        if program.throttled and not vendor.throttle.enter(vendor.clock.now()):
            raise NotAdmitted(self.failure(429))
        return program.name

    def failure(self, status: int) -> Reply:
        vendor = self.vendor
        if status == 400:
            refused = Refused(Problem(vendor.books.assumptions.unusable_body_code, "The body cannot be read."))
        else:
            refused = codes.transport(status)
        return envelope(refused.reply, vendor.calls.next_id(), vendor.throttle_report(over=status == 429))

    def content_type(self, _headers: dict[bytes, bytes]) -> bytes:
        return b"application/json; charset=utf-8"


def _match_any_case(route: Route) -> None:
    """SDKs write externalaccount, the documents externalAccount; the PHP SDK ends some paths with a slash."""
    route.path_regex = re.compile(route.path_regex.pattern.removesuffix("$") + "/?$", re.IGNORECASE)
