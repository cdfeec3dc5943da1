"""How the vendor says no. Codes and the shape are assumptions: the public page has none."""

import math
from datetime import timedelta

from bankrails_sandbox.vendor_api import Refused, Reply

CODES = {
    400: "invalid_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    429: "rate_limited",
    503: "maintenance",
}
# What a 429 says that no window stands behind.
RETRY_AFTER_SECONDS = 60


def error(status: int, code: str, message: str, field: str | None = None) -> Reply:
    return Reply(status, {"error": {"code": code, "message": message, "field": field}})


def refused(status: int, code: str, message: str, field: str | None = None) -> Refused:
    return Refused(error(status, code, message, field))


def invalid(message: str, field: str | None = None) -> Refused:
    return refused(400, "invalid_request", message, field)


def too_many(message: str, wait: timedelta) -> Refused:
    reply = error(429, "rate_limited", message)
    # Rounded up: whoever waits that long is let in.
    seconds = math.ceil(wait.total_seconds())
    return Refused(Reply(reply.status, reply.body, ((b"retry-after", str(seconds).encode()),)))


def failure(status: int) -> Reply:
    """What stands behind a status alone."""
    code = CODES.get(status, "internal_error")
    if status == 429:
        return too_many("Too many requests", timedelta(seconds=RETRY_AFTER_SECONDS)).reply
    return error(status, code, code.replace("_", " ").capitalize())
