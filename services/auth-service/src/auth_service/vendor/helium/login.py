"""Helium as a BankLogin: one call per login and one per answer, each heard by the bank at once and never repeated."""

import hashlib
from typing import Any, TypeVar

import httpx2
from bankrails_vendor_http.errors import VendorRejected, VendorUnavailable
from bankrails_vendor_http.json_api import Endpoint, JsonAnswer, JsonApi, unreadable
from pydantic import ValidationError

from auth_service.domain.bank_data import BankData
from auth_service.domain.login import Step, StepOutcome
from auth_service.domain.vendors import BRANCH, PASSWORD, USERNAME
from auth_service.ports import LoginRef, LoginStart, Typed
from auth_service.vendor.helium import endpoints, mapping
from auth_service.vendor.helium.wire import Authorization, CompleteResponse, Wire

READ_TIMEOUT_SECONDS = 90.0
"""A bank may take sixty; below that, an answer would be given up that is on its way."""
CALL_DEADLINE_SECONDS = 95.0
SHARED_MINUTE_SECONDS = 60
"""A 429 that asks for more than the minute's window is not the key's quota: this person has failed too often."""

_Model = TypeVar("_Model", bound=Wire)


class HeliumLogin:
    def __init__(
        self,
        http: httpx2.AsyncClient,
        api_key: str,
        *,
        key_header: str = "Authorization",
        key_scheme: str = "Bearer",
        deadline_seconds: float = CALL_DEADLINE_SECONDS,
    ) -> None:
        """`http` has the vendor's base address, without `/rest`. Where the key goes is not documented."""
        headers = {"accept": "application/json", key_header: f"{key_scheme} {api_key}".strip()}
        self._api = JsonApi(http, headers, _complaint, deadline_seconds=deadline_seconds)

    async def start(self, start: LoginStart, typed: Typed) -> Step:
        body = {
            "user_or_card": typed[USERNAME],
            "password": typed[PASSWORD],
            "institution": start.institution,
            "client_identifier": client_identifier(start.user_id),
        }
        if BRANCH in typed:
            body["branch"] = typed[BRANCH]
        try:
            answer = await self._api.call(endpoints.AUTHORIZE, body=body)
        except VendorUnavailable as error:
            if error.status == 429 and (error.retry_after_seconds or 0) > SHARED_MINUTE_SECONDS:
                # Waiting for this one would hold up everybody: the vendor protects one person's login from a lock-out.
                return Step(
                    outcome=StepOutcome.ERRORED, reason=error.reason, wait_seconds=int(error.retry_after_seconds or 0)
                )
            raise
        except VendorRejected as error:
            return mapping.refused(error.reason)
        return mapping.step(_read(endpoints.AUTHORIZE, answer, Authorization))

    async def recover(self, start: LoginStart) -> Step:
        """Only a start that never left us is tried again, so here the bank was not asked."""
        return Step(outcome=StepOutcome.ERRORED, reason="the login was not sent: start again", wait_seconds=0)

    async def answer(self, ref: LoginRef, typed: Typed) -> Step:
        body = {"session_id": ref.login_ref, "challenge_response": typed[mapping.ANSWER_FIELD]}
        try:
            answer = await self._api.call(endpoints.CONTINUE, body=body)
        except VendorRejected as error:
            if error.status == 409:
                return await self.read(ref)  # it was answered before; that answer's result stands
            return _gone(error)
        return mapping.step(_read(endpoints.CONTINUE, answer, Authorization))

    async def read(self, ref: LoginRef) -> Step:
        try:
            answer = await self._api.call(endpoints.READ_SESSION, {"session_id": ref.login_ref})
        except VendorRejected as error:
            return _gone(error)
        return mapping.step(_read(endpoints.READ_SESSION, answer, Authorization))

    async def fetch(self, ref: LoginRef, *, numbers_wanted: bool, asked_for: tuple[str, ...]) -> BankData:
        endpoint = endpoints.COMPLETE_RESPONSE
        answer = await self._api.call(endpoint, {"session_id": ref.login_ref})
        return mapping.bank_data(_read(endpoint, answer, CompleteResponse))


def client_identifier(user_id: str) -> str:
    """By which the vendor tells a person's tries apart from others'. Opaque: no personal data, whatever our id holds."""
    return hashlib.sha256(user_id.encode()).hexdigest()[:32]


def _gone(error: VendorRejected) -> Step:
    if error.status == 410:
        return Step(outcome=StepOutcome.EXPIRED, reason=error.reason)
    return Step(outcome=StepOutcome.FAILED, reason=error.reason)


def _read(endpoint: Endpoint, answer: JsonAnswer, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(answer.body)
    except ValidationError:
        raise unreadable(endpoint, f"no {model.__name__}", answer.status) from None


def _complaint(body: Any) -> str | None:
    """`{"error": {"code", "message", "field"}}`, as far as it is one."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    return " ".join(str(error[name]) for name in ("code", "message") if error.get(name)) or None
