"""A vendor that speaks JSON: one call, and the one error that an answer other than success means. Total: every status
and every body ends in exactly one. A vendor whose answers mean something else reads them itself, over JsonRequests.

    VendorRejected      400, 404, 405, 409, 410, 422 and the like: a definite no to this request
    VendorUnavailable   401, 403, 429: a definite no to this attempt; and whatever goes wrong with a read
    OutcomeUnknown      anything else after a call with an effect: 5xx, 3xx, a success that nobody can read

For vendors without idempotency keys, where a 409 speaks of this request alone.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import quote

import httpx2

from bankrails_vendor_http.allowance import spend
from bankrails_vendor_http.client import Answer, exchange
from bankrails_vendor_http.errors import VendorError, VendorRejected, VendorUnavailable, unusable
from bankrails_vendor_http.vendor_text import printable, status_name

NOT_TAKEN = frozenset({401, 403, 429})
"""A definite no to the attempt, which says nothing of the request."""
RETRY_AFTER_SECONDS_MAX = 999_999


@dataclass(frozen=True, slots=True)
class Endpoint:
    operation: str
    """Our name for it, in errors and metrics."""
    method: str
    path: str
    """Relative to the base address; ids in braces, which are escaped when filled in."""
    writes: bool = False
    """Whether silence may mean that something happened."""


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    status: int
    body: Any
    """Parsed, its fractions as Decimal; None for an empty one."""


class JsonRequests:
    def __init__(
        self,
        http: httpx2.AsyncClient,
        headers: Mapping[str, str],
        *,
        deadline_seconds: float,
        content_type: str = "application/json",
    ) -> None:
        self._http = http
        self._headers = dict(headers)
        self._deadline_seconds = deadline_seconds
        self._content_type = content_type

    async def ask(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises VendorUnavailable or, where it writes, OutcomeUnknown."""
        path = endpoint.path.format_map({name: quote(value, safe="") for name, value in (ids or {}).items()})
        headers, content = self._headers, None
        if body is not None:
            headers = headers | {"content-type": self._content_type}
            content = json.dumps(body).encode()
        request = self._http.build_request(endpoint.method, path, params=query, content=content, headers=headers)
        await spend(endpoint.operation, writes=endpoint.writes)
        return await exchange(
            self._http,
            endpoint.operation,
            request,
            deadline_seconds=self._deadline_seconds,
            writes=endpoint.writes,
        )


class JsonApi:
    def __init__(
        self,
        http: httpx2.AsyncClient,
        headers: Mapping[str, str],
        complaint: Callable[[Any], str | None],
        *,
        deadline_seconds: float,
    ) -> None:
        """`complaint` reads the vendor's words out of an error body, whatever that is; None where there are none."""
        self._requests = JsonRequests(http, headers, deadline_seconds=deadline_seconds)
        self._complaint = complaint

    async def call(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> JsonAnswer:
        """A success of any 2xx. Raises VendorRejected, VendorUnavailable or, where it writes, OutcomeUnknown."""
        answer = await self._requests.ask(endpoint, ids, query=query, body=body)
        if not 200 <= answer.status < 300:
            raise self._failure(endpoint, answer)
        try:
            return JsonAnswer(answer.status, read_json(answer.content) if answer.content else None)
        except ValueError as error:
            raise unreadable(endpoint, "not JSON", answer.status) from error

    def _failure(self, endpoint: Endpoint, answer: Answer) -> VendorError:
        status, operation = answer.status, endpoint.operation
        try:
            told = self._complaint(read_json(answer.content))
        except ValueError:
            told = None
        reason = printable(told) if told else status_name(status)
        if status in NOT_TAKEN:
            return VendorUnavailable(operation, reason, status=status, retry_after_seconds=retry_after_seconds(answer))
        if 400 <= status < 500:
            return VendorRejected(operation, reason, status=status)
        return unusable(operation, reason, writes=endpoint.writes, status=status)


def unreadable(endpoint: Endpoint, why: str, status: int = 200) -> VendorError:
    """The error for a success that does not say what it should."""
    reason = f"answered {status}, but not readably: {why}"
    return unusable(endpoint.operation, reason, writes=endpoint.writes, status=status)


def read_json(content: bytes) -> Any:
    """Numbers with a point become Decimal. Raises ValueError for whatever is not JSON, NaN and endless nesting too."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_not_json)
    except RecursionError:
        raise ValueError("nested without end") from None


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def retry_after_seconds(answer: Answer, most: int = RETRY_AFTER_SECONDS_MAX) -> float | None:
    """Seconds alone; a date is not read, and more than `most` is not believed."""
    value = answer.headers.get("retry-after", "")
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(most)):
        return None
    return float(value) if int(value) <= most else None
