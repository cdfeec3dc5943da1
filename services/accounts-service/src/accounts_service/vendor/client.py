"""The vendor's HTTP API: one method per endpoint, one call per method, no judgement and no repeats.

Every method raises VendorRejected, VendorUnavailable or, where it writes, OutcomeUnknown; errors.py says which answer
is which.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import httpx2
from bankrails_vendor_http.json_api import Endpoint, JsonRequests, read_json, unreadable
from pydantic import TypeAdapter, ValidationError

from accounts_service.domain.vendor_fault import Fault
from accounts_service.vendor import endpoints
from accounts_service.vendor.errors import HelixRejected, failure
from accounts_service.vendor.mapping import dollars
from accounts_service.vendor.new_account import NewHelixAccount, their_changes
from accounts_service.vendor.wire import (
    CreatedAccount,
    Envelope,
    HelixAccount,
    HelixProgram,
    RoutingNumberAnswer,
    Wire,
)

CALL_DEADLINE_SECONDS = 12.0
"""A piece of work is at most two calls, and a worker gives it thirty seconds."""

LIST_PAGE_ROWS = 200
"""The vendor's own default; both parameters are known from one of its SDKs alone."""
LIST_PAGES_MAX = 50

_ROWS = TypeAdapter(list[HelixAccount])
_Model = TypeVar("_Model", bound=Wire)


