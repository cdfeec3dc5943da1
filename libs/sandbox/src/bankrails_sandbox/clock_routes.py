"""The clock over HTTP: reading it, moving it, and joining those whom it waits for."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.clock_parties import Party
from bankrails_sandbox.clock_service import AdvanceTooLong, Goal, Timekeeper
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply
from bankrails_sandbox.quiet import NotQuiet

# A poll is ended without news after this long at most, so that a client behind a proxy is not cut off by it.
POLL_SECONDS_MAX = 60.0


def clock_routes(timekeeper: Timekeeper) -> list[Route]:
    def route(method: str, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(f"/clock{path}", endpoint, methods=[method])

    async def show(request: Request) -> Response:
        if (after := request.query_params.get("after")) is not None:
            try:
                wait_seconds = min(float(request.query_params.get("wait_seconds", POLL_SECONDS_MAX)), POLL_SECONDS_MAX)
            except ValueError as error:
                raise BadRequest("wait_seconds must be a number") from error
            await timekeeper.wait_for_news(after, wait_seconds)
        return json_reply(timekeeper.state().to_json())

    async def advance(request: Request) -> Response:
        body = await json_body(request)
        try:
            patience_seconds = _patience_seconds(body.pop("patience_seconds", None))
            steps = await timekeeper.advance(_goal(body), patience_seconds)
        except (TypeError, ValueError, OverflowError) as error:
            raise BadRequest(str(error)) from error
        except NotQuiet as error:
            return json_reply({"error": str(error), "parties": error.parties} | timekeeper.state().to_json(), 504)
        except AdvanceTooLong as error:
            return json_reply({"error": str(error)} | timekeeper.state().to_json(), 504)
        return json_reply(timekeeper.state().to_json() | {"steps": steps})

    async def jump(request: Request) -> Response:
        try:
            await timekeeper.jump(_goal(await json_body(request)))
        except (TypeError, ValueError, OverflowError) as error:
            raise BadRequest(str(error)) from error
        return json_reply(timekeeper.state().to_json())

    async def flow(request: Request) -> Response:
        body = await json_body(request)
        if not isinstance(body.get("running"), bool):
            raise BadRequest('the body must be {"running": true} or {"running": false}')
        timekeeper.flow(body["running"])
        return json_reply(timekeeper.state().to_json())

    async def join(request: Request) -> Response:
        body = await json_body(request)
        try:
            timekeeper.parties.join(Party.from_json(body, request.client.host if request.client else "127.0.0.1"))
        except ValueError as error:
            raise BadRequest(str(error)) from error
        return Response(status_code=204)

    async def leave(request: Request) -> Response:
        if not timekeeper.parties.leave(request.path_params["name"]):
            raise NotFound("no such party")
        return Response(status_code=204)

    async def parties(_request: Request) -> Response:
        return json_reply({"parties": [{"name": party.name, "url": party.url} for party in timekeeper.parties]})

    return [
        route("GET", "", show),
        route("POST", "/advance", advance),
        route("POST", "/jump", jump),
        route("POST", "/flow", flow),
        route("GET", "/parties", parties),
        route("POST", "/parties", join),
        route("DELETE", "/parties/{name}", leave),
    ]


def _goal(body: dict[str, Any]) -> Goal:
    match body:
        case {"seconds": int() | float() as seconds, **rest} if not rest and not isinstance(seconds, bool):
            by = timedelta(seconds=seconds)
            return lambda now: now + by
        case {"to": str() as text, **rest} if not rest:
            when = datetime.fromisoformat(text)
            if when.tzinfo is None:
                raise ValueError("`to` must carry an offset, such as Z")
            return lambda _now: when
        case _:
            raise ValueError('the body must be {"seconds": n} or {"to": "<ISO 8601 instant>"}')


def _patience_seconds(value: Any) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0):
        raise ValueError("patience_seconds must be a number of real seconds, 0 or more")
    return value
