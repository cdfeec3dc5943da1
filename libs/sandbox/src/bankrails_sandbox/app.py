"""The whole sandbox as one ASGI application: vendors, clock and control, in one process and one event loop."""

import hmac
from datetime import UTC, datetime

from bankrails_clock import ManualClock
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bankrails_sandbox.clock_routes import clock_routes
from bankrails_sandbox.clock_service import Timekeeper
from bankrails_sandbox.config import SandboxConfig
from bankrails_sandbox.decoding import DecodingError
from bankrails_sandbox.helcim.api import helcim_app
from bankrails_sandbox.helcim.control import HelcimControl
from bankrails_sandbox.helcim.vendor import HelcimVendor
from bankrails_sandbox.helium.api import HeliumApi
from bankrails_sandbox.helium.control import HeliumControl
from bankrails_sandbox.helium.vendor import HeliumVendor
from bankrails_sandbox.helix.api import helix_app
from bankrails_sandbox.helix.control import HelixControl
from bankrails_sandbox.helix.vendor import HelixVendor
from bankrails_sandbox.json_http import BadRequest, NotFound, bad_request, json_reply, not_found
from bankrails_sandbox.mx.api import MxApi
from bankrails_sandbox.mx.control import MxControl
from bankrails_sandbox.mx.vendor import MxVendor


class ControlToken:
    """Asks for `Authorization: Bearer <token>` wherever the sandbox can be steered. Reading the clock stays open."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        steers = scope["path"].startswith("/control/") or (scope["path"].startswith("/clock/"))
        given = dict(scope["headers"]).get(b"authorization", b"")
        if steers and not hmac.compare_digest(given, self._expected):
            await json_reply({"error": "the control token is missing or wrong"}, 401)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def sandbox_app(config: SandboxConfig, control_token: str | None = None) -> ASGIApp:
    clock = ManualClock(config.clock.start or datetime.now(UTC), running=config.clock.running)
    helcim = HelcimVendor(config.helcim, clock)
    helium = HeliumVendor(config.helium, clock)
    mx = MxVendor(config.mx, clock)
    helix = HelixVendor(config.helix, clock)
    vendors = [helcim, helium, mx, helix]
    timekeeper = Timekeeper(clock, vendors=vendors, config=config.clock)

    async def health(_request: Request) -> Response:
        return json_reply({"status": "ready"})

    async def reset(_request: Request) -> Response:
        for vendor in vendors:
            vendor.reset()
        return Response(status_code=204)

    return Starlette(
        routes=[
            # First, since nearly all traffic is the vendor's.
            Mount("/helcim/v2", helcim_app(helcim)),
            Mount("/helium", HeliumApi(helium).app()),
            Mount("/mx", MxApi(mx).app()),
            Mount("/helix", helix_app(helix)),
            *clock_routes(timekeeper),
            *HelcimControl(helcim).routes(),
            *HeliumControl(helium).routes(),
            *MxControl(mx).routes(),
            *HelixControl(helix).routes(),
            Route("/control/reset", reset, methods=["POST"]),
            Route("/health", health, methods=["GET"]),
        ],
        middleware=[Middleware(ControlToken, control_token)] if control_token else [],
        exception_handlers={BadRequest: bad_request, DecodingError: bad_request, NotFound: not_found},
    )
