"""How the vendor says no. The codes are documented (docs.mx.com, Platform API, errors); the shape is an assumption."""

from bankrails_sandbox.vendor_api import Refused, Reply

WORDS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    422: "unprocessable_entity",
    429: "too_many_requests",
    503: "service_unavailable",
}


def failure(status: int, message: str | None = None) -> Reply:
    word = WORDS.get(status, "internal_server_error")
    error = {"message": message or word.replace("_", " ").capitalize(), "status": word, "type": f"{word}_error"}
    return Reply(status, {"error": error})


def refused(status: int, message: str) -> Refused:
    return Refused(failure(status, message))
