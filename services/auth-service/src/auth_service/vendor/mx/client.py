"""MX Platform's HTTP API: one method per endpoint, one call per method, no judgement and no repeats."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import httpx2
from bankrails_vendor_http.errors import VendorRejected
from bankrails_vendor_http.json_api import Endpoint, JsonApi, unreadable
from pydantic import ValidationError

from auth_service.ports import LoginRef
from auth_service.vendor.mx import endpoints
from auth_service.vendor.mx.wire import (
    Account,
    AccountNumber,
    AccountOwner,
    Credential,
    Institution,
    Member,
    MemberStatus,
    User,
    Wire,
)

READ_TIMEOUT_SECONDS = 20.0
CALL_DEADLINE_SECONDS = 20.0
"""A start is five calls in the worst case, each of which is quick here: the bank is asked afterwards, by a job."""

FilledIn = Sequence[Mapping[str, str]]
"""`[{guid, value}]`, of credentials and of answers."""

_Model = TypeVar("_Model", bound=Wire)


class MxClient:
    def __init__(
        self,
        http: httpx2.AsyncClient,
        client_id: str,
        api_key: str,
        *,
        deadline_seconds: float = CALL_DEADLINE_SECONDS,
    ) -> None:
        basic = base64.b64encode(f"{client_id}:{api_key}".encode()).decode()
        headers = {
            "accept": "application/json",
            "accept-version": endpoints.VERSION,
            "authorization": f"Basic {basic}",
        }
        self._api = JsonApi(http, headers, _complaint, deadline_seconds=deadline_seconds)

    async def create_user(self, own_id: str) -> User:
        """VendorRejected with status 409 where a user with this id exists."""
        return await self._one(endpoints.CREATE_USER, User, "user", body={"user": {"id": own_id}})

    async def find_user(self, own_id: str) -> User | None:
        users = await self._many(endpoints.LIST_USERS, User, "users", query={"id": own_id})
        return next((user for user in users if user.id == own_id), None)

    async def institution(self, code: str) -> Institution:
        return await self._one(endpoints.READ_INSTITUTION, Institution, "institution", {"institution": code})

    async def login_form(self, code: str) -> list[Credential]:
        return await self._many(endpoints.LIST_CREDENTIALS, Credential, "credentials", {"institution": code})

    async def create_member(
        self, user: str, *, own_id: str, institution: str, credentials: FilledIn, products: Sequence[str]
    ) -> Member:
        """Starts a job that gives the credentials to the bank. VendorRejected with status 409 where the id is taken,
        or the person has a member with this login."""
        body: dict[str, Any] = {
            "member": {
                "id": own_id,
                "institution_code": institution,
                "credentials": list(credentials),
                "background_aggregation_is_disabled": True,
            }
        }
        if products:
            body["data_request"] = {"products": list(products)}
        return await self._one(endpoints.CREATE_MEMBER, Member, "member", {"user": user}, body=body)

    async def members(self, user: str) -> list[Member]:
        return await self._many(endpoints.LIST_MEMBERS, Member, "members", {"user": user})

    async def give_new_credentials(self, ref: LoginRef, *, own_id: str, credentials: FilledIn) -> Member:
        """Starts a job that gives them to the bank."""
        body = {"member": {"id": own_id, "credentials": list(credentials)}}
        return await self._one(endpoints.UPDATE_MEMBER, Member, "member", _ids(ref), body=body)

    async def status(self, ref: LoginRef) -> MemberStatus:
        return await self._one(endpoints.READ_STATUS, MemberStatus, "member", _ids(ref))

    async def resume(self, ref: LoginRef, answers: FilledIn) -> Member:
        """Gives the answers to the bank. VendorRejected with status 405 where no challenge is open."""
        body = {"member": {"challenges": list(answers)}}
        return await self._one(endpoints.RESUME, Member, "member", _ids(ref), body=body)

    async def begin(self, endpoint: Endpoint, ref: LoginRef) -> None:
        """VERIFY or IDENTIFY; one that runs already goes on. VendorRejected where the institution has no such thing."""
        await self._api.call(endpoint, _ids(ref))

    async def accounts(self, ref: LoginRef) -> list[Account]:
        return await self._many(endpoints.LIST_ACCOUNTS, Account, "accounts", _ids(ref))

    async def account_numbers(self, ref: LoginRef) -> list[AccountNumber]:
        return await self._many(endpoints.LIST_NUMBERS, AccountNumber, "account_numbers", _ids(ref))

    async def account_owners(self, ref: LoginRef) -> list[AccountOwner]:
        return await self._many(endpoints.LIST_OWNERS, AccountOwner, "account_owners", _ids(ref))

    async def _one(
        self,
        endpoint: Endpoint,
        model: type[_Model],
        wrapper: str,
        ids: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
    ) -> _Model:
        answer = await self._api.call(endpoint, ids, body=body)
        try:
            return model.model_validate(answer.body[wrapper])
        except (KeyError, TypeError, ValidationError):
            raise unreadable(endpoint, f"no {model.__name__}", answer.status) from None

    async def _many(
        self,
        endpoint: Endpoint,
        model: type[_Model],
        wrapper: str,
        ids: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
    ) -> list[_Model]:
        """All rows: nothing that is listed here fills a page."""
        rows = {**(query or {}), "page": "1", "records_per_page": str(endpoints.ROWS_MAX)}
        answer = await self._api.call(endpoint, ids, query=rows)
        try:
            return [model.model_validate(row) for row in answer.body[wrapper]]
        except (KeyError, TypeError, ValidationError):
            raise unreadable(endpoint, f"no list of {model.__name__}", answer.status) from None


def taken(error: VendorRejected) -> bool:
    """The vendor says that an object with these attributes exists."""
    return error.status == 409


def _ids(ref: LoginRef) -> dict[str, str]:
    return {"user": ref.user_ref or "", "member": ref.login_ref}


def _complaint(body: Any) -> str | None:
    """The shape of an error body is not documented: text or an object under `error`, or `message` at the top."""
    if not isinstance(body, dict):
        return None
    error = body.get("error", body)
    if isinstance(error, dict):
        error = error.get("message")
    return error if isinstance(error, str) else None
