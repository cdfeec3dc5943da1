"""JSON over HTTP for the sandbox's own surfaces, the control API and the clock. The vendors have their own manners."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response


class BadRequest(Exception):
    """Answered as 400 `{"error": "<text>"}`."""


class NotFound(Exception):
    """Answered as 404 `{"error": "<text>"}`."""


def json_reply(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


async def json_body(request: Request) -> dict[str, Any]:
    """An empty body is an empty object. Raises BadRequest."""
    raw = await request.body()
    try:
        body = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


async def bad_request(_: Request, error: Exception) -> Response:
    return json_reply({"error": str(error)}, 400)


async def not_found(_: Request, error: Exception) -> Response:
    return json_reply({"error": str(error)}, 404)
