"""Request bodies, each wrapped in one key, and pages of lists. A value is never repeated in a complaint."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from bankrails_sandbox.exact_json import parse_json
from bankrails_sandbox.mx.assumptions import Assumptions
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.vendor_api import Call, Reply

ID_LENGTH_MAX = 1024
# Of users, members, accounts and what belongs to them; institutions come 100 at a time.
ROWS_MAX = 1000
INSTITUTION_ROWS_MAX = 100


def read_object(call: Call) -> dict[str, Any]:
    """Numbers with a fraction are Decimals. Raises Refused."""
    try:
        body = parse_json(call.raw)
    except ValueError as error:
        raise refused(400, "The body is not JSON") from error
    if not isinstance(body, dict):
        raise refused(400, "The body must be a JSON object")
    return body


def wrapped(body: dict[str, Any], key: str) -> dict[str, Any]:
    value = body.get(key)
    if not isinstance(value, dict) or not value:
        raise refused(400, f"{key} is missing or empty")
    return value


def text(body: dict[str, Any], field: str) -> str | None:
    """None when absent, null or empty."""
    value = body.get(field)
    if value is not None and not isinstance(value, str):
        raise refused(400, f"{field} must be a string")
    return value or None


def flag(body: dict[str, Any], field: str, *, default: bool = False) -> bool:
    value = body.get(field)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise refused(400, f"{field} must be true or false")
    return value


def texts(body: dict[str, Any], field: str) -> tuple[str, ...]:
    value = body.get(field)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise refused(400, f"{field} must be a list of strings")
    return tuple(value)


def own_id(body: dict[str, Any], prefix: str) -> str | None:
    """The caller's own `id` for an object; it must not look like one of the vendor's."""
    value = text(body, "id")
    if value is not None and (value.startswith(prefix) or len(value) > ID_LENGTH_MAX):
        raise refused(400, f"id must not begin with {prefix} and not be longer than {ID_LENGTH_MAX} characters")
    return value


def filled_in(body: dict[str, Any], field: str) -> dict[str, str]:
    """`[{guid, value}]`, of credentials and of answers."""
    value = body.get(field)
    if not isinstance(value, list) or not value:
        raise refused(400, f"{field} is missing or empty")
    found: dict[str, str] = {}
    for item in value:
        if (
            not isinstance(item, dict)
            or not isinstance(item.get("guid"), str)
            or not isinstance(item.get("value"), str)
        ):
            raise refused(400, f"{field} must be a list of objects with guid and value")
        found[item["guid"]] = item["value"]
    return found


def day(query: dict[str, str], field: str, default: date) -> date:
    if field not in query:
        return default
    try:
        return date.fromisoformat(query[field])
    except ValueError as error:
        raise refused(400, f"{field} must be a date, YYYY-MM-DD") from error


def page(
    call: Call, plural: str, rows: Sequence[dict[str, Any]], assumptions: Assumptions, *, rows_max: int = ROWS_MAX
) -> Reply:
    query = call.parameters()
    number = max(_number(query.get("page"), 1), 1)
    size = _number(query.get("records_per_page"), assumptions.page_size)
    size = assumptions.page_size if size > rows_max else max(size, assumptions.page_size_min)
    pagination = {
        "current_page": number,
        "per_page": size,
        "total_entries": len(rows),
        "total_pages": max(math.ceil(len(rows) / size), 1),
    }
    return Reply(200, {plural: rows[(number - 1) * size : number * size], "pagination": pagination})


def all_of(plural: str, rows: Sequence[dict[str, Any]], assumptions: Assumptions) -> Reply:
    """Of a list that takes no paging parameters and tells of a page all the same."""
    size = max(assumptions.page_size, len(rows))
    pagination = {"current_page": 1, "per_page": size, "total_entries": len(rows), "total_pages": 1}
    return Reply(200, {plural: rows, "pagination": pagination})


def _number(value: str | None, default: int) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else default
