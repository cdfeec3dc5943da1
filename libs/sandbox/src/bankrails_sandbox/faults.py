"""What can be made to go wrong with the next calls of a vendor, and when it does."""

import asyncio
import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never


class FaultKind(StrEnum):
    LATENCY = "latency"
    STATUS = "status"
    GARBAGE = "garbage"
    CUT = "cut"
    HOLD = "hold"


class Moment(StrEnum):
    """On which side of the effect a fault strikes. After it, the caller cannot know that anything happened."""

    BEFORE_EFFECT = "before-effect"
    AFTER_EFFECT = "after-effect"


class FaultBody(StrEnum):
    """`vendor`: what the vendor answers with that status; `none`: no body at all."""

    VENDOR = "vendor"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Fault:
    """`operation` and `merchant` narrow it, None means any. `times` bounds how often it strikes, None means always.

    `probability` is drawn from a generator seeded with `seed`, so the same calls in the same order meet the same
    faults. `latency_ms` is real time, whatever the virtual clock does. `gate` names what a hold waits for.
    """

    kind: FaultKind
    operation: str | None = None
    merchant: str | None = None
    moment: Moment | None = None
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    latency_ms: int = 0
    status: int = 500
    body: FaultBody = FaultBody.VENDOR
    gate: str = "gate"

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError("probability must be within 0 and 1")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1")
        if self.latency_ms < 0 or not 400 <= self.status <= 599:
            raise ValueError("latency_ms must not be negative and status must be within 400 and 599")

    @property
    def strikes(self) -> Moment:
        """Garbage is by default an answer that was spoilt on its way back; all else strikes before the effect."""
        if self.moment is not None:
            return self.moment
        return Moment.AFTER_EFFECT if self.kind is FaultKind.GARBAGE else Moment.BEFORE_EFFECT


@dataclass(slots=True)
class PlantedFault:
    id: int
    fault: Fault
    struck: int = 0
    dice: random.Random = field(default_factory=random.Random)

    def strikes(self, operation: str, merchant: str) -> bool:
        fault = self.fault
        if fault.operation not in (None, operation) or fault.merchant not in (None, merchant):
            return False
        if fault.times is not None and self.struck >= fault.times:
            return False
        if fault.probability < 1 and self.dice.random() >= fault.probability:
            return False
        self.struck += 1
        return True


class CutConnectionFault(Exception):
    """The TCP connection is to be closed without an answer."""


class SpoiltAnswerFault(Exception):
    """The answer is to be this instead. `body` None means the vendor's own body for that status."""

    def __init__(self, status: int, body: bytes | None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


# Cut off in the middle of a JSON document, and not UTF-8: no parser takes it for an answer.
GARBAGE = b'{"transaction": {"id": 1093\xff\xfe'


class Gate:
    """Holds calls until released, and stays open from then on, so that late comers are not left waiting."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.waiting = 0
        self._changed = asyncio.Condition()

    async def pass_through(self) -> None:
        async with self._changed:
            self.waiting += 1
            self._changed.notify_all()
        try:
            await self.open.wait()
        finally:
            self.waiting -= 1

    async def wait_for(self, waiting: int, wait_seconds: float) -> bool:
        """Whether at least `waiting` calls are held, after at most that long."""
        try:
            async with asyncio.timeout(wait_seconds), self._changed:
                await self._changed.wait_for(lambda: self.waiting >= waiting)
        except TimeoutError:
            return False
        return True


class FaultPlan:
    """The planted faults of one vendor, in the order in which they were planted."""

    def __init__(self) -> None:
        self._planted: dict[int, PlantedFault] = {}
        self._gates: dict[str, Gate] = {}
        self._last_id = 0

    def plant(self, fault: Fault) -> PlantedFault:
        self._last_id += 1
        planted = PlantedFault(self._last_id, fault, dice=random.Random(fault.seed))
        self._planted[planted.id] = planted
        if fault.kind is FaultKind.HOLD and self.gate(fault.gate).open.is_set():
            self._gates[fault.gate] = Gate()
        return planted

    def list(self) -> list[PlantedFault]:
        return list(self._planted.values())

    def remove(self, fault_id: int) -> bool:
        return self._planted.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Forgets all faults and lets go of every held call."""
        self._planted.clear()
        for gate in self._gates.values():
            gate.open.set()

    def gate(self, name: str) -> Gate:
        return self._gates.setdefault(name, Gate())

    def draw(self, operation: str, merchant: str) -> tuple[Fault, ...]:
        """The faults that this call meets. Drawn once per call, so that `times` counts calls."""
        if not self._planted:
            return ()
        return tuple(planted.fault for planted in self._planted.values() if planted.strikes(operation, merchant))

    async def strike(self, faults: tuple[Fault, ...], moment: Moment) -> None:
        """Raises CutConnectionFault or SpoiltAnswerFault when the call ends here."""
        for fault in faults:
            if fault.strikes is not moment:
                continue
            match fault.kind:
                case FaultKind.LATENCY:
                    await asyncio.sleep(fault.latency_ms / 1000)
                case FaultKind.HOLD:
                    await self.gate(fault.gate).pass_through()
                case FaultKind.STATUS:
                    raise SpoiltAnswerFault(fault.status, b"" if fault.body is FaultBody.NONE else None)
                case FaultKind.GARBAGE:
                    raise SpoiltAnswerFault(200, GARBAGE)
                case FaultKind.CUT:
                    raise CutConnectionFault
                case _:
                    assert_never(fault.kind)
