"""The vendor's HTTP API: one method per endpoint, one call per method, no judgement and no repeats.

Every method raises VendorRejected, VendorUnavailable or, where it writes, OutcomeUnknown; errors.py says which answer
is which.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
from bankrails_vendor_http.json_api import Endpoint, JsonRequests, read_json, unreadable
from pydantic import ValidationError

from accounts_service.vendor import endpoints
from accounts_service.vendor.errors import Fault, HelixRejected, failure
from accounts_service.vendor.wire import CreatedAccount, Envelope, HelixAccount, Wire

CALL_DEADLINE_SECONDS = 12.0
"""A piece of work is at most two calls, and a worker gives it thirty seconds."""

_Model = TypeVar("_Model", bound=Wire)


@dataclass(frozen=True, slots=True)
class NewHelixAccount:
    """Of `externalAccount/create`. A person has both names, a business its own."""

    customer_id: int
    account_number: str = field(repr=False)
    routing_number: str
    type: str
    tag: str
    """At most 50 characters; unique in the whole program, and what a repeat is known by."""
    first_name: str | None = None
    last_name: str | None = None
    business_name: str | None = None
    name: str | None = None
    """The bank's. With Nacha enabled the vendor puts the directory's name in its place."""

    def body(self) -> dict[str, Any]:
        fields = {
            "customerId": self.customer_id,
            "accountNumber": self.account_number,
            "routingNumber": self.routing_number,
            "type": self.type,
            "tag": self.tag,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "businessName": self.business_name,
            "name": self.name,
        }
        return {name: value for name, value in fields.items() if value is not None}


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
        endpoint = endpoints.CREATE
        envelope = await self._call(endpoint, body=account.body(), withheld=account.account_number)
        return self._data(endpoint, envelope, CreatedAccount).external_account_id

    async def get_by_tag(self, customer_id: int, tag: str) -> HelixAccount | None:
        """None where this customer has no account with this tag."""
        endpoint = endpoints.GET_BY_TAG
        try:
            envelope = await self._call(endpoint, {"customer_id": str(customer_id), "tag": tag})
        except HelixRejected as error:
            if Fault.UNKNOWN_ACCOUNT in error.faults:
                return None
            raise
        return None if envelope.data is None else self._data(endpoint, envelope, HelixAccount)

    async def _call(
        self,
        endpoint: Endpoint,
        ids: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        withheld: str | None = None,
    ) -> Envelope:
        """A successful answer, or the error that it is, whose words do not repeat `withheld`."""
        answer = await self._requests.ask(endpoint, ids, body=body)
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


def _envelope(content: bytes) -> Envelope | None:
    """None for what is not the vendor's own: a proxy's page, half an answer."""
    try:
        return Envelope.model_validate(read_json(content))
    except ValueError:
        return None
