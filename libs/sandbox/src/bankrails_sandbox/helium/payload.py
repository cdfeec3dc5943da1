"""Request bodies and parameters, and the complaints about them. A value is never repeated in a complaint."""

from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import orjson

from bankrails_sandbox.helium.replies import invalid, refused
from bankrails_sandbox.vendor_api import Call

FORM = "application/x-www-form-urlencoded"
FLAGS = {"true": True, "1": True, "false": False, "0": False}


def read_object(call: Call, *, forms_accepted: bool = False) -> dict[str, Any]:
    """Raises Refused."""
    if forms_accepted and call.header(b"content-type").partition(";")[0].strip().lower() == FORM:
        return dict(parse_qsl(call.raw.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        body = orjson.loads(call.raw)
    except orjson.JSONDecodeError as error:
        raise refused(400, "invalid_json", "The body is not JSON") from error
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object")
    return body


def text(body: dict[str, Any], field: str, longest: int) -> str:
    """Required and not empty; not trimmed, since every character of a password counts."""
    value = body.get(field)
    if value is None or value == "":
        raise invalid(f"{field} is required", field)
    if not isinstance(value, str):
        raise invalid(f"{field} must be a string", field)
    if len(value) > longest:
        raise invalid(f"{field} must not be longer than {longest} characters", field)
    return value


def optional_text(body: dict[str, Any], field: str, longest: int) -> str | None:
    return None if body.get(field) is None else text(body, field, longest)


def flag(body: dict[str, Any], field: str, *, as_text: bool) -> bool:
    """Absent is false."""
    value = body.get(field, False)
    if isinstance(value, bool):
        return value
    if as_text and isinstance(value, str) and value in FLAGS:
        return FLAGS[value]
    raise invalid(f"{field} must be true or false", field)


def day(query: dict[str, str], field: str) -> date | None:
    if field not in query:
        return None
    try:
        return date.fromisoformat(query[field])
    except ValueError as error:
        raise invalid(f"{field} must be a date, YYYY-MM-DD", field) from error


def positive(query: dict[str, str], field: str, default: int, most: int) -> int:
    value = query.get(field, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 10 and 0 < int(value) <= most):
        raise invalid(f"{field} must be a number from 1 to {most}", field)
    return int(value)
