"""Steering one vendor of a sandbox: the part of the control API that every vendor has.

`VendorClient` blocks, `AsyncVendorClient` awaits; a subclass names its vendor and adds what only that vendor has.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeVar

from bankrails_sandbox import control_asks as asks
from bankrails_sandbox.control_asks import Ask, CallReport
from bankrails_sandbox.effects import Effect
from bankrails_sandbox.faults import Fault, FaultKind

T = TypeVar("T")

HELD_WAIT_SECONDS = 30


class VendorClient(ABC):
    vendor: ClassVar[str]

    @abstractmethod
    def ask(self, ask: Ask[T]) -> T:
        """Raises ControlRefused when the sandbox says no, OSError when it is not there."""

    def effects(
        self,
        *,
        merchant: str | None = None,
        kind: str | None = None,
        idempotency_key: str | None = None,
        after: int = 0,
    ) -> tuple[Effect, ...]:
        """What happened at the vendor, in order. `after` is the number of the last effect already seen."""
        return self.ask(asks.effects(self.vendor, merchant, kind, idempotency_key, after))

    def calls(self, *, merchant: str | None = None) -> CallReport:
        return self.ask(asks.calls(self.vendor, merchant))

    def fault(self, kind: FaultKind, **narrowed: Any) -> int:
        """Plants a fault; the keywords are the fields of Fault. Returns the id for `remove_fault`."""
        return self.ask(asks.plant(self.vendor, Fault(kind, **narrowed)))

    def clear_faults(self) -> None:
        """Forgets all faults and lets go of every held call."""
        self.ask(asks.clear_faults(self.vendor))

    def remove_fault(self, fault_id: int) -> None:
        self.ask(asks.remove_fault(self.vendor, fault_id))

    def wait_until_held(self, gate: str = "gate", *, waiting: int = 1, wait_seconds: int = HELD_WAIT_SECONDS) -> None:
        """Returns once that many calls are held at the gate. Raises TimeoutError."""
        if self.ask(asks.held(self.vendor, gate, waiting, wait_seconds)) < waiting:
            raise TimeoutError(f"fewer than {waiting} calls at gate {gate}")

    def release(self, gate: str = "gate") -> int:
        """Lets go of the held calls, and of later ones. Returns how many were held."""
        return self.ask(asks.release(self.vendor, gate))

    def reset(self) -> None:
        """Empty books, no faults, no counts. The clock stays."""
        self.ask(asks.reset(self.vendor))


class AsyncVendorClient(ABC):
    vendor: ClassVar[str]

    @abstractmethod
    async def ask(self, ask: Ask[T]) -> T:
        """Raises ControlRefused when the sandbox says no, OSError when it is not there."""

    async def effects(
        self,
        *,
        merchant: str | None = None,
        kind: str | None = None,
        idempotency_key: str | None = None,
        after: int = 0,
    ) -> tuple[Effect, ...]:
        """What happened at the vendor, in order. `after` is the number of the last effect already seen."""
        return await self.ask(asks.effects(self.vendor, merchant, kind, idempotency_key, after))

    async def calls(self, *, merchant: str | None = None) -> CallReport:
        return await self.ask(asks.calls(self.vendor, merchant))

    async def fault(self, kind: FaultKind, **narrowed: Any) -> int:
        """Plants a fault; the keywords are the fields of Fault. Returns the id for `remove_fault`."""
        return await self.ask(asks.plant(self.vendor, Fault(kind, **narrowed)))

    async def clear_faults(self) -> None:
        """Forgets all faults and lets go of every held call."""
        await self.ask(asks.clear_faults(self.vendor))

    async def remove_fault(self, fault_id: int) -> None:
        await self.ask(asks.remove_fault(self.vendor, fault_id))

    async def wait_until_held(
        self, gate: str = "gate", *, waiting: int = 1, wait_seconds: int = HELD_WAIT_SECONDS
    ) -> None:
        """Returns once that many calls are held at the gate. Raises TimeoutError."""
        if await self.ask(asks.held(self.vendor, gate, waiting, wait_seconds)) < waiting:
            raise TimeoutError(f"fewer than {waiting} calls at gate {gate}")

    async def release(self, gate: str = "gate") -> int:
        """Lets go of the held calls, and of later ones. Returns how many were held."""
        return await self.ask(asks.release(self.vendor, gate))

    async def reset(self) -> None:
        """Empty books, no faults, no counts. The clock stays."""
        await self.ask(asks.reset(self.vendor))
