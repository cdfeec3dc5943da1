"""The part of the control API that every vendor has: effects, calls, faults, gates and reset, below its own prefix."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any, Protocol

from bankrails_clock import Clock
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.calls import CallCounter
from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.effects import EffectLog
from bankrails_sandbox.faults import Fault, FaultPlan, PlantedFault
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply

# As long as a caller could want to wait in one request; it asks again after that.
WAIT_SECONDS_MAX = 60.0


class SteerableVendor(Protocol):
    clock: Clock
    faults: FaultPlan
    calls: CallCounter
    effects: EffectLog

    def catch_up(self, now: datetime) -> None: ...

    def reset(self) -> None: ...


class VendorControl:
    """`prefix` is such as `/control/helix`; `merchants` are the names under which this vendor knows its callers."""

    def __init__(
        self, prefix: str, vendor: SteerableVendor, *, operations: Collection[str], merchants: Collection[str]
    ) -> None:
        self._prefix = prefix
        self._steered = vendor
        self._operations = operations
        self._merchants = merchants

    def route(self, method: str, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(self._prefix + path, endpoint, methods=[method])

    def routes(self) -> list[Route]:
        return [
            self.route("GET", "/effects", self.effects),
            self.route("GET", "/calls", self.calls),
            self.route("POST", "/faults", self.plant),
            self.route("GET", "/faults", self.faults),
            self.route("DELETE", "/faults", self.clear_faults),
            self.route("DELETE", "/faults/{id:int}", self.remove_fault),
            self.route("GET", "/gates/{name}", self.gate),
            self.route("POST", "/gates/{name}/release", self.release),
            self.route("POST", "/reset", self.reset),
        ]

    async def effects(self, request: Request) -> Response:
        self._steered.catch_up(self._steered.clock.now())
        query = request.query_params
        effects = list(
            self._steered.effects.matching(
                merchant=query.get("merchant"),
                kind=query.get("kind"),
                idempotency_key=query.get("idempotency_key"),
                after=whole_number(query.get("after", "0")),
            )
        )
        counts = self._steered.effects.count_by_kind(effects)
        return json_reply({"counts": counts, "effects": [encode(effect) for effect in effects]})

    async def calls(self, request: Request) -> Response:
        counts = self._steered.calls.counts(request.query_params.get("merchant"))
        return json_reply(
            {
                "calls": [encode(count) for count in counts],
                "total": sum(count.count for count in counts),
                "too_many_requests": sum(count.count for count in counts if count.outcome == "429"),
                "in_progress": {},
                "in_progress_max": {},
            }
        )

    async def plant(self, request: Request) -> Response:
        fault = decode(Fault, await json_body(request))
        if fault.operation is not None and fault.operation not in self._operations:
            raise BadRequest(f"operation: must be one of {', '.join(sorted(self._operations))}")
        if fault.merchant is not None and fault.merchant not in self._merchants:
            raise BadRequest(f"merchant: must be one of {', '.join(self._merchants)}")
        return json_reply(_fault_json(self._steered.faults.plant(fault)), 201)

    async def faults(self, _request: Request) -> Response:
        return json_reply({"faults": [_fault_json(planted) for planted in self._steered.faults.list()]})

    async def clear_faults(self, _request: Request) -> Response:
        self._steered.faults.clear()
        return Response(status_code=204)

    async def remove_fault(self, request: Request) -> Response:
        if not self._steered.faults.remove(request.path_params["id"]):
            raise NotFound("no such fault")
        return Response(status_code=204)

    async def gate(self, request: Request) -> Response:
        """With `waiting=n` answers once that many calls are held, or after `wait_seconds`."""
        gate = self._steered.faults.gate(request.path_params["name"])
        query = request.query_params
        wait_seconds = min(float(whole_number(query.get("wait_seconds", "0"))), WAIT_SECONDS_MAX)
        await gate.wait_for(whole_number(query.get("waiting", "0")), wait_seconds)
        return json_reply({"waiting": gate.waiting, "open": gate.open.is_set()})

    async def release(self, request: Request) -> Response:
        gate = self._steered.faults.gate(request.path_params["name"])
        released = gate.waiting
        gate.open.set()
        return json_reply({"released": released})

    async def reset(self, _request: Request) -> Response:
        self._steered.reset()
        return Response(status_code=204)


def whole_number(text: str) -> int:
    """Raises BadRequest."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest(f"{text!r} is not a number")
    return int(text)


def _fault_json(planted: PlantedFault) -> dict[str, Any]:
    return {"id": planted.id, "struck": planted.struck, "fault": encode(planted.fault)}
