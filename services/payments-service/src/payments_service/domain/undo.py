"""A void or a cancellation under way: what was asked for, and what is known of the call."""

from dataclasses import dataclass
from typing import Any

from bankrails_contracts.payments import MoneyCall

from payments_service.domain.doubt import Doubt


@dataclass(frozen=True)
class Ask:
    """How a command wants a payment undone."""

    command: str
    """Its name: CancelPayment, VoidPayment, StopPayment."""
    or_refund: bool = False
    insist: bool = False

    def stored(self) -> dict[str, Any]:
        return {"command": self.command, "or_refund": self.or_refund, "insist": self.insist}

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> "Ask | None":
        return None if stored is None else cls(stored["command"], stored["or_refund"], stored["insist"])


@dataclass(frozen=True)
class Undo:
    call: MoneyCall
    """VOID or CANCEL."""
    ask: Ask
    doubt: Doubt | None = None
    cancelled_seen: bool = False
    """The vendor's row was seen cancelled meanwhile: most likely by this very call, whose own answer says so."""

    def stored(self) -> dict[str, Any]:
        return {
            "call": self.call.value,
            "ask": self.ask.stored(),
            "doubt": None if self.doubt is None else self.doubt.stored(),
            "cancelled_seen": self.cancelled_seen,
        }

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> "Undo | None":
        if stored is None:
            return None
        ask = Ask.read(stored["ask"])
        assert ask is not None  # noqa: S101 - every undo was asked for
        return cls(MoneyCall(stored["call"]), ask, Doubt.read(stored["doubt"]), stored["cancelled_seen"])
