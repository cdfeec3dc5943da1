"""One HTTP call: to the endpoint, and from its answer to a model or to the error that it is."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx2
from bankrails_vendor_http.allowance import spend
from bankrails_vendor_http.client import Answer, exchange
from bankrails_vendor_http.errors import NotPermitted, TokenRejected, VendorError
from bankrails_vendor_http.json_api import read_json

from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.endpoints import KEY_PATTERN, Effect, Endpoint
from bankrails_helcim.errors import failure, unreadable
from bankrails_helcim.mountain_time import MOUNTAIN_TIME
from bankrails_helcim.wire import Wire, read_many, read_one

CALL_DEADLINE_SECONDS = 25.0
"""Under the thirty seconds that a worker gives a whole piece of work, so that the call's own end is the one seen."""

OnQuota = Callable[[str, int | None, int | None], None]
"""(merchant_id, left of this minute, left of this hour); None where the answer does not say."""

OnAccessRefused = Callable[[MerchantAccess, Endpoint, VendorError], Awaitable[None]]
"""Told of each 401 and 403, before the call raises it."""

_Model = TypeVar("_Model", bound=Wire)


class HelcimCalls:
    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        on_quota: OnQuota | None = None,
        on_access_refused: OnAccessRefused | None = None,
        zone: ZoneInfo = MOUNTAIN_TIME,
        deadline_seconds: float = CALL_DEADLINE_SECONDS,
    ) -> None:
        """`http` has the vendor's base address, `/v2` included (bankrails_vendor_http.client.open_client)."""
        self._http = http
        self._on_quota = on_quota
        self._on_access_refused = on_access_refused
        self._zone = zone
        self._deadline_seconds = deadline_seconds

    async def _call(
        self,
        endpoint: Endpoint,
        access: MerchantAccess,
        ids: dict[str, int] | None = None,
        *,
        query: dict[str, str] | None = None,
        content: bytes | None = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """A successful answer, or the error that it is."""
        headers = {"accept": "application/json", "api-token": access.token}
        if content is not None:
            headers["content-type"] = "application/json"
        if endpoint.effect is Effect.KEYED:
            if idempotency_key is None or not KEY_PATTERN.fullmatch(idempotency_key):
                raise ValueError("an idempotency key is 25 to 36 letters, digits, - and _")
            headers["idempotency-key"] = idempotency_key
        request = self._http.build_request(
            endpoint.method, endpoint.path.format(**(ids or {})), params=query, content=content, headers=headers
        )
        await spend(endpoint.operation, writes=endpoint.writes)
        answer = await exchange(
            self._http,
            endpoint.operation,
            request,
            deadline_seconds=self._deadline_seconds,
            writes=endpoint.writes,
        )
        if self._on_quota is not None:
            self._on_quota(
                access.merchant_id,
                _remaining(answer.headers.get("minute-limit-remaining")),
                _remaining(answer.headers.get("hour-limit-remaining")),
            )
        if not 200 <= answer.status < 300:
            error = failure(endpoint, answer, access)
            if self._on_access_refused is not None and isinstance(error, TokenRejected | NotPermitted):
                await self._on_access_refused(access, endpoint, error)
            raise error
        return answer

    def _body(self, endpoint: Endpoint, answer: Answer) -> Any:
        try:
            return read_json(answer.content)
        except ValueError as error:
            raise unreadable(endpoint, answer, "not JSON") from error

    def _one(self, endpoint: Endpoint, answer: Answer, model: type[_Model], *wrappers: str) -> _Model:
        body = self._body(endpoint, answer)
        try:
            return read_one(body, model, wrappers, self._zone)
        except ValueError as error:
            raise unreadable(endpoint, answer, f"no {model.__name__}") from error

    def _many(self, endpoint: Endpoint, answer: Answer, model: type[_Model], *wrappers: str) -> list[_Model]:
        """None at all where the answer is 204."""
        if answer.status == 204:
            return []
        body = self._body(endpoint, answer)
        try:
            return read_many(body, model, wrappers, self._zone)
        except ValueError as error:
            raise unreadable(endpoint, answer, f"no list of {model.__name__}") from error

    def _message(self, endpoint: Endpoint, answer: Answer) -> str:
        """The sentence that is all the answer, whatever it says."""
        body = self._body(endpoint, answer)
        message = body.get("message") if isinstance(body, dict) else None
        if not isinstance(message, str):
            raise unreadable(endpoint, answer, "no message")
        return message


def _remaining(header: str | None) -> int | None:
    return int(header) if header is not None and header.isascii() and header.isdigit() and len(header) <= 9 else None
