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

from bankrails_sandbox.clock_service import Timekeeper, clock_routes
from bankrails_sandbox.config import SandboxConfig
from bankrails_sandbox.decoding import DecodingError
from bankrails_sandbox.helcim.api import helcim_app
from bankrails_sandbox.helcim.control import HelcimControl
from bankrails_sandbox.helcim.vendor import HelcimVendor
from bankrails_sandbox.json_http import BadRequest, NotFound, bad_request, json_reply, not_found


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

    async def health(_request: Request) -> Response:
        return json_reply({"status": "ready"})

    return Starlette(
        routes=[
            # First, since nearly all traffic is the vendor's.
            Mount("/helcim/v2", helcim_app(helcim)),
            *clock_routes(Timekeeper(clock)),
            *HelcimControl(helcim).routes(),
            Route("/health", health, methods=["GET"]),
        ],
        middleware=[Middleware(ControlToken, control_token)] if control_token else [],
        exception_handlers={BadRequest: bad_request, DecodingError: bad_request, NotFound: not_found},
    )