class HelixClient:
    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        api_key: str,
        api_secret: str,
        deadline_seconds: float = CALL_DEADLINE_SECONDS,
    ) -> None:
        """`http` has the vendor's base address (bankrails_vendor_http.client.open_client)."""
        basic = base64.b64encode(f"{api_key}:{api_secret}".encode()).decode()
        self._requests = JsonRequests(
            http,
            {"accept": "application/json", "authorization": f"Basic {basic}"},
            deadline_seconds=deadline_seconds,
            content_type="application/json; charset=utf-8",
        )

    async def create(self, account: NewHelixAccount) -> int:
        """The new account's id; it is Verified at once. Raises HelixRejected with TAG_TAKEN for a repeat."""
        return await self._open(endpoints.CREATE, account)

    async def initiate(self, account: NewHelixAccount) -> int:
        """The new account's id; it is Unverified, and two deposits are sent. TAG_TAKEN for a repeat."""
        return await self._open(endpoints.INITIATE, account)

    async def verify(self, customer_id: int, external_account_id: int, amounts_minor: Sequence[int]) -> None:
        """Costs an attempt when the amounts are wrong (AMOUNTS_DIFFER). No machine may repeat it."""
        first, second = (dollars(amount) for amount in amounts_minor)
        body = {**_which(customer_id, external_account_id), "amount1": first, "amount2": second}
        await self._call(endpoints.VERIFY, body=body)

    async def update(self, customer_id: int, external_account_id: int, changes: Mapping[str, Any]) -> None:
        """`changes` by our names; what is left out stays."""
        body = {**_which(customer_id, external_account_id), **their_changes(changes)}
        await self._call(endpoints.UPDATE, body=body)

    async def archive(self, customer_id: int, external_account_id: int) -> None:
        await self._call(endpoints.ARCHIVE, body=_which(customer_id, external_account_id))

    async def lock(self, customer_id: int, external_account_id: int, reason: str) -> None:
        body = {**_which(customer_id, external_account_id), "lockedReason": reason}
        await self._call(endpoints.LOCK, body=body)

    async def unlock(self, customer_id: int, external_account_id: int) -> None:
        await self._call(endpoints.UNLOCK, body=_which(customer_id, external_account_id))

    async def upload_document(
        self, customer_id: int, external_account_id: int, name: str, content: bytes, *, type: str, reason: str
    ) -> None:
        """What a person at the vendor looks at, such as a statement. Known from one SDK alone; nothing here sends it."""
        body = {
            **_which(customer_id, external_account_id),
            "documentType": type,
            "documentName": name,
            "documentContent": base64.b64encode(content).decode(),
            "reasonType": reason,
        }
        await self._call(endpoints.UPLOAD_DOCUMENT, body=body)

    async def get(self, customer_id: int, external_account_id: int) -> HelixAccount | None:
        """None where this customer has no such account."""
        return await self._one(
            endpoints.GET, {"customer_id": str(customer_id), "external_account_id": str(external_account_id)}
        )

    async def get_by_tag(self, customer_id: int, tag: str) -> HelixAccount | None:
        """None where this customer has no account with this tag."""
        return await self._one(endpoints.GET_BY_TAG, {"customer_id": str(customer_id), "tag": tag})

    async def list_accounts(self, customer_id: int) -> list[HelixAccount]:
        """All of the customer's, archived ones too, page by page."""
        endpoint, found = endpoints.LIST, list[HelixAccount]()
        for page in range(LIST_PAGES_MAX):
            query = {"pageNumber": str(page), "pageSize": str(LIST_PAGE_ROWS)}
            envelope = await self._call(endpoint, {"customer_id": str(customer_id)}, query=query)
            rows = self._rows(endpoint, envelope)
            known = {row.external_account_id for row in found}
            news = [row for row in rows if row.external_account_id not in known]
            found += news
            # Where paging is not offered, each page is the whole list again.
            if len(rows) < LIST_PAGE_ROWS or not news:
                return found
        raise unreadable(endpoint, f"more than {LIST_PAGES_MAX} pages")

    async def get_program(self) -> HelixProgram:
        endpoint = endpoints.GET_PROGRAM
        return self._data(endpoint, await self._call(endpoint), HelixProgram)

    async def verify_routing_number(self, routing_number: str) -> RoutingNumberAnswer:
        """By the vendor's directory. Raises HelixRejected with a fault of the routing number's."""
        endpoint = endpoints.VERIFY_ROUTING_NUMBER
        return self._data(endpoint, await self._call(endpoint, {"routing_number": routing_number}), RoutingNumberAnswer)

    async def _open(self, endpoint: Endpoint, account: NewHelixAccount) -> int:
        envelope = await self._call(endpoint, body=account.body(), withheld=account.account_number)
        return self._data(endpoint, envelope, CreatedAccount).external_account_id

    async def _one(self, endpoint: Endpoint, ids: Mapping[str, str]) -> HelixAccount | None:
        try:
            envelope = await self._call(endpoint, ids)
        except HelixRejected as error:
            if Fault.UNKNOWN_ACCOUNT in error.faults:
                return None
            raise
        return None if envelope.data is None else self._data(endpoint, envelope, HelixAccount)

    def _rows(self, endpoint: Endpoint, envelope: Envelope) -> list[HelixAccount]:
        if envelope.data is None:
            return []
        try:
            return _ROWS.validate_python(envelope.data)
        except ValidationError as error:
            raise unreadable(endpoint, "no list of accounts") from error

    async def _call(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        withheld: str | None = None,
    ) -> Envelope:
        """A successful answer, or the error that it is, whose words do not repeat `withheld`."""
        answer = await self._requests.ask(endpoint, ids, query=query, body=body)
        envelope = _envelope(answer.content)
        if answer.status not in (200, 201) or (envelope is not None and envelope.errors):
            raise failure(endpoint, answer, envelope and envelope.without(withheld))
        if envelope is None:
            raise unreadable(endpoint, "not an envelope", answer.status)
        return envelope

    def _data(self, endpoint: Endpoint, envelope: Envelope, model: type[_Model]) -> _Model:
        try:
            return model.model_validate(envelope.data)
        except ValidationError as error:
            raise unreadable(endpoint, f"no {model.__name__}") from error


def _which(customer_id: int, external_account_id: int) -> dict[str, Any]:
    return {"customerId": customer_id, "externalAccountId": external_account_id}


def _envelope(content: bytes) -> Envelope | None:
    """None for what is not the vendor's own: a proxy's page, half an answer."""
    try:
        return Envelope.model_validate(read_json(content))
    except ValueError:
        return None
