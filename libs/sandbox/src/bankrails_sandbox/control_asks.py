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

T = TypeVar("T")

# Above the longest wait that the sandbox offers in one request.
TIMEOUT_SECONDS = 70.0
# Above the longest time that the clock service takes for an advance (`ClockConfig.longest_advance_seconds`).
ADVANCE_TIMEOUT_SECONDS = 600.0


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
    timeout_seconds: float = TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True)
class Advanced(ClockState):
    """Where the clock stands after an advance, and in how many steps it got there."""

    steps: int


@dataclass(frozen=True, slots=True)
class CallReport:
    """`in_progress_max` is the most calls ever in progress at once, by merchant, refused ones included."""

    calls: tuple[CallCount, ...]
    total: int
    too_many_requests: int
    in_progress: dict[str, int]
    in_progress_max: dict[str, int]


def effects(
    vendor: str, merchant: str | None, kind: str | None, idempotency_key: str | None, after: int
) -> Ask[tuple[Effect, ...]]:
    query = query_of(merchant=merchant, kind=kind, idempotency_key=idempotency_key, after=after or None)
    return Ask("GET", f"/control/{vendor}/effects{query}", lambda body: all_of(Effect, body["effects"]))


def calls(vendor: str, merchant: str | None) -> Ask[CallReport]:
    def read(body: Any) -> CallReport:
        return CallReport(**{**body, "calls": all_of(CallCount, body["calls"])})

    return Ask("GET", f"/control/{vendor}/calls{query_of(merchant=merchant)}", read)


def plant(vendor: str, fault: Fault) -> Ask[int]:
    return Ask("POST", f"/control/{vendor}/faults", lambda body: int(body["id"]), encode(fault))


def clear_faults(vendor: str) -> Ask[None]:
    return Ask("DELETE", f"/control/{vendor}/faults", nothing)


def remove_fault(vendor: str, fault_id: int) -> Ask[None]:
    return Ask("DELETE", f"/control/{vendor}/faults/{fault_id}", nothing)


def held(vendor: str, gate: str, waiting: int, wait_seconds: int) -> Ask[int]:
    query = query_of(waiting=waiting, wait_seconds=wait_seconds)
    return Ask("GET", f"/control/{vendor}/gates/{gate}{query}", lambda body: int(body["waiting"]))


def release(vendor: str, gate: str) -> Ask[int]:
    return Ask("POST", f"/control/{vendor}/gates/{gate}/release", lambda body: int(body["released"]), {})


def reset(vendor: str) -> Ask[None]:
    return Ask("POST", f"/control/{vendor}/reset", nothing, {})


def reset_all() -> Ask[None]:
    return Ask("POST", "/control/reset", nothing, {})


def clock() -> Ask[ClockState]:
    return Ask("GET", "/clock", ClockState.from_json)


def advance(seconds: float | None, to: datetime | None, patience_seconds: float | None) -> Ask[Advanced]:
    def read(body: Any) -> Advanced:
        state = ClockState.from_json(body)
        return Advanced(state.now, state.version, state.running, int(body["steps"]))

    body = _goal(seconds, to)
    if patience_seconds is not None:
        body["patience_seconds"] = patience_seconds
    return Ask("POST", "/clock/advance", read, body, ADVANCE_TIMEOUT_SECONDS)


def jump(seconds: float | None, to: datetime | None) -> Ask[ClockState]:
    return Ask("POST", "/clock/jump", ClockState.from_json, _goal(seconds, to), ADVANCE_TIMEOUT_SECONDS)


def parties() -> Ask[dict[str, str]]:
    return Ask("GET", "/clock/parties", lambda body: {party["name"]: party["url"] for party in body["parties"]})


def remove_party(name: str) -> Ask[None]:
    return Ask("DELETE", f"/clock/parties/{name}", nothing)


def flow(running: bool) -> Ask[ClockState]:
    return Ask("POST", "/clock/flow", ClockState.from_json, {"running": running})


def _goal(seconds: float | None, to: datetime | None) -> dict[str, Any]:
    if (seconds is None) == (to is None):
        raise ValueError("move by seconds or to an instant")
    return {"seconds": seconds} if to is None else {"to": to.isoformat()}


def all_of(kind: type[T], items: list[Any]) -> tuple[T, ...]:
    return tuple(decode(kind, item) for item in items)


def nothing(_body: Any) -> None:
    return None


def query_of(**given: Any) -> str:
    present = {name: value for name, value in given.items() if value is not None}
    return f"?{urlencode(present)}" if present else ""
