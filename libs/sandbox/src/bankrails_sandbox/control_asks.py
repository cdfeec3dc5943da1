"""The control API and the clock as typed requests, spoken by both clients: one that blocks and one that awaits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from bankrails_clock import ClockState

from bankrails_sandbox.calls import CallCount
from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.effects import Effect
from bankrails_sandbox.faults import Fault
from bankrails_sandbox.helcim.records import Mail

T = TypeVar("T")


class ControlRefused(Exception):
    """The sandbox would not do it: a bad value (400), something unknown (404), a wrong control token (401)."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body.get('error', body) if isinstance(body, dict) else body}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    method: str
    path: str
    read: Callable[[Any], T]
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class CallReport:
    """`in_progress_max` is the most calls ever in progress at once, by merchant, refused ones included."""

    calls: tuple[CallCount, ...]
    total: int
    too_many_requests: int
    in_progress: dict[str, int]
    in_progress_max: dict[str, int]


def effects(merchant: str | None, kind: str | None, idempotency_key: str | None, after: int) -> Ask[tuple[Effect, ...]]:
    query = _query(merchant=merchant, kind=kind, idempotency_key=idempotency_key, after=after or None)
    return Ask("GET", f"/control/helcim/effects{query}", lambda body: _all(Effect, body["effects"]))


def calls(merchant: str | None) -> Ask[CallReport]:
    def read(body: Any) -> CallReport:
        return CallReport(**{**body, "calls": _all(CallCount, body["calls"])})

    return Ask("GET", f"/control/helcim/calls{_query(merchant=merchant)}", read)


def mails(merchant: str | None, customer_id: int | None) -> Ask[tuple[Mail, ...]]:
    query = _query(merchant=merchant, customer_id=customer_id)
    return Ask("GET", f"/control/helcim/mails{query}", lambda body: _all(Mail, body["mails"]))


def plant(fault: Fault) -> Ask[int]:
    return Ask("POST", "/control/helcim/faults", lambda body: int(body["id"]), encode(fault))


def clear_faults() -> Ask[None]:
    return Ask("DELETE", "/control/helcim/faults", _nothing)


def remove_fault(fault_id: int) -> Ask[None]:
    return Ask("DELETE", f"/control/helcim/faults/{fault_id}", _nothing)


def held(gate: str, waiting: int, wait_seconds: int) -> Ask[int]:
    query = _query(waiting=waiting, wait_seconds=wait_seconds)
    return Ask("GET", f"/control/helcim/gates/{gate}{query}", lambda body: int(body["waiting"]))


def release(gate: str) -> Ask[int]:
    return Ask("POST", f"/control/helcim/gates/{gate}/release", lambda body: int(body["released"]), {})


def accept_pad(pad_id: int) -> Ask[None]:
    return Ask("POST", f"/control/helcim/pads/{pad_id}/accept", _nothing, {})


def revoke_pad(pad_id: int) -> Ask[None]:
    return Ask("POST", f"/control/helcim/pads/{pad_id}/revoke", _nothing, {})


def decline(transaction_id: int) -> Ask[None]:
    return Ask("POST", f"/control/helcim/transactions/{transaction_id}/decline", _nothing, {})


def fill_in_form(customer_id: int, bank_account: dict[str, Any]) -> Ask[tuple[int, int]]:
    path = f"/control/helcim/customers/{customer_id}/bank-form"
    return Ask("POST", path, lambda body: (body["bank_account_id"], body["pad_id"]), bank_account)


def switch_merchant(merchant: str, switches: dict[str, Any]) -> Ask[None]:
    return Ask("PATCH", f"/control/helcim/merchants/{merchant}", _nothing, switches)


def switch_token(merchant: str, token: str, switches: dict[str, Any]) -> Ask[None]:
    return Ask("PATCH", f"/control/helcim/merchants/{merchant}/tokens/{token}", _nothing, switches)


def reset() -> Ask[None]:
    return Ask("POST", "/control/helcim/reset", _nothing, {})


def clock() -> Ask[ClockState]:
    return Ask("GET", "/clock", ClockState.from_json)


def advance(seconds: float | None, to: datetime | None) -> Ask[ClockState]:
    if (seconds is None) == (to is None):
        raise ValueError("advance by seconds or to an instant")
    body: dict[str, Any] = {"seconds": seconds} if to is None else {"to": to.isoformat()}
    return Ask("POST", "/clock/advance", ClockState.from_json, body)


def flow(running: bool) -> Ask[ClockState]:
    return Ask("POST", "/clock/flow", ClockState.from_json, {"running": running})


def _all(kind: type[T], items: list[Any]) -> tuple[T, ...]:
    return tuple(decode(kind, item) for item in items)


def _nothing(_body: Any) -> None:
    return None


def _query(**given: Any) -> str:
    present = {name: value for name, value in given.items() if value is not None}
    return f"?{urlencode(present)}" if present else ""
